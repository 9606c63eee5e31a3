import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Answers, requestIn } from '../../src/brokers/kafka/connect/frames.ts';

function frame(apiKey: number, version: number, correlationId: number, body: Buffer): Buffer {
  const clientId = Buffer.from('service');
  const head = Buffer.alloc(14);
  head.writeInt32BE(10 + clientId.length + body.length, 0);
  head.writeInt16BE(apiKey, 4);
  head.writeInt16BE(version, 6);
  head.writeInt32BE(correlationId, 8);
  head.writeInt16BE(clientId.length, 12);
  return Buffer.concat([head, clientId, body]);
}

function produce(version: number, acks: number, transactionalId?: string): Buffer {
  const id =
    transactionalId === undefined
      ? Buffer.from([0xff, 0xff])
      : Buffer.from(`\0${String.fromCharCode(transactionalId.length)}${transactionalId}`);
  const tail = Buffer.alloc(6);
  tail.writeInt16BE(acks, 0);
  return frame(0, version, 7, Buffer.concat([version >= 3 ? id : Buffer.alloc(0), tail]));
}

it('knows which requests are answered', () => {
  expect(requestIn(frame(1, 11, 42, Buffer.alloc(8)))).toEqual({
    apiKey: 1,
    correlationId: 42,
    answered: true,
  });
  for (const version of [2, 7]) {
    expect(requestIn(produce(version, -1))?.answered).toBe(true);
    expect(requestIn(produce(version, 0))?.answered).toBe(false);
  }
  expect(requestIn(produce(7, 0, 'transaction'))?.answered).toBe(false);
  expect(requestIn(Buffer.alloc(3))).toBeUndefined();
});

it('knows who logs in, whatever the name', () => {
  const login = (name: string) =>
    requestIn(frame(36, 0, 1, Buffer.from(`....n,,n=${name},r=nonce`)))?.username;
  expect(login('order-service.g2')).toBe('order-service.g2');
  expect(login('CN=3Dorders=2COU=3Dx')).toBe('CN=orders,OU=x');
  expect(requestIn(frame(36, 0, 1, Buffer.from('c=biws,r=nonce,p=proof')))?.username).toBeUndefined();
});

it('finds the answers in a stream that is cut anywhere', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), fc.nat(40)), { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 30 })),
      (frames, cuts) => {
        const stream = Buffer.concat(
          frames.map(([id, length]) => {
            const bytes = Buffer.alloc(8 + length, 1);
            bytes.writeInt32BE(4 + length, 0);
            bytes.writeInt32BE(id % 0x7fffffff, 4);
            return bytes;
          }),
        );
        const answers = new Answers();
        const found: number[] = [];
        let at = 0;
        for (const cut of cuts) {
          found.push(...answers.read(stream.subarray(at, at + cut)));
          at += cut;
        }
        found.push(...answers.read(stream.subarray(at)));
        expect(found).toEqual(frames.map(([id]) => id % 0x7fffffff));
      },
    ),
  );
});
