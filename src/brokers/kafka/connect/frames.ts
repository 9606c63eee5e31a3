/** Kafka's frames as far as hand-overs need them: which requests still wait for an answer, and who logs in. Pure. */

export const saslHandshake = 17;
const saslAuthenticate = 36;
const produce = 0;

export interface Request {
  readonly apiKey: number;
  readonly correlationId: number;
  /** False for a produce request with acks=0. */
  readonly answered: boolean;
  /** In the first message of SCRAM. */
  readonly username?: string;
}

/** kafkajs writes each request whole: size, API key, version, correlation id, client id, then the body. */
export function requestIn(frame: Buffer): Request | undefined {
  if (frame.length < 14) return undefined;
  const apiKey = frame.readInt16BE(4);
  const correlationId = frame.readInt32BE(8);
  const answered = apiKey !== produce || acksOf(frame) !== 0;
  const username = apiKey === saslAuthenticate ? usernameIn(frame) : undefined;
  return { apiKey, correlationId, answered, ...(username === undefined ? {} : { username }) };
}

function acksOf(frame: Buffer): number | undefined {
  const version = frame.readInt16BE(6);
  let at = 14 + Math.max(0, frame.readInt16BE(12));
  // The transactional id came with version 3.
  if (version >= 3) at += 2 + Math.max(0, frame.length >= at + 2 ? frame.readInt16BE(at) : 0);
  return frame.length >= at + 2 ? frame.readInt16BE(at) : undefined;
}

function usernameIn(frame: Buffer): string | undefined {
  const escaped = /n,,n=([^,]*),r=/.exec(frame.toString('utf8'))?.[1];
  return escaped?.replace(/=2C/g, ',').replace(/=3D/g, '=');
}

/** The correlation ids of answers, out of a stream that is cut anywhere. Keeps at most eight bytes. */
export class Answers {
  private head = Buffer.alloc(0);
  private skip = 0;

  /** Of the frames that end in `chunk`. */
  read(chunk: Buffer): number[] {
    const ids: number[] = [];
    let rest = chunk;
    for (;;) {
      if (this.skip > rest.length) {
        this.skip -= rest.length;
        return ids;
      }
      rest = rest.subarray(this.skip);
      if (this.current !== undefined) ids.push(this.current);
      [this.skip, this.current] = [0, undefined];
      const needed = 8 - this.head.length;
      this.head = Buffer.concat([this.head, rest.subarray(0, needed)]);
      if (this.head.length < 8) return ids;
      rest = rest.subarray(needed);
      this.skip = Math.max(0, this.head.readInt32BE(0) - 4);
      this.current = this.head.readInt32BE(4);
      this.head = Buffer.alloc(0);
    }
  }

  private current: number | undefined;
}
