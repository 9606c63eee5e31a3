/** What bad topologies have around the mistake. */

const rabbitmq = ['managementUrl: https://mq.internal:15671', 'vhost: production'];
const kafka = ['brokers: [kafka.internal:9093]'];
const admin = 'admin: { username: provisioner, password: "env:P" }';

/** Lines of YAML: more than the usual ones of the section, or `[lines]` instead of those. */
type Lines = string | readonly [string];

interface Parts {
  readonly rabbitmq?: Lines;
  readonly kafka?: Lines;
  /** Beside the sections. */
  readonly more?: string;
}

/** The environment `production`, as YAML below `environments:`. */
export function production(parts: Parts = {}): string {
  return environment('production', { rabbitmq: '', kafka: '', ...parts });
}

/** An environment of only these sections. */
export function environment(name: string, { rabbitmq: mq, kafka: streams, more = '' }: Parts): string {
  const lines = [
    ...(mq === undefined ? [] : section('rabbitmq', [...rabbitmq, admin], mq)),
    ...(streams === undefined ? [] : section('kafka', [...kafka, admin], streams)),
    ...linesOf(more),
  ];
  return [`${name}:`, ...lines.map((line) => `  ${line}`), ''].join('\n');
}

function section(name: string, usual: readonly string[], given: Lines): string[] {
  const lines = typeof given === 'string' ? [...usual, ...linesOf(given)] : linesOf(given[0]);
  return [`${name}:`, ...lines.map((line) => `  ${line}`)];
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
