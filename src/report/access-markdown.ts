import type { Told } from './access.ts';
import { fenced, fencedLine, prose } from './markdown/escape.ts';

/** GitHub takes 65,536 characters in a comment. */
const limit = 60_000;

/** For a pull request or a report. */
export function accessAsMarkdown({ title, subtitle, sections, notes }: Told): string {
  let room = limit;
  const parts = sections.map(({ heading, items }) => {
    const lines = items.flatMap(({ may, name, says, details }) => [
      `${may === 'yes' ? '' : '? '}${fencedLine(says === '' ? name : `${name}: ${says}`)}`,
      ...details.map((one) => `    ${fencedLine(one)}`),
    ]);
    const cut = lines.findIndex((line) => (room -= line.length + 1) < 0);
    const shown = cut < 0 ? lines : [...lines.slice(0, cut), `… and ${lines.length - cut} more lines`];
    const head = `**${prose(heading)}**`;
    return shown.length === 0 ? head : `${head}\n\n${fenced('text', shown)}`;
  });
  const told = notes.map((note) => `> ${prose(note)}`).join('\n>\n');
  const all = [`### ${prose(title)}`, prose(subtitle), ...parts, told];
  return `${all.filter((part) => part !== '').join('\n\n')}\n`;
}
