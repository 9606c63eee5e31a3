import pc from 'picocolors';
import type { Told } from './access.ts';
import { printable } from './printable.ts';

/** For a person, on a terminal. */
export function accessAsText({ title, subtitle, sections, notes }: Told, color: boolean): string {
  const colors = pc.createColors(color);
  const parts = sections.map(({ heading, items }) =>
    [
      `\n${colors.bold(printable(heading))}`,
      ...items.flatMap(({ may, name, says, details }) => [
        `  ${may === 'yes' ? colors.green('✓') : colors.yellow('?')} ${printable(name)}${says === '' ? '' : `: ${printable(says)}`}`,
        ...details.map((one) => `      ${colors.dim(printable(one))}`),
      ]),
    ].join('\n'),
  );
  const told = notes.map((note) => `${colors.cyan('note')} ${printable(note)}`);
  return [
    colors.bold(printable(title)),
    colors.dim(printable(subtitle)),
    ...parts,
    ...(told.length === 0 ? [] : ['', ...told]),
    '',
  ].join('\n');
}
