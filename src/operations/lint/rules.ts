import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brokers as registry } from '../../brokers/index.ts';
import { messageOf, MqwardenError, UsageError } from '../../core/errors.ts';
import { whyOf } from '../../files/why.ts';
import { severities } from '../../core/finding.ts';
import type { RuleInfo, Spot } from '../../core/rule.ts';
import { allRules, type RuleSet } from '../../lint/engine.ts';
import { ownRules as lintsOwn } from '../../lint/own.ts';
import type { Rule } from '../../lint/rule.ts';
import { rules } from '../../lint/rules.ts';

/** The rules of lint and of every broker, and those of a folder of one's own. */
export async function ruleSet(folder?: string): Promise<RuleSet> {
  const own = registry.map(async (broker) => [broker.name, await broker.rules()] as const);
  const set = { general: rules, brokers: new Map<string, readonly Rule[]>(await Promise.all(own)) };
  if (folder === undefined) return set;
  return { ...set, own: ownSet(await rulesIn(folder, infosIn(set))) };
}

interface OwnRule {
  readonly rule: Rule;
  readonly file: string;
  /** Of a rule about one broker: which. */
  readonly broker: string | undefined;
}

function ownSet(own: readonly OwnRule[]): RuleSet {
  const general = own.filter(({ broker }) => broker === undefined).map(({ rule }) => rule);
  const brokers = new Map<string, readonly Rule[]>();
  for (const { rule, broker } of own) {
    if (broker !== undefined) brokers.set(broker, [...(brokers.get(broker) ?? []), rule]);
  }
  return { general, brokers };
}

function infosIn(set: RuleSet): readonly RuleInfo[] {
  return [...lintsOwn, ...allRules(set)];
}

async function rulesIn(folder: string, taken: readonly RuleInfo[]): Promise<OwnRule[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new UsageError(`the folder of rules ${folder} cannot be read (${whyOf(error)})`);
  });
  const files = names
    .filter((name) => /\.m?[jt]s$/.test(name) && !/\.(?:test|d)\.m?[jt]s$/.test(name))
    .sort();
  if (files.length === 0) {
    throw new UsageError(
      `the folder of rules ${folder} has no module`,
      'a rule is the default export of a .js or .ts file',
    );
  }
  const found: OwnRule[] = [];
  for (const name of files) {
    const file = join(folder, name);
    for (const value of await exportsOf(file)) {
      found.push(ownRule(value, file, [...taken, ...found.map(({ rule }) => rule)]));
    }
  }
  return found;
}

async function exportsOf(file: string): Promise<readonly unknown[]> {
  try {
    const { default: exported } = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
    return Array.isArray(exported) ? (exported as readonly unknown[]) : [exported];
  } catch (cause) {
    throw new MqwardenError('MQWARDEN_RULE', `the rules of ${file} cannot be loaded: ${messageOf(cause)}`, {
      hint: 'with --log-level debug, the stack shows where',
      cause,
    });
  }
}

function ownRule(value: unknown, file: string, others: readonly RuleInfo[]): OwnRule {
  const problem = problemOf(value, others);
  if (problem !== undefined) {
    throw new UsageError(`${file}: ${problem}`, 'docs/lint.md says what a rule is: "Rules of your own"');
  }
  const rule = value as Rule & { readonly broker?: string };
  return { rule: guarded(rule, file), file, broker: isOfBroker(rule) ? rule.broker : undefined };
}

const ofBroker = ['onSite', 'acrossSites'];
const methods = ['inFile', 'inTopology', ...ofBroker];

function isOfBroker(rule: Rule): boolean {
  return ofBroker.some((method) => method in rule);
}

function problemOf(value: unknown, others: readonly RuleInfo[]): string | undefined {
  if (typeof value !== 'object' || value === null) return 'its default export is no rule';
  const fields = value as Readonly<Record<string, unknown>>;
  const missing = ['id', 'name', 'summary', 'why', 'instead'].find((key) => typeof fields[key] !== 'string');
  if (missing !== undefined) return `the rule has no text "${missing}"`;
  const id = String(fields['id']);
  if (!/^(?!MQ[0-8]|MQ[A-Z]\d)[A-Z]{2,8}\d{3}$/.test(id))
    return `${id} must be MQ9 and two digits, or letters of your own and three digits`;
  if (others.some((other) => other.id === id)) return `there are two rules ${id}`;
  const namesake = others.find(({ name }) => name === fields['name']);
  if (namesake !== undefined) return `${id} has the name of ${namesake.id}: ${namesake.name}`;
  if (!severities.some((severity) => severity === fields['severity']))
    return `${id} has no severity: ${severities.join(', ')}`;
  const has = methods.filter((method) => typeof fields[method] === 'function');
  if (has.length !== 1) return `${id} must have one of ${methods.join(', ')}`;
  const names = registry.map(({ name }) => name);
  if (ofBroker.includes(String(has[0])) && !names.includes(String(fields['broker'])))
    return `${id} must say which broker it is about: ${names.join(' or ')}`;
  return undefined;
}

/** Their mistakes are told as theirs. */
function guarded(rule: Rule, file: string): Rule {
  const guard = (look: () => Iterable<Spot>): Spot[] => {
    try {
      return [...look()].map(soundSpot);
    } catch (cause) {
      throw new MqwardenError('MQWARDEN_RULE', `the rule ${rule.id} of ${file} failed: ${messageOf(cause)}`, {
        hint: 'with --log-level debug, the stack shows where',
        cause,
      });
    }
  };
  if ('inFile' in rule) return { ...rule, inFile: (of) => guard(() => rule.inFile(of)) };
  if ('inTopology' in rule) return { ...rule, inTopology: (of) => guard(() => rule.inTopology(of)) };
  if ('onSite' in rule) return { ...rule, onSite: (of) => guard(() => rule.onSite(of)) };
  return { ...rule, acrossSites: (of) => guard(() => rule.acrossSites(of)) };
}

/** Who writes plain JavaScript is told here what a compiler would have said. */
function soundSpot(given: unknown): Spot {
  const spot = (given ?? {}) as Spot;
  const { position, message, severity, hint, service, address } = spot as Partial<Spot>;
  if (typeof message !== 'string') throw new TypeError('what it found has no message');
  const sound =
    typeof position?.file === 'string' &&
    [position.line, position.column].every((count) => Number.isInteger(count) && count >= 1);
  if (!sound) throw new TypeError('what it found has no position: { file, line, column }, from locate(…)');
  if (severity !== undefined && !severities.includes(severity))
    throw new TypeError(`what it found has no severity of: ${severities.join(', ')}`);
  if (![hint, service, address].every((text) => text === undefined || typeof text === 'string'))
    throw new TypeError('hint, service and address of what it found must be text');
  return withoutGarbage(spot);
}

/** What else it says is taken if it is as it should be. */
function withoutGarbage({ fix, related, ...spot }: Spot): Spot {
  const lists = { fix, related };
  for (const [key, list] of Object.entries(lists))
    if (
      list !== undefined &&
      !(Array.isArray(list) && list.every((one) => typeof one === 'object' && one !== null))
    )
      throw new TypeError(`${key} of what it found must be a list`);
  return { ...spot, ...(fix === undefined ? {} : { fix }), ...(related === undefined ? {} : { related }) };
}
