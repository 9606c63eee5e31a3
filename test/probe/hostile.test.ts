/** What a hostile listener says, whatever it is: it comes to an answer or to none, and never to one that it did not give. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  askMechanisms,
  isAnswer,
  mechanismsIn as mechanismsOfKafka,
} from '../../src/brokers/kafka/facts/frames.ts';
import {
  amqpGreeting,
  anonymousAnswer,
  anonymousLogin,
  mechanismsIn as mechanismsOfRabbit,
} from '../../src/brokers/rabbitmq/facts/amqp.ts';
import { authoritiesIn } from '../../src/probe/authorities.ts';
import { knock } from '../../src/probe/door.ts';
import { flightIn } from '../../src/probe/records.ts';
import { suiteIn } from '../../src/probe/suites.ts';

const sized = (bytes: number, body: Buffer): Buffer => {
  const size = Buffer.alloc(bytes);
  size.writeUIntBE(body.length, 0, bytes);
  return Buffer.concat([size, body]);
};
const message = (type: number, body: Buffer) => Buffer.concat([Buffer.from([type]), sized(3, body)]);
const record = (type: number, body: Buffer) => Buffer.concat([Buffer.from([type, 3, 3]), sized(2, body)]);
const alert = (level: number, what: number) => record(0x15, Buffer.from([level, what]));
/** Cut into records of so many bytes. */
const records = (body: Buffer, size: number): Buffer =>
  Buffer.concat(
    Array.from({ length: Math.ceil(body.length / size) }, (_, index) =>
      record(0x16, body.subarray(index * size, (index + 1) * size)),
    ),
  );

const helloOf = (suite: number, id = 32) =>
  message(
    2,
    Buffer.concat([
      Buffer.from([3, 3]),
      Buffer.alloc(32, 7),
      sized(1, Buffer.alloc(id, 9)),
      Buffer.from([suite >> 8, suite & 0xff, 0]),
    ]),
  );
/** CN=ours */
const name = Buffer.from('300f310d300b06035504030c046f757273', 'hex');
const requestFor = (names: readonly Buffer[]) =>
  message(
    13,
    Buffer.concat([
      sized(1, Buffer.from([1])),
      sized(2, Buffer.from([4, 3])),
      sized(2, Buffer.concat(names.map((one) => sized(2, one)))),
    ]),
  );
const done = message(14, Buffer.alloc(0));
const flight = Buffer.concat([helloOf(0xc02b), requestFor([name, name]), done]);

const text = (value: string) => sized(2, Buffer.from(value));
const ofKafka = (names: readonly string[]): Buffer =>
  sized(
    4,
    Buffer.concat([
      askMechanisms.say.subarray(8, 12),
      Buffer.from([0, 33, 0, 0, 0, names.length]),
      ...names.map(text),
    ]),
  );
const frame = (payload: Buffer) =>
  Buffer.concat([Buffer.from([1, 0, 0]), sized(4, payload), Buffer.from([0xce])]);
const start = frame(
  Buffer.concat([
    Buffer.from([0, 10, 0, 10, 0, 9]),
    sized(4, Buffer.from('some table')),
    sized(4, Buffer.from('PLAIN ANONYMOUS')),
    sized(4, Buffer.from('en_US')),
  ]),
);

const wholes = [records(flight, 1000), alert(2, 40), ofKafka(['PLAIN', 'SCRAM-SHA-512']), start];
/** Random bytes, and whole answers with some bytes changed, cut off, and more behind them. */
const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc
    .tuple(
      fc.constantFrom(...wholes),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
      fc.nat(),
      fc.uint8Array({ maxLength: 40 }),
    )
    .map(([whole, changes, cut, more]) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      return Buffer.concat([bytes.subarray(0, cut % (bytes.length + 1)), more]);
    }),
);

it.each<[string, (heard: Buffer) => unknown]>([
  ['records of TLS', flightIn],
  ['cipher suites', suiteIn],
  ['authorities', authoritiesIn],
  ['mechanisms of Kafka', mechanismsOfKafka],
  ['when Kafka has said all', askMechanisms.isWhole],
  ['mechanisms of RabbitMQ', mechanismsOfRabbit],
  ['an anonymous login', anonymousAnswer],
  ['when RabbitMQ has said all', amqpGreeting.isWhole],
  ['when it has answered a login', anonymousLogin.isWhole],
])('%s: nothing that is said is thrown, and no more is read than was said', (_, read) => {
  fc.assert(
    fc.property(hostile, (heard) => {
      const answer = read(heard);
      expect(JSON.stringify(answer ?? null).length).toBeLessThan(100 + heard.length * 20);
    }),
    { numRuns: 2000 },
  );
});

it('half an answer is no refusal, nor one that asks for no certificate', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(), (size, cut) => {
      const whole = records(flight, size);
      expect(authoritiesIn(whole)).toEqual(['CN=ours', 'CN=ours']);
      expect(suiteIn(whole)).toBe(0xc02b);
      const half = whole.subarray(0, cut % whole.length);
      expect(authoritiesIn(half)).toBeUndefined();
      expect([0xc02b, { why: 'half an answer' }]).toContainEqual(suiteIn(half));
    }),
  );
});

it.each<[string, Buffer, ReturnType<typeof suiteIn>]>([
  ['handshake_failure', alert(2, 40), 'refused'],
  ['another alert', alert(2, 80), { why: 'alert 80 of TLS' }],
  ['a warning alone', alert(1, 112), { why: 'half an answer' }],
  ['a warning before the answer', Buffer.concat([alert(1, 112), records(helloOf(0x000a), 50)]), 0x000a],
  ['what is encrypted', record(0x17, Buffer.alloc(20)), { why: 'an answer that is no TLS' }],
  ['another message', records(done, 50), { why: 'an answer that is not understood' }],
  [
    'a session that is longer than the message',
    records(helloOf(1, 0).fill(255, 38, 39), 99),
    { why: 'an answer that is not understood' },
  ],
])('%s is the answer that it is', (_, heard, answer) => {
  expect(suiteIn(heard)).toEqual(answer);
});

it.each<[string, Buffer]>([
  ['the end without a beginning', done],
  ['the end before the beginning', Buffer.concat([done, helloOf(0xc02b)])],
  [
    'a name that is longer than the list',
    Buffer.concat([helloOf(1), message(13, Buffer.from('0101000000020004aaaabbbb', 'hex')), done]),
  ],
  ['a name without an end', Buffer.concat([helloOf(1), requestFor([Buffer.from('3080', 'hex')]), done])],
])('of %s, whose certificates are asked for is not known', (_, said) => {
  expect(authoritiesIn(records(said, 1000))).toBeUndefined();
});

it('lengths below nothing are not read for ever', () => {
  const endless = ofKafka(['']);
  endless.writeInt32BE(0x7fffffff, 10);
  endless.writeInt16BE(-2, 14);
  expect(isAnswer(endless)).toBe(true);
  expect(mechanismsOfKafka(endless)).toBeUndefined();
});

it('a port that is none is told, as a host that is none', async () => {
  const greeting = { say: Buffer.from('hello'), isWhole: () => true };
  expect(await knock({ host: '127.0.0.1', port: 99_999 }, greeting, 1000)).toEqual({
    is: 'unreachable',
    why: 'ERR_SOCKET_BAD_PORT',
  });
});
