import { digest } from './json.ts';
import type { Finding } from './finding.ts';

/**
 * What a finding is known by from one run to the next: its rule, its file from the topology's folder on, and what it says. Not its line,
 * since what is written above it moves it. Equal ones are counted. Pure.
 */
export function fingerprintsOf(findings: readonly Finding[], root: string): ReadonlyMap<Finding, string> {
  const seen = new Map<string, number>();
  return new Map(
    findings.map((finding) => {
      const { rule, message, position } = finding;
      const file = fileBelow(position?.file ?? '', root);
      const key = JSON.stringify([rule, file, message]);
      const count = (seen.get(key) ?? 0) + 1;
      seen.set(key, count);
      return [finding, digest([rule, file, message, count]).slice('sha256:'.length, 'sha256:'.length + 32)];
    }),
  );
}

/** The same whichever folder a command was called from, and on Windows. */
export function fileBelow(file: string, root: string): string {
  const [whole, folder] = [file, root].map((path) => path.replaceAll('\\', '/').replace(/\/+$/, ''));
  if (whole === undefined || folder === undefined || whole === folder) return '';
  return whole.startsWith(`${folder}/`) ? whole.slice(folder.length + 1) : whole;
}
