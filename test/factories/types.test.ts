/** The generated types, given to TypeScript: what a service may not do does not compile. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shapesOf } from '../../src/brokers/rabbitmq/client.ts';
import { typesOf } from '../../src/report/types.ts';
import { mqwarden } from '../cli/run.ts';

const root = join(import.meta.dirname, '../..');
let cwd: string;
beforeAll(async () => {
  // Inside the project, so that its packages and mqwarden itself are found as by a service.
  mkdirSync(join(root, '.cache'), { recursive: true });
  cwd = mkdtempSync(join(root, '.cache/types-'));
  mkdirSync(join(cwd, 'node_modules'));
  symlinkSync(root, join(cwd, 'node_modules/mqwarden'));
  const { code } = await mqwarden(
    [
      'types',
      join(root, 'topology'),
      '--env',
      'production',
      '--service',
      'order-service',
      '--out',
      'order.ts',
    ],
    { cwd },
  );
  expect(code).toBe(0);
});
afterAll(() => rmSync(cwd, { recursive: true }));

const beginning = `import { connect } from 'mqwarden/rabbitmq';
import { createKafka } from 'mqwarden/kafka';
import type { OrderService } from './order.ts';
const at = { service: 'order-service', username: 'u', password: 'p' };
const connection = await connect<OrderService['rabbitmq']>({ ...at, url: 'amqps://h', vhost: 'v' });
const payments = await connect<OrderService['rabbitmq@payments']>({ ...at, url: 'amqps://h', vhost: 'p' });
const kafka = createKafka<OrderService['kafka']>({ ...at, brokers: ['h:1'] });
const publisher = connection.publisher();
const body = Buffer.from('{}');
`;

/** What the compiler says of a line after the beginning; nothing where it is fine. */
function compile(lines: readonly string[]): string[] {
  writeFileSync(join(cwd, 'service.mts'), beginning + lines.join('\n'));
  const compilerOptions = {
    ...{ noEmit: true, strict: true, skipLibCheck: true, allowImportingTsExtensions: true },
    ...{ target: 'es2023', module: 'nodenext', types: ['node'] },
  };
  writeFileSync(join(cwd, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['service.mts'] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', cwd], { cwd, encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes('error TS'));
}

const good = [
  `await publisher.publish('order.exchange.events', 'order.created', body);`,
  `await connection.consumer('order.queue.checkouts', () => undefined);`,
  `await kafka.producer().send({ topic: 'orders', messages: [] });`,
  `await connection.createChannel();`,
  `await payments.consumer('payment.queue.for-orders', () => undefined);`,
];
const bad = [
  [
    `await publisher.publish('payment.exchange.events', 'payment.captured', body);`,
    'payment.exchange.events',
  ],
  [`await publisher.publish('order.exchange.events', 'payment.captured', body);`, 'payment.captured'],
  [`await publisher.sendToQueue('order.queue.dead', body);`, 'order.queue.dead'],
  [`await connection.consumer('order.queue.dead', () => undefined);`, 'order.queue.dead'],
  [`await connection.consumer('payment.queue.for-orders', () => undefined);`, 'payment.queue.for-orders'],
  [`await payments.consumer('order.queue.checkouts', () => undefined);`, 'order.queue.checkouts'],
  [`await payments.publisher().publish('order.exchange.events', 'order.created', body);`, 'never'],
  [`await kafka.producer().send({ topic: 'payments', messages: [] });`, 'payments'],
  [`kafka.consumer({ groupId: 'any' });`, 'never'],
] as const;

it(
  'what the service may do compiles, and each thing that it may not has an error of its own',
  { timeout: 60_000 },
  () => {
    const first = beginning.split('\n').length + good.length;
    const errors = compile([...good, ...bad.map(([line]) => line)]);
    expect(errors.map((error) => Number(/\((\d+),/.exec(error)?.[1]))).toEqual(
      bad.map((_, at) => first + at),
    );
    for (const [at, [, name]] of bad.entries()) expect(errors[at]).toContain(name);
  },
);

it('is what the environment names', async () => {
  expect(readFileSync(join(cwd, 'order.ts'), 'utf8')).toContain("'orders': string;");
  const args = ['types', join(root, 'topology'), '--env', 'staging', '--service', 'order-service'];
  const { code, stdout } = await mqwarden(args, { cwd });
  expect(code).toBe(0);
  expect(stdout).toContain("'staging.orders': string;");
});

it.each([
  [['types', join(root, 'topology'), '--env', 'staging', '--service', 'nobody'], 'no service nobody'],
  [['types', join(root, 'topology'), '--env', 'staging'], 'types are those of one service'],
])('says what is wrong: %j', async (args, message) => {
  const { code, stdout, stderr } = await mqwarden(args, { cwd });
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(message);
});

describe('patterns', () => {
  it.each([
    ['order.created', [['order.created']]],
    ['order.#', [['order'], ['order.', '']]],
    ['#', [['', '']]],
    ['#.failed', [['failed'], ['', '.failed']]],
    ['order.*.failed', [['order.', '.failed']]],
    ['order.#.failed', [['order.failed'], ['order.', '.failed']]],
  ])('%s', (pattern, shapes) => {
    expect(shapesOf(pattern)).toEqual(shapes);
  });

  it('are written so that no name can end its text', () => {
    const text = typesOf({
      ...{ topology: '*/ evil', service: '9-lives', environment: 'e' },
      places: new Map([
        ['rabbitmq', [{ does: 'publishes', name: [`it's "\\`], with: [['a`', '${b}']] }]],
        ['kafka', [{ does: 'produces', name: ['metrics.', ''] }]],
      ]),
    });
    expect(text).toContain('type Service9Lives = {');
    expect(text).toContain(String.raw`'it\'s "\\': ` + '`a\\`${string}\\${b}`;');
    expect(text).toContain('[name: `metrics.${string}`]: string;');
    expect(text.match(/\*\//g)).toHaveLength(2);
  });
});
