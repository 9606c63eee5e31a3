import type { Holder, Of } from '../core/access/documents.ts';
import type { AccessModel } from '../core/access/model.ts';
import { settleFormer } from '../core/former.ts';
import type { Against } from '../core/snapshot.ts';
import { knowledgeOf, usersIn, withKnown } from './generations.ts';
import { holderOf } from './holders.ts';
import { openSession, type Session, type SessionOptions, type Site } from './session.ts';
import { type SnapshotOfAge, unknownBy } from './snapshot.ts';
import { liveSource, snapshotSource, type Source } from './source.ts';

/** Who has which rights, by broker: what every answer about access is looked up in. */

export interface AccessOptions extends SessionOptions {
  /** What the live brokers know, instead of what the topology gives. */
  readonly live: boolean;
  /** What they knew when it was taken: no broker is asked, and no secret read. */
  readonly against?: SnapshotOfAge | undefined;
}

/** One broker, by the topology or as it is. */
export interface Side {
  readonly site: Site;
  readonly model: AccessModel;
  readonly principals: readonly string[];
  readonly holder: (principal: string) => Holder;
  /** What of it is not known, or not followed, as sentences. */
  readonly notes: readonly string[];
}

export interface Survey {
  readonly session: Session;
  readonly sides: readonly Side[];
  readonly of: Of;
  /** The snapshot that it is by. */
  readonly against?: Against | undefined;
  /** What holds for all of it. */
  readonly notes: readonly string[];
}

export async function survey({ live, against, ...options }: AccessOptions): Promise<Survey> {
  const session = await openSession(options);
  if (against !== undefined) {
    const notes = unknownBy(against, session);
    const source = snapshotSource(session, against.snapshot);
    return {
      session,
      sides: await readSides(session, source),
      of: 'snapshot',
      against: source.against,
      notes,
    };
  }
  // Names of generations tell whose they are: no store is asked.
  if (live)
    return { session, sides: await readSides(session, liveSource(session, false)), of: 'live', notes: [] };
  return { session, sides: session.sites.map(desiredSide), of: 'topology', notes: [] };
}

/** By the topology alone. What a service was known as before has its grants only while it lives, which no topology tells. */
export function desiredSide(site: Site): Side {
  const { broker, compiled, ground } = site;
  const reading = { resources: [], refusals: [], warnings: [] };
  const settled = settleFormer({ kinds: broker.kinds, compiled, reading, ground }, false);
  return sideOf(site, broker.access(settled.compiled.resources));
}

function readSides({ sites }: Session, source: Source): Promise<Side[]> {
  return Promise.all(sites.map((site) => readSide(site, source)));
}

async function readSide(offline: Site, source: Source): Promise<Side> {
  const { resources, beyond = [] } = await source.read(offline);
  const site = withKnown(offline, await knowledgeOf(source, offline), usersIn(offline, resources));
  return sideOf(site, site.broker.access(resources), beyond);
}

export function sideOf(site: Site, model: AccessModel, notes: readonly string[] = []): Side {
  const principals = new Set([...model.principals, ...site.compiled.principals.keys()]);
  return {
    site,
    model,
    principals: [...principals].sort(),
    holder: (principal) => holderOf(site, principal),
    notes: [...model.notes, ...notes],
  };
}

/** Every principal of the service: a rotation has two. Of a name that no service has, the principal of that name. */
export function holdersOf(service: string, { principals, holder }: Side): Holder[] {
  const all = principals.map(holder);
  const own = all.filter((one) => one.service === service);
  return own.length > 0 ? own : all.filter((one) => one.service === undefined && one.principal === service);
}

/** So many ways that not all were walked: said, since an answer without that would be taken for all. */
export function leftOut(): { readonly cut: () => void; readonly notes: () => string[] } {
  let is = false;
  return {
    cut: () => (is = true),
    notes: () => (is ? ['there are so many ways that the longest were left out: more may be reached'] : []),
  };
}

const topologyAlone =
  'by the topology alone: whatever else the brokers have, the administrators and protected identities among it, is told with --live';

/** What no answer of this kind takes into account. */
export function notesOf(of: Of): string[] {
  return of === 'topology' ? [topologyAlone] : [];
}

export function notesOn(sides: readonly Side[], of: Of): string[] {
  return [...notesOf(of), ...sides.flatMap((side) => side.notes)];
}
