/**
 * What bulk creation by `POST /api/definitions` would save (ADR 13): the exchanges, queues and bindings of the made-up topology,
 * by ordered PUTs as apply sends them, and by one POST; each until it has been read again, in turns, in a fresh vhost each time.
 * Then what the POST does about a queue and an exchange that differ, and about a binding to nothing. About a minute.
 *
 *   MQWARDEN_RABBITMQ_ROOT=.cache/roots/forky npm run bench:definitions     another RabbitMQ than the machine's own
 */
import { startRabbitMQ } from '../test/brokers/rabbitmq.ts';
import { machine, median } from './harness.ts';
import { type RawRabbitMQ, rawRabbitMQ, together } from './raw.ts';

const rounds = 7;
const services = 200;
const vhost = 'bench';
const createOnly = { 'if-none-match': '*' };

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
const exchanges = numbers(2 * services).map((n) => ({
  name: `service-${n >> 1}.exchange-${n % 2}`,
  type: 'topic',
  durable: true,
  auto_delete: false,
  internal: false,
  arguments: {},
}));
const queues = numbers(4 * services).map((n) => ({
  name: `service-${n >> 2}.queue-${n % 4}`,
  durable: true,
  auto_delete: false,
  arguments: { 'x-queue-type': 'classic' },
}));
const bindings = queues.map(({ name }, n) => ({
  source: exchanges[(n >> 1) % exchanges.length]?.name ?? '',
  destination: name,
  destination_type: 'queue',
  routing_key: `event.${n % 4}`,
  arguments: {},
}));
const everything = { exchanges, queues, bindings };

async function byPuts(rabbit: RawRabbitMQ): Promise<void> {
  await together(exchanges, ({ name, ...body }) =>
    rabbit.call('PUT', `/exchanges/${vhost}/${name}`, body, createOnly),
  );
  await together(queues, ({ name, ...body }) =>
    rabbit.call('PUT', `/queues/${vhost}/${name}`, body, createOnly),
  );
  await together(bindings, ({ source, destination, routing_key, arguments: table }) =>
    rabbit.call('POST', `/bindings/${vhost}/e/${source}/q/${destination}`, { routing_key, arguments: table }),
  );
}

async function byPost(rabbit: RawRabbitMQ): Promise<void> {
  await rabbit.call('POST', `/definitions/${vhost}`, everything);
}

/** How long until it is written, and until it has been read again. Throws unless everything is there. */
async function timed(rabbit: RawRabbitMQ, make: (rabbit: RawRabbitMQ) => Promise<void>) {
  await rabbit.call('DELETE', `/vhosts/${vhost}`).catch(() => '');
  await rabbit.call('PUT', `/vhosts/${vhost}`);
  const since = performance.now();
  await make(rabbit);
  const written = performance.now() - since;
  const live = JSON.parse(await rabbit.call('GET', '/definitions')) as Readonly<
    Record<string, { vhost?: string }[]>
  >;
  const whole = performance.now() - since;
  for (const [kind, wanted] of Object.entries(everything)) {
    const found = (live[kind] ?? []).filter((one) => one.vhost === vhost).length;
    if (found !== wanted.length) throw new Error(`${found} ${kind}, not ${wanted.length}`);
  }
  return { written, whole };
}

/** What stands in the way of an import, and what comes of it. */
async function inTheWay(rabbit: RawRabbitMQ): Promise<string[]> {
  const [exchange, queue] = [exchanges[0], queues[0]];
  const cases = {
    'an exchange that differs': { exchanges: [{ ...exchange, type: 'fanout' }] },
    'a queue that differs': { queues: [{ ...queue, arguments: { 'x-max-length': 5 } }] },
    'a binding to nothing': { bindings: [{ ...bindings[0], destination: 'nothing' }] },
  };
  const lines: string[] = [];
  for (const [what, body] of Object.entries(cases)) {
    const answer = await rabbit.call('POST', `/definitions/${vhost}`, body).then(
      () => 'taken without a word',
      (error: unknown) => `refused: ${String(error).slice(0, 200)}`,
    );
    lines.push(`${what}: ${answer}`);
  }
  return lines;
}

const broker = await startRabbitMQ({ clientCertificates: 'optional' });
const rabbit = rawRabbitMQ({ url: broker.managementUrl, caFile: broker.caFile, ...broker.admin });
try {
  const ways = { puts: byPuts, post: byPost };
  const times = { puts: [] as Times[], post: [] as Times[] };
  await timed(rabbit, byPuts);
  for (const round of numbers(rounds)) {
    const order = round % 2 === 0 ? (['puts', 'post'] as const) : (['post', 'puts'] as const);
    for (const way of order) times[way].push(await timed(rabbit, ways[way]));
  }
  for (const part of ['written', 'whole'] as const) {
    const [puts, post] = [times.puts.map((one) => one[part]), times.post.map((one) => one[part])];
    const ratio = median(puts.map((ms, round) => ms / (post[round] ?? Number.NaN)));
    const seconds = (values: readonly number[]) => `${(median(values) / 1000).toFixed(2)} s`;
    process.stdout.write(
      `${part === 'whole' ? 'and read again' : 'written'}: PUTs ${seconds(puts)}, POST ${seconds(post)}, ${ratio.toFixed(2)} times\n`,
    );
  }
  process.stdout.write(`${(await inTheWay(rabbit)).join('\n')}\n`);
  process.stdout.write(
    `\n${machine(`Node.js ${process.versions.node}, ${broker.name}`)}, ${rounds} rounds\n`,
  );
} finally {
  rabbit.close();
  await broker.stop();
}

interface Times {
  readonly written: number;
  readonly whole: number;
}
