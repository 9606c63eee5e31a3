import { fileURLToPath } from 'node:url';
import { auditRuleInfo } from '../core/audit.ts';
import { UsageError } from '../core/errors.ts';
import type { RuleInfo } from '../core/rule.ts';
import { verdictRules } from '../core/verdict-rules.ts';
import { readRegularFile } from '../files/read.ts';
import { codeRules } from '../lint/code/rules.ts';
import { nearest } from '../topology/issues.ts';
import { auditRules } from './audit-rules.ts';
import { infosOf } from './lint/topology.ts';
import { ruleSet } from './lint/rules.ts';

/** The page of a rule of lint, verify or audit, by its id or name; Markdown. */
export async function explain(rule: string, folder?: string): Promise<string> {
  const infos: RuleInfo[] = [...infosOf(await ruleSet(folder), codeRules), ...Object.values(verdictRules)];
  const word = rule.toLowerCase();
  const isMeant = ({ id, name }: RuleInfo) => id.toLowerCase() === word || name === word;
  // Last, since it loads what talks to brokers.
  const audits = infos.some(isMeant) ? [] : (await auditRules()).map(auditRuleInfo);
  const found = [...infos, ...audits].find(isMeant);
  if (found === undefined) {
    const near = nearest(
      rule,
      [...infos, ...audits].flatMap(({ id, name }) => [id, name]),
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
