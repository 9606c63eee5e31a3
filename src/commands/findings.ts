import type { FindingsReport } from '../report/findings-report.ts';

/** The formats of lint, audit and verify that other tools read. */
export const toolFormats = ['sarif', 'junit', 'github'] as const;

export async function forTools(
  report: FindingsReport,
  format: (typeof toolFormats)[number],
): Promise<string> {
  switch (format) {
    case 'sarif':
      return (await import('../report/sarif.ts')).findingsAsSarif(report);
    case 'junit':
      return (await import('../report/junit.ts')).findingsAsJunit(report);
    case 'github':
      return (await import('../report/github.ts')).findingsAsAnnotations(report);
  }
}
