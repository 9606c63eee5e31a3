import type { Greeting } from '../../../probe/door.ts';
import { unlessCutOff } from '../../../probe/heard.ts';

/** What a stranger asks a Kafka, and what of the answer is looked at: two requests, so no client. */

const ask = 0x6d71;

/** Of version 1: which mechanisms there are, when one is asked for that there is not. */
export const askMechanisms = greeting(17, 1, text('MQWARDEN-AUDIT'));
/** Of version 4: of no topic, and makes none. What a listener that wants to know who asks does not answer. */
export const askMetadata = greeting(3, 4, Buffer.from([0, 0, 0, 0, 0]));

function greeting(apiKey: number, version: number, body: Buffer): Greeting {
  const head = Buffer.alloc(8);
  head.writeInt16BE(apiKey, 0);
  head.writeInt16BE(version, 2);
  head.writeInt32BE(ask, 4);
  const frame = Buffer.concat([head, text('mqwarden-audit'), body]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(frame.length);
  return {
    say: Buffer.concat([size, frame]),
    isWhole: (heard) => heard.length >= 8 && heard.length >= 4 + heard.readInt32BE(0),
  };
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const size = Buffer.alloc(2);
  size.writeInt16BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

/** Kafka says whose answer it is. */
export function isAnswer(heard: Buffer): boolean {
  return heard.length >= 8 && heard.readInt32BE(4) === ask;
}

/** After size and id: an error, and a list of texts. */
export function mechanismsIn(heard: Buffer): readonly string[] | undefined {
  if (!isAnswer(heard)) return undefined;
  return unlessCutOff(() => {
    const names: string[] = [];
    let at = 14;
    for (let left = heard.readInt32BE(10); left > 0; left -= 1) {
      const length = heard.readInt16BE(at);
      const end = at + 2 + length;
      // A length below nothing would be read again and again.
      if (length < 0 || end > heard.length) return undefined;
      names.push(heard.toString('utf8', at + 2, end));
      at = end;
    }
    return names;
  });
}
