import type { TriedDoor } from '../core/doors.ts';
import { type Handshake, noAnswer, type Plain } from './door.ts';

/** What was heard at a door, or was not, as checks are told of it. */

/** Whoever does not answer refuses nothing: what a door does is not known then. */
export function isSilent(seen: Handshake | Plain): boolean {
  return seen.is === 'unreachable' || (seen.is === 'shut' && seen.why === noAnswer);
}

/** Of a handshake that offered nothing else; undefined: there was no TLS to try. */
export function oldTlsIn(seen: Handshake | undefined): TriedDoor['oldTls'] {
  if (seen === undefined || isSilent(seen)) return undefined;
  return seen.is === 'open' ? 'accepted' : 'refused';
}

/** `speaks`: whether that is what a client would be answered. */
export function plaintextIn(seen: Plain, speaks: (heard: Buffer) => boolean): TriedDoor['plaintext'] {
  if (isSilent(seen)) return undefined;
  return seen.is === 'answered' && speaks(seen.heard) ? 'answered' : 'refused';
}

/** Undefined where the lengths in it are not those of what came. */
export function unlessCutOff<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
