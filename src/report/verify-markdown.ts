import { countsOf } from '../core/finding.ts';
import { code, prose } from './markdown/escape.ts';
import { counted } from './findings-text.ts';
import { loginText, tallyOf, type Verified } from './verify.ts';

/** GitHub takes 65,536 characters in a comment. */
const mostFindings = 200;

/** For a pull request or a report: a row a service, then what is wrong. */
export function verifyAsMarkdown({ environment, services, findings }: Verified): string {
  const { error, warning, note } = countsOf(findings);
  const head = `**${counted(error, 'error')}**, ${counted(warning, 'warning')}, ${counted(note, 'note')}: environment ${code(environment)}, proved by login.`;
  const rows = services.map((proof) => {
    const { works, fails, refused, open, undecided } = tallyOf(proof.proofs);
    const cells = [
      code(proof.service.name),
      proof.broker,
      prose(loginText(proof)),
      works,
      fails,
      refused,
      open,
      undecided,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const table = [
    '| service | broker | login | granted, works | granted, fails | not granted, refused | not granted, **works** | undecided |',
    '|---|---|---|--:|--:|--:|--:|--:|',
    ...rows,
  ].join('\n');
  const told = findings.slice(0, mostFindings).map(({ severity, message, address, hint }) => {
    const at = address === undefined ? '' : ` (${code(address)})`;
    return `- **${severity}** ${prose(message)}${at}${hint === undefined ? '' : `: ${prose(hint)}`}`;
  });
  const rest = findings.length > mostFindings ? [`- and ${findings.length - mostFindings} more`] : [];
  return `${[head, table, [...told, ...rest].join('\n')].filter((part) => part !== '').join('\n\n')}\n`;
}
