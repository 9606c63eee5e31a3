import type { TriedDoor } from '../core/doors.ts';
import { authoritiesAskedFor, subjectsIn } from './authorities.ts';
import { type Door, type Handshake, type HandshakeOptions, shakeHands, speaksTls } from './door.ts';
import { suitesTakenAt } from './suites.ts';

/** What is asked of a door that has shown to speak TLS: anybody else may wait for the rest of what is no beginning. */
export async function offeredAt(
  door: Door,
  shown: Handshake | undefined,
  options: HandshakeOptions,
): Promise<Pick<TriedDoor, 'tls12' | 'suites' | 'authorities' | 'trusted'>> {
  if (shown === undefined || !speaksTls(shown)) return {};
  const isNewer = shown.is === 'open' && shown.version === 'TLSv1.3';
  const [second, suites, authorities] = await Promise.all([
    isNewer ? shakeHands(door, { ...options, offers: '1.2' }) : undefined,
    suitesTakenAt(door, options),
    authoritiesAskedFor(door, options),
  ]);
  return { tls12: tls12In(second), suites, authorities, trusted: subjectsIn(options.ca) };
}

function tls12In(seen: Handshake | undefined): TriedDoor['tls12'] {
  if (seen?.is === 'open') return { cipher: seen.cipher };
  return seen?.is === 'shut' && seen.why.includes('PROTOCOL_VERSION') ? { cipher: undefined } : undefined;
}
