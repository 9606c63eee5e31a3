import pc from 'picocolors';
import type { LeftOut } from '../core/import/imported.ts';
import { printable } from './printable.ts';

interface ImportedFiles {
  readonly environment: string;
  readonly files: readonly string[];
  readonly services: readonly string[];
}

/** What was written, and what to do next. */
export function importAsText({ environment, files, services }: ImportedFiles, folder: string): string {
  const count = services.length === 1 ? '1 service' : `${services.length} services`;
  const lines = files.map((file) => `  ${printable(`${folder}/${file}`)}`);
  return `Imported ${count} of ${printable(environment)}:\n${lines.join('\n')}\nNext: mqwarden plan ${printable(folder)} --env ${printable(environment)}\n`;
}

interface Remarks {
  readonly leftOut: readonly LeftOut[];
  readonly strangers: readonly string[];
  readonly changes: readonly string[];
  readonly ignored: boolean;
}

/** What the topology does not say, and why. */
export function importRemarks(result: Remarks, color: boolean): string {
  const colors = pc.createColors(color);
  const warning = colors.yellow('warning');
  const [unowned, unsaid] = [true, false].map((one) => result.leftOut.filter((left) => left.unowned === one));
  const lines = [
    ...(result.ignored ? [`${warning} the services that the topology declares were not looked at`] : []),
    ...(unsaid ?? []).map(
      ({ address, reason }) =>
        `${warning} not imported: ${printable(reason)} ${colors.dim(`(${printable(address)})`)}`,
    ),
    ...(unowned ?? []).map(
      ({ address, reason }) => `unmanaged: ${printable(reason)} ${colors.dim(`(${printable(address)})`)}`,
    ),
    ...(result.strangers.length === 0
      ? []
      : [`left alone, since no claim matches them: ${result.strangers.map(printable).join(', ')}`]),
    ...result.changes.map(
      (address) => `${warning} a plan would change this ${colors.dim(`(${printable(address)})`)}`,
    ),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
