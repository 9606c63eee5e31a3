import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type { Door } from './door.ts';
import { handshake } from './records.ts';

/** The first message of a TLS 1.2 handshake (RFC 5246, section 7.4.1.2), by hand: for what no library asks, or tells of the answer. */

const clientHelloType = 1;
export const serverHello = 2;

/** Addresses are not sent as names (RFC 6066). */
export function nameFor({ host }: Door, serverName: string | undefined): string | undefined {
  return serverName ?? (isIP(host) === 0 ? host : undefined);
}

export function clientHello(suites: readonly number[], serverName: string | undefined): Buffer {
  const extensions = Buffer.concat([
    ...(serverName === undefined
      ? []
      : [extension(0x0000, sized(2, Buffer.concat([Buffer.from([0]), sized(2, Buffer.from(serverName))])))]),
    extension(0x000a, sized(2, words([0x001d, 0x0017, 0x0018, 0x0019]))),
    extension(0x000b, sized(1, Buffer.from([0]))),
    extension(
      0x000d,
      sized(
        2,
        words([0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201]),
      ),
    ),
    extension(0xff01, Buffer.from([0])),
  ]);
  const body = Buffer.concat([
    words([0x0303]),
    randomBytes(32),
    Buffer.from([0]),
    sized(2, words(suites)),
    Buffer.from([1, 0]),
    sized(2, extensions),
  ]);
  const message = Buffer.concat([Buffer.from([clientHelloType]), sized(3, body)]);
  return Buffer.concat([Buffer.from([handshake]), words([0x0301]), sized(2, message)]);
}

function extension(type: number, body: Buffer): Buffer {
  return Buffer.concat([words([type]), sized(2, body)]);
}

function sized(bytes: number, body: Buffer): Buffer {
  const size = Buffer.alloc(bytes);
  size.writeUIntBE(body.length, 0, bytes);
  return Buffer.concat([size, body]);
}

function words(values: readonly number[]): Buffer {
  const all = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) all.writeUInt16BE(value, index * 2);
  return all;
}
