/** What a listener says before anything is encrypted (RFC 5246, sections 6.2 and 7): as it comes, in pieces, and without trust in a length. Pure. */

/** The types of records. */
export const handshake = 0x16;
const alert = 0x15;

interface Message {
  readonly type: number;
  readonly body: Buffer;
}

export interface Flight {
  readonly messages: readonly Message[];
  /** Nothing more is to be expected: by the number of an alert, or because it is something else. */
  readonly ended: number | 'something else' | undefined;
}

/** The messages that came so far, whatever the records are that they are cut into. */
export function flightIn(heard: Buffer): Flight {
  const parts: Buffer[] = [];
  let at = 0;
  while (heard.length >= at + recordHead) {
    const end = at + recordHead + heard.readUInt16BE(at + 3);
    if (heard[at] === handshake) parts.push(heard.subarray(at + recordHead, end));
    // A warning, such as of a name that is not known: the handshake goes on.
    else if (endOf(heard.subarray(at, end)) !== undefined || end > heard.length) break;
    at = end;
  }
  return { messages: messagesIn(Buffer.concat(parts)), ended: endOf(heard.subarray(at)) };
}

/** Type, version and length. */
const recordHead = 5;

/** Undefined where it goes on, as far as can be seen yet. */
function endOf(record: Buffer): Flight['ended'] {
  const [type] = record;
  if (type === undefined || type === handshake) return undefined;
  if (type !== alert) return 'something else';
  if (record.length < recordHead) return undefined;
  if (record.readUInt16BE(3) !== 2) return 'something else';
  const [level, what] = record.subarray(recordHead);
  return level === warning && what !== closeNotify ? undefined : what;
}

const warning = 1;
const closeNotify = 0;

function messagesIn(all: Buffer): Message[] {
  const messages: Message[] = [];
  let at = 0;
  while (all.length >= at + 4) {
    const end = at + 4 + all.readUIntBE(at + 1, 3);
    if (end > all.length) break;
    messages.push({ type: all.readUInt8(at), body: all.subarray(at + 4, end) });
    at = end;
  }
  return messages;
}
