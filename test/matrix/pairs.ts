/** Which pairs there are, what runs on each, and how the outcome is shown. Pure. */

interface Kafka {
  readonly version: string;
  readonly brokers: number;
}

export interface Pair {
  /** The Debian whose RabbitMQ it is: 12 has 3.10, 13 has 4.0, what becomes 14 has 4.3. */
  readonly debian: string;
  readonly kafka: Kafka;
}

export interface Row {
  readonly rabbitmq: string;
  readonly kafka: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly ms: number;
}

const debians = ['bookworm', 'trixie', 'forky'];
const kafkas: readonly Kafka[] = [
  { version: '3.9.2', brokers: 1 },
  { version: '4.4.0', brokers: 1 },
  { version: '4.4.0', brokers: 3 },
];

export function pairsOf(wanted: readonly string[]): Pair[] {
  const all = debians.flatMap((debian) => kafkas.map((kafka) => ({ debian, kafka })));
  return all.filter((pair) => wanted.every((word) => namesOf(pair).includes(word)));
}

function namesOf({ debian, kafka: { version, brokers } }: Pair): string[] {
  return [debian, version, `${version}x${brokers}`];
}

/** On every pair; the tests of one broker alone run on the first pair that has it. */
export function filesOf(pair: Pair, before: readonly Pair[]): string[] {
  const kafka = (one: Pair) => `${one.kafka.version}x${one.kafka.brokers}`;
  const newRabbit = before.every(({ debian }) => debian !== pair.debian);
  const newKafka = before.every((one) => kafka(one) !== kafka(pair));
  return [
    'test/contract/',
    'test/matrix/',
    // What a login proves, and generations of credentials: of either broker for itself.
    ...(newRabbit || newKafka
      ? ['test/access/', 'test/verify/', 'test/cli/rotate.test.ts', 'test/audit/live.test.ts']
      : []),
    ...(newRabbit ? ['test/rabbitmq/live.test.ts', 'test/audit/rabbitmq/'] : []),
    ...(newKafka ? ['test/kafka/live.test.ts', 'test/audit/kafka/'] : []),
    // On one broker, whatever the cluster.
    ...(newKafka && pair.kafka.brokers === 1 ? ['test/kafka/view.test.ts', 'test/audit/logins.test.ts'] : []),
    // A proxy stands before one broker, not before a cluster.
    ...((newRabbit || newKafka) && pair.kafka.brokers === 1 ? ['test/kill/rotation.test.ts'] : []),
  ];
}

export function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => [
    row.rabbitmq,
    row.kafka,
    String(row.passed),
    String(row.failed),
    String(row.skipped),
    `${Math.round(row.ms / 1000)} s`,
  ]);
  const all = [['RabbitMQ', 'Kafka', 'passed', 'failed', 'skipped', 'time'], ...lines];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0))) ?? [];
  return all
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n');
}
