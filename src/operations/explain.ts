import { fileURLToPath } from 'node:url';
import { UsageError } from '../core/errors.ts';
import type { RuleInfo } from '../core/rule.ts';
import { verdictRules } from '../core/verdict-rules.ts';
import { readRegularFile } from '../files/read.ts';
import { codeRules } from '../lint/code/rules.ts';
import { nearest } from '../topology/issues.ts';
import { infosOf } from './lint.ts';
import { ruleSet } from './lint/rules.ts';

/** The page of a rule of lint or of verify, by its id or name; Markdown. */
export async function explain(rule: string, folder?: string): Promise<string> {
  const infos: RuleInfo[] = [...infosOf(await ruleSet(folder), codeRules), ...Object.values(verdictRules)];
  const word = rule.toLowerCase();
  const found = infos.find(({ id, name }) => id.toLowerCase() === word || name === word);
  if (found === undefined) {
    const near = nearest(
      rule,
      infos.flatMap(({ id, name }) => [id, name]),
    );
    const hint = near === undefined ? 'docs/rules/README.md lists them' : `did you mean ${near}?`;
    throw new UsageError(`there is no rule ${rule}`, hint);
  }
  return (await packagedPage(found)) ?? shortPage(found);
}

/** With the examples, as the package has it; rules of one's own and those of verify have none. */
async function packagedPage({ id }: RuleInfo): Promise<string | undefined> {
  const page = new URL(`../../docs/rules/${id}.md`, import.meta.url);
  return readRegularFile(fileURLToPath(page), { maxMegabytes: 1 }).then(
    ({ bytes }) => bytes.toString('utf8').replace(/^<!--.*-->\s*/, ''),
    () => undefined,
  );
}

function shortPage({ id, name, severity, summary, why, instead }: RuleInfo): string {
  return `${[`# ${id}: ${name}`, `**${severity}**. ${summary}`, why, '## What to write instead', instead].join('\n\n')}\n`;
}
