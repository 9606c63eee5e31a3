/**
 * The tests of what a broker decides, on every pair of a RabbitMQ and a Kafka that is worth knowing: `npm run test:matrix`.
 *
 *   npm run test:matrix -- forky            only pairs with that RabbitMQ
 *   npm run test:matrix -- forky 4.4.0x3    only that pair
 *
 * A RabbitMQ is named by the Debian that it comes from: the machine's own where that is the machine's, else the one of a
 * root folder in .cache/roots, made once. A Kafka is a version, and xN for a cluster of N brokers. Ends with a table, and
 * with 1 if any test failed, was skipped, or did not run.
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFIG_TOOL } from '../brokers/kafka-tools.ts';
import { installedRabbitMQ } from '../brokers/rabbitmq-install.ts';
import { type Pair, type Row, filesOf, pairsOf, table } from './pairs.ts';

const root = join(import.meta.dirname, '../..');
const reports = join(root, '.cache/matrix');

const pairs = pairsOf(process.argv.slice(2));
if (pairs.length === 0) throw new Error('no pair is of this name; all: npm run test:matrix');
const native = await debianOfThisMachine();
await prepare();
await rm(reports, { recursive: true, force: true });
await mkdir(reports, { recursive: true });
const rows: Row[] = [];
for (const [index, pair] of pairs.entries())
  rows.push(await runPair(pair, filesOf(pair, pairs.slice(0, index))));
process.stdout.write(`\n${table(rows)}\n`);
process.exitCode = rows.every(({ failed, skipped, passed }) => failed + skipped === 0 && passed > 0) ? 0 : 1;

async function debianOfThisMachine(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^VERSION_CODENAME=(.*)$/m.exec(release)?.[1] ?? '';
}

/** Everything that is fetched, before anything is measured. */
async function prepare(): Promise<void> {
  const versions = new Set([...pairs.map(({ kafka }) => kafka.version), CONFIG_TOOL]);
  await must('npm', ['run', '-s', 'setup']);
  for (const version of versions)
    await must('npm', ['run', '-s', 'setup'], { MQWARDEN_KAFKA_VERSION: version });
  const suites = [...new Set(pairs.map(({ debian }) => debian))].filter((one) => one !== native);
  if (suites.length > 0) await must('bash', ['test/brokers/root-folder.sh', ...suites]);
}

async function runPair(pair: Pair, files: readonly string[]): Promise<Row> {
  const rabbit = pair.debian === native ? '' : join(root, '.cache/roots', pair.debian);
  const rabbitmq = installedRabbitMQ(rabbit === '' ? undefined : rabbit).version ?? 'unknown';
  const kafka = `${pair.kafka.version}${pair.kafka.brokers === 1 ? '' : `, ${pair.kafka.brokers} brokers`}`;
  process.stdout.write(`\nmatrix: RabbitMQ ${rabbitmq} (Debian ${pair.debian}), Kafka ${kafka}\n`);
  const report = join(reports, `${pair.debian}-${pair.kafka.version}x${pair.kafka.brokers}.json`);
  const started = performance.now();
  const config = ['--config', 'test/matrix/vitest.config.ts'];
  const output = ['--reporter', 'dot', '--reporter', 'json', '--outputFile.json', report];
  const code = await run('vitest', ['run', ...config, ...output, ...files], {
    MQWARDEN_RABBITMQ_ROOT: rabbit,
    MQWARDEN_KAFKA_VERSION: pair.kafka.version,
    MQWARDEN_KAFKA_BROKERS: String(pair.kafka.brokers),
  });
  const counts = await counted(report, code);
  return { rabbitmq: `${rabbitmq} (${pair.debian})`, kafka, ...counts, ms: performance.now() - started };
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests?: number;
}

/** A file that breaks before its first test, or an error outside of any, counts as a failed test. */
async function counted(report: string, code: number): Promise<Pick<Row, 'passed' | 'failed' | 'skipped'>> {
  const text = await readFile(report, 'utf8').catch(() => undefined);
  if (text === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests = 0 } = JSON.parse(text) as Report;
  return {
    passed: numPassedTests,
    failed: numFailedTests === 0 && code !== 0 ? 1 : numFailedTests,
    skipped: numPendingTests + numTodoTests,
  };
}

async function must(command: string, args: readonly string[], variables = {}): Promise<void> {
  const code = await run(command, args, variables);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
}

/** Brokers that MQWARDEN_TEST_* variables point at are not the ones to be tested here. */
async function run(
  command: string,
  args: readonly string[],
  variables: Record<string, string>,
): Promise<number> {
  const own = Object.entries(process.env).filter(([name]) => !/^MQWARDEN_(TEST|KAFKA|RABBITMQ)_/.test(name));
  const child = spawn(command, args, {
    cwd: root,
    env: { ...Object.fromEntries(own), ...variables },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
