import type { Snapshot } from '../core/snapshot.ts';
import { escapeMarks } from './json.ts';
import { printable } from './printable.ts';

/** A snapshot as its file has it: one resource a line, so that two of them can be compared by any tool. */
export function snapshotAsJson({ brokers, ...head }: Snapshot): string {
  const parts = Object.entries(brokers).map(([name, { resources, ...rest }]) => {
    const lines = resources.map((one) => JSON.stringify(one));
    return `${JSON.stringify(name)}: {${fields(rest)},\n"resources": [\n${lines.join(',\n')}\n]}`;
  });
  return escapeMarks(`{${fields(head)},\n"brokers": {\n${parts.join(',\n')}\n}}\n`);
}

function fields(of: object): string {
  return Object.entries(of)
    .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
    .join(',\n');
}

/** What a snapshot is of, without what it holds. */
export function snapshotSummary({ brokers, ...head }: Snapshot): object {
  const counted = Object.entries(brokers).map(([name, { version, resources }]) => [
    name,
    { version, resources: resources.length },
  ]);
  return { ...head, brokers: Object.fromEntries(counted) as object };
}

export function snapshotAsText({ topology, environment, brokers }: Snapshot): string {
  const parts = Object.entries(brokers).map(
    ([name, { version, resources }]) =>
      `${name} ${version}, ${resources.length.toLocaleString('en')} resources`,
  );
  return printable(`Snapshot of ${topology}, environment ${environment}: ${parts.join('; ')}.`) + '\n';
}
