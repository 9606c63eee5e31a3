import { makeProgram } from '../../src/cli.ts';
import { processShell } from '../../src/commands/shell.ts';
import { auditRules } from '../../src/operations/audit-rules.ts';
import { ruleSet } from '../../src/operations/lint/rules.ts';
import { auditPages } from './audit.ts';
import { commandReference } from './commands.ts';
import { rulePages } from './rules.ts';
import { topologySchema } from './schema.ts';
import { topologyReference } from './topology.ts';

/** Every generated document, by its path in the repository. A test compares them with what is there. */
export async function documents(): Promise<ReadonlyMap<string, string>> {
  const schema = topologySchema();
  const audits = await auditRules();
  const program = makeProgram([], processShell(), () => undefined);
  return new Map([
    ['schema/topology.schema.json', `${JSON.stringify(schema, undefined, 2)}\n`],
    ['docs/reference/topology.md', topologyReference(schema)],
    ['docs/reference/commands.md', commandReference(program)],
    ...rulePages(await ruleSet(), audits),
    ...auditPages(audits),
  ]);
}
