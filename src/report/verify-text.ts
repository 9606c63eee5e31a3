import pc from 'picocolors';
import {
  loginText,
  matrixOf,
  type MatrixRow,
  tallyOf,
  type Tally,
  thingText,
  type Verified,
} from './verify.ts';
import { findingLines, totalsText } from './findings-text.ts';
import { printable } from './printable.ts';

type Colors = ReturnType<typeof pc.createColors>;

/** For a person: what each service was granted and whether it works, how much was refused, then what is wrong. */
export function verifyAsText(verified: Verified, color: boolean): string {
  const colors = pc.createColors(color);
  const rows = Map.groupBy(matrixOf(verified), ({ service, broker }) => JSON.stringify([broker, service]));
  const sections = verified.services.map((proof) => {
    const { service, broker, proofs } = proof;
    const own = (rows.get(JSON.stringify([broker, service.name])) ?? []).filter(isTold);
    const head = `${colors.bold(printable(service.name))} on ${broker}: ${printable(loginText(proof))}`;
    return [head, ...own.flatMap((row) => rowLines(row, colors)), `  ${tallyText(tallyOf(proofs))}`, ''].join(
      '\n',
    );
  });
  const found = verified.findings.flatMap((finding) => findingLines(finding, colors));
  const parts = [...sections, ...found, totalsText(verified.findings, colors)];
  return `${parts.join('\n')}\n`;
}

/** What is only refused is counted. */
function isTold({ rights }: MatrixRow): boolean {
  return rights.works.length + rights.fails.length + rights.open.length > 0;
}

function rowLines({ address, rights, evaluated }: MatrixRow, colors: Colors): string[] {
  const line = (mark: string, some: readonly string[], after = '') => {
    if (some.length === 0) return [];
    const unasked = some.every((right) => evaluated.includes(right))
      ? colors.dim(' (by the live grants)')
      : '';
    return [`  ${mark} ${printable(thingText(address))}: ${printable(some.join(', '))}${after}${unasked}`];
  };
  return [
    ...line(colors.green('✓'), rights.works),
    ...line(colors.red('✗'), rights.fails, ': granted, and does not work'),
    ...line(colors.red('!'), rights.open, ': NOT granted, and works'),
  ];
}

function tallyText({ works, fails, refused, open, undecided }: Tally): string {
  const parts = [
    `${works} granted and ${works === 1 ? 'works' : 'work'}`,
    ...(fails === 0 ? [] : [`${fails} granted and ${fails === 1 ? 'fails' : 'fail'}`]),
    `${refused} not granted and refused`,
    ...(open === 0 ? [] : [`${open} not granted and ${open === 1 ? 'works' : 'work'}`]),
    ...(undecided === 0 ? [] : [`${undecided} undecided`]),
  ];
  return parts.join(', ');
}
