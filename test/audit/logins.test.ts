/** audit logs in as services: how often, and what becomes of it where a broker takes its time. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { type KafkaProxy, startKafkaProxy } from '../brokers/proxy-kafka.ts';
import { openPlace, type Place } from './place.ts';

const { kafka } = brokersForTests();
const run = uniqueName('audit');
const count = 24;
const names = Array.from({ length: count }, (_, at) => `${run}-${String(at).padStart(2, '0')}`);
const topic = `${run}.orders`;
const [first = ''] = names;

let proxy: KafkaProxy;
let place: Place;

beforeAll(async () => {
  proxy = await startKafkaProxy(kafka);
  const topics = { [topic]: { partitions: 1, replicationFactor: 1, allow: { consume: names.slice(1) } } };
  const services = names.map((name) => [
    name,
    { kafka: name === first ? { topics } : { consumes: [{ topic, group: name }] } },
  ]);
  const at = { ...kafka, brokers: proxy.brokers };
  place = await openPlace({ kafka: at }, Object.fromEntries(services) as object);
}, 120_000);

afterAll(async () => {
  await proxy.stop();
  await place.remove();
});

beforeEach(() => {
  proxy.onRequest(undefined);
  proxy.clear();
});

const [authenticate, createTopics] = [36, 19];

/** Who began to log in, by the first message of SCRAM. */
function logins(): string[] {
  return proxy.requests.flatMap(({ apiKey, frame }) =>
    apiKey === authenticate ? (/n=([^,]+),r=/.exec(frame.toString('latin1'))?.[1] ?? []) : [],
  );
}

async function acls(over: Parameters<Place['audit']>[0] = {}) {
  const { findings } = await place.audit(over);
  const found = findings.find(({ rule }) => rule === 'MQA09');
  return [found?.evidence ?? '', ...(found?.related ?? []).map(({ message }) => message)].join('\n');
}

it('once as each service, at the only broker', async () => {
  expect(await acls()).toContain(`${names.slice(0, 5).join(', ')} and ${count - 5} more, asked at 1 broker`);
  expect(logins().filter((name) => name !== kafka.admin.username)).toHaveLength(count);
  expect(new Set(logins())).toEqual(new Set([...names, kafka.admin.username]));
});

it('never, where that is not to be', async () => {
  expect(await acls({ credentials: false })).toContain(
    'not tried: the stored credentials were not to be read',
  );
  expect(new Set(logins())).toEqual(new Set([kafka.admin.username]));
});

it('at a broker that hangs, only until it is plain that it does', async () => {
  proxy.onRequest((_, { apiKey }) => (apiKey === createTopics ? 'hang' : 'pass'));
  const began = performance.now();
  const told = await acls({ timeoutMs: 2000 });
  expect(told).toMatch(/did not answer CreateTopics within 2 s \(asked as .* and \d+ more\)/);
  expect(told).toContain('broker 1 was asked no more after 3 failures');
  const asked = logins().filter((name) => name !== kafka.admin.username);
  expect(asked.length).toBeLessThan(count);
  // Not one after another, two seconds each.
  expect(performance.now() - began).toBeLessThan(count * 1000);
});
