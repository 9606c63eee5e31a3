import type { Greeting } from '../../../probe/door.ts';
import { unlessCutOff } from '../../../probe/heard.ts';

/** What a stranger says in AMQP 0-9-1, and what of the answer is looked at: a handful of frames, so no client. */

/** Class 10, and the method. */
const connection = { start: 0x000a000a, startOk: 0x000a000b, tune: 0x000a001e, close: 0x000a0032 } as const;

/** Type and channel before the length, and the mark at the end. */
const [beforeLength, header, end] = [3, 7, 1];
const methodFrame = 1;

/** The header of AMQP 0-9-1: the broker begins with what it offers. */
export const amqpGreeting: Greeting = {
  say: Buffer.from('AMQP\0\0\x09\x01', 'latin1'),
  isWhole: hasFrames(1),
};

/** The header, and at once a login that names nobody: the broker goes on (Connection.Tune) or shuts. */
export const anonymousLogin: Greeting = {
  say: Buffer.concat([amqpGreeting.say, startOk('ANONYMOUS')]),
  isWhole: hasFrames(2),
};

/** What `anonymousLogin` came to; undefined where nothing that is understood was heard of it. */
export function anonymousAnswer(heard: Buffer): 'let in' | 'refused' | undefined {
  const method = methodOf(framesIn(heard)[1]);
  if (method === connection.tune) return 'let in';
  return method === connection.close ? 'refused' : undefined;
}

/** What Connection.Start offers: two bytes of version, a table, and a list with spaces. */
export function mechanismsIn(heard: Buffer): readonly string[] | undefined {
  const [start] = framesIn(heard);
  if (start === undefined || methodOf(start) !== connection.start) return undefined;
  return unlessCutOff(() => {
    const at = 10 + start.readUInt32BE(6);
    return start.toString('utf8', at + 4, at + 4 + start.readUInt32BE(at)).split(' ');
  });
}

/** The payloads of the frames of methods that are whole. */
function framesIn(heard: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; heard.length >= at + header && heard[at] === methodFrame;) {
    const to = at + header + heard.readUInt32BE(at + beforeLength);
    if (heard.length < to + end) break;
    frames.push(heard.subarray(at + header, to));
    at = to + end;
  }
  return frames;
}

function methodOf(frame: Buffer | undefined): number | undefined {
  return frame !== undefined && frame.length >= 4 ? frame.readUInt32BE(0) : undefined;
}

/** What is no frame of a method is whole as soon as it shows: nothing more is waited for. */
function hasFrames(count: number): (heard: Buffer) => boolean {
  return (heard) => heard.length >= header && (heard[0] !== methodFrame || framesIn(heard).length >= count);
}

/** Whose only property is that it can read a refusal: the broker would end the connection without a word, as if it had none. */
function startOk(mechanism: string): Buffer {
  const able = table(Buffer.concat([short('authentication_failure_close'), Buffer.from('t\x01')]));
  const properties = table(Buffer.concat([short('capabilities'), Buffer.from('F'), able]));
  const response = uint32(0);
  const payload = [uint32(connection.startOk), properties, short(mechanism), response, short('en_US')];
  const size = uint32(Buffer.concat(payload).length);
  return Buffer.concat([Buffer.from([methodFrame, 0, 0]), size, ...payload, Buffer.from([0xce])]);
}

function table(fields: Buffer): Buffer {
  return Buffer.concat([uint32(fields.length), fields]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function short(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')]);
}
