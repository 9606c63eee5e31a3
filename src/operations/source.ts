import type { Address } from '../core/address.ts';
import type { Credential, Reading } from '../core/broker.ts';
import type { Generations } from '../core/landscape.ts';
import { type Difference, type Kinds, kindOf } from '../core/diff.ts';
import { PartialView } from '../core/errors.ts';
import type { Change, Resource } from '../core/resource.ts';
import { type Against, observationIn, type Snapshot } from '../core/snapshot.ts';
import { generationsBy, type RotationRecord } from '../core/rotation/record.ts';
import { readCredential } from '../secrets/credentials.ts';
import { credentialPath } from '../secrets/store.ts';
import { type Identified, readRecord } from './records.ts';
import type { Session, Site } from './session.ts';

/** Whether the secret store has a credential; nobody is asked where the environment names no store. */
export type Stored = 'yes' | 'no' | 'no store' | 'not asked';

/** What the secret store says of one service on one broker. */
export interface Known {
  readonly stored: Stored;
  /** Undefined: the principal that the topology names, and no other. */
  readonly generations: Generations | undefined;
  /** Nothing is said of generations: those that live are the ones. */
  readonly open: boolean;
}

type Sides = Pick<Difference, 'live' | 'desired'>;

/** Where a plan's live side comes from. */
export interface Source {
  read(site: Site): Promise<Reading<Resource>>;
  /** What the changes would lose or disturb now. */
  weigh(site: Site, changes: readonly Change[], sides: Sides): Promise<ReadonlyMap<Address, string>>;
  /** `base` is the principal of the service's first generation. */
  known(broker: string, service: string, base: string): Promise<Known>;
  readonly against?: Against;
}

/** The live brokers, and the secret store unless `askStore` is false. */
export function liveSource(session: Session, askStore = true): Source {
  const { context } = session;
  return {
    read: ({ broker, compiled, landscape }) => {
      context.progress(`reading ${broker.title}`);
      return broker.read(landscape.environment, { desired: compiled.resources }, context);
    },
    weigh: ({ broker, landscape }, changes) => broker.weigh(landscape.environment, changes, context),
    known: (broker, service, base) =>
      askStore ? ask(session, { broker, service, base }) : Promise.resolve(unasked(session)),
  };
}

async function ask(session: Session, of: Identified): Promise<Known> {
  return (await heldFor(session, of)).known;
}

export interface HeldBy {
  readonly known: Known;
  readonly credential?: Credential | undefined;
  /** Of its rotations. */
  readonly record?: RotationRecord | undefined;
}

/** What the secret store holds for a service: what is known of it, and the credential itself for who logs in with it. */
export async function heldFor(session: Session, of: Identified): Promise<HeldBy> {
  const store = session.store();
  if (store === undefined) return { known: { stored: 'no store', generations: undefined, open: true } };
  const [record, credential] = await Promise.all([
    readRecord(store, of),
    readCredential(store, credentialPath(of)),
  ]);
  if (credential !== undefined) session.context.conceal(credential.password);
  const known: Known = {
    stored: credential === undefined ? 'no' : 'yes',
    generations: generationsBy(of.base, record?.record, credential?.username),
    open: record === undefined && credential === undefined,
  };
  return { known, credential, record: record?.record };
}

function unasked({ environment }: Session): Known {
  const stored = environment.secrets === undefined ? 'no store' : 'not asked';
  return { stored, generations: undefined, open: true };
}

/** A snapshot, and nothing else: no broker is connected to, no secret resolved, no file of the topology opened. */
export function snapshotSource(session: Session, snapshot: Snapshot): Source {
  const { digest, takenAt } = snapshot;
  return {
    read: (site) => Promise.resolve(recalled(site, snapshot)),
    weigh: ({ broker }, changes, sides) => Promise.resolve(unweighed(broker.kinds, changes, sides)),
    known: () => Promise.resolve(unasked(session)),
    against: { digest, takenAt },
  };
}

function recalled({ broker, compiled, landscape }: Site, { brokers }: Snapshot): Reading<Resource> {
  const captured = Object.hasOwn(brokers, broker.name) ? brokers[broker.name] : undefined;
  if (captured === undefined) {
    throw new PartialView(`the snapshot holds nothing of ${broker.title}`, {
      hint: 'take one of all brokers, or plan for one that it holds, with --only',
    });
  }
  const { environment } = landscape;
  const reading = broker.recall(observationIn(captured), environment, { desired: compiled.resources });
  const endpoints = broker.endpoints(environment.section);
  if (endpoints.some((one) => captured.endpoints.includes(one))) return reading;
  const moved =
    `whether ${broker.title} at ${endpoints.join(', ')} is the broker of the snapshot, ` +
    `which was read at ${captured.endpoints.join(', ')}`;
  return {
    ...reading,
    unknown: [moved, ...(reading.unknown ?? [])],
    beyond: [...(reading.beyond ?? []), `it is not known ${moved}`],
  };
}

/** Said for each, so that nobody takes silence for nothing. */
function unweighed(
  kinds: Kinds<Resource>,
  changes: readonly Change[],
  { live, desired }: Sides,
): ReadonlyMap<Address, string> {
  const view = { live, desired, going: new Set<Address>() };
  return new Map(
    changes.flatMap((change) => {
      const kind = kindOf(kinds, change);
      const removes = change.action === 'delete' || change.action === 'replace';
      if (kind.hazard?.(change, view)?.needs === 'data-loss' || (removes && kind.holdsData))
        return [[change.address, 'messages and consumers unknown: only the live broker tells']];
      if (kind.narrows?.(change, changes) === true)
        return [[change.address, 'open connections unknown: only the live broker tells']];
      return [];
    }),
  );
}
