import { type Age, type Ages, ageOf, type Limits, summarizeAges } from '../core/rotation/ages.ts';
import { inPool, lanes } from '../core/pool.ts';
import { hasPassword, targetsOf } from './rotate/intent.ts';
import { readHeld } from './rotate/target.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

interface AgesOptions extends Limits {
  /** Only these; all if empty. */
  readonly services: readonly string[];
  readonly now: () => Date;
}

export interface CredentialsOptions extends SessionOptions, AgesOptions {}

/** How old each service's credential is, by its store alone: reaches no broker. */
export async function listCredentials(options: CredentialsOptions): Promise<Ages> {
  return agesIn(await openSession(options), options);
}

/** The same for a session that is open already. */
export async function agesIn(session: Session, options: AgesOptions): Promise<Ages> {
  const targets = targetsOf(session, options.services).filter(hasPassword);
  const found = new Map<string, Age>();
  await inPool(targets, lanes, async (target) => {
    const { record, credential } = await readHeld(target, session);
    found.set(keyOf(target), ageOf(target, record?.record, credential, options, options.now()));
  });
  const credentials = targets.flatMap((target) => found.get(keyOf(target)) ?? []);
  return {
    version: 1,
    topology: session.topology.name,
    environment: session.environment.name,
    credentials,
    summary: summarizeAges(credentials),
  };
}

function keyOf({ broker, service }: { readonly broker: string; readonly service: string }): string {
  return JSON.stringify([broker, service]);
}
