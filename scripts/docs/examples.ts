import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { Finding } from '../../src/core/finding.ts';
import { type CodeText, judgeCode } from '../../src/lint/code/engine.ts';
import { codeRules } from '../../src/lint/code/rules.ts';
import type { RuleSet } from '../../src/lint/engine.ts';
import { parseCode } from '../../src/operations/lint/parse.ts';
import { lintTexts } from '../../src/operations/lint/look.ts';
import type { TextFile } from '../../src/topology/files.ts';

/** The examples of the rules: for their pages, and for the test that runs them. */

const folder = join(import.meta.dirname, '../../test/lint/rules');

export interface Example {
  readonly name: string;
  /** `yaml`, or a language of source code. */
  readonly language: string;
  readonly fails: boolean;
  readonly text: string;
}

export function examplesOf(rule: string): readonly Example[] {
  const own = join(folder, rule);
  if (!existsSync(own)) return [];
  return readdirSync(own)
    .filter((file) => !file.endsWith('.txt'))
    .sort()
    .map((file) => ({
      name: basename(file, extname(file)),
      language: extname(file).slice(1),
      fails: file.startsWith('fail-'),
      text: readFileSync(join(own, file), 'utf8'),
    }));
}

/** What an example need not say: each stands beside it where it has nothing under the key. */
const frame: Readonly<Record<string, string>> = {
  version: 'version: 1\nname: example\n',
  environments: `environments:
  production:
    rabbitmq:
      managementUrl: https://rabbitmq.internal:15671
      amqpsUrl: amqps://rabbitmq.internal:5671
      vhost: production
      tls: { ca: /etc/ssl/rabbitmq-ca.pem }
      admin: { username: provisioner, password: file:/run/secrets/rabbitmq }
    kafka:
      brokers: [kafka-1.internal:9093, kafka-2.internal:9093, kafka-3.internal:9093]
      tls: { ca: /etc/ssl/kafka-ca.pem }
      admin: { username: provisioner, password: file:/run/secrets/kafka }
    secrets: vault:secret
`,
  services: 'services: { quiet-service: { owner: quiet-team } }\n',
};

/** Ignores of the examples are judged on this day. */
const today = '2026-11-24';

/** An example as a whole topology. */
export function textsOf({ name, text }: Pick<Example, 'name' | 'text'>): readonly TextFile[] {
  const missing = Object.entries(frame).filter(([key]) => !new RegExp(`^${key}:`, 'm').test(text));
  return [
    { file: `${name}.yaml`, text },
    ...missing.map(([key, part]) => ({ file: `the ${key}`, text: part })),
  ];
}

/** All that lint says of an example. */
export function findingsOf(
  example: Pick<Example, 'name' | 'text'> & Partial<Example>,
  set: RuleSet,
): readonly Finding[] {
  const { name, text, language = 'yaml' } = example;
  if (language !== 'yaml') return codeFindingsOf({ file: `${name}.${language}`, text });
  return lintTexts(textsOf(example), set, { variables: {}, today }).findings;
}

function codeFindingsOf(code: CodeText): readonly Finding[] {
  return judgeCode(code, parseCode(code), codeRules, today).findings;
}

/** As the golden files have it, and the pages. */
export function findingText({ position, severity, message, hint, rule, name }: Finding): string {
  const place = `${position?.line ?? '?'}:${position?.column ?? '?'}`;
  const lines = [
    `${place}: ${severity}: ${message} [${rule} ${name}]`,
    ...(hint === undefined ? [] : [`  ${hint}`]),
  ];
  return `${lines.join('\n')}\n`;
}
