import { asJson } from './json.ts';
import type { PageModel } from './page/model.ts';

/** The document of `report --format json`: see docs/report.md. */
export function reportAsJson({ version: mqwarden, ...model }: PageModel): string {
  return `${asJson({ version: 1, mqwarden, ...model })}\n`;
}
