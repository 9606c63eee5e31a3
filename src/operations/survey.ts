import type { Holder, Of } from '../core/access/documents.ts';
import type { AccessModel } from '../core/access/model.ts';
import { settleFormer } from '../core/former.ts';
import { knowledgeOf, usersIn, withKnown } from './generations.ts';
import { holderOf } from './holders.ts';
import { openSession, type Session, type SessionOptions, type Site } from './session.ts';
import { liveSource } from './source.ts';

/** Who has which rights, by broker: what every answer about access is looked up in. */

export interface AccessOptions extends SessionOptions {
  /** What the live brokers know, instead of what the topology gives. */
  readonly live: boolean;
}

/** One broker, by the topology or as it is. */
export interface Side {
  readonly site: Site;
  readonly model: AccessModel;
  readonly principals: readonly string[];
  readonly holder: (principal: string) => Holder;
}

interface Survey {
  readonly session: Session;
  readonly sides: readonly Side[];
  readonly of: Of;
}

export async function survey({ live, ...options }: AccessOptions): Promise<Survey> {
  const session = await openSession(options);
  const sides = live
    ? await Promise.all(session.sites.map((site) => liveSide(session, site)))
    : session.sites.map(desiredSide);
  return { session, sides, of: live ? 'live' : 'topology' };
}

/** By the topology alone. What a service was known as before has its grants only while it lives, which no topology tells. */
export function desiredSide(site: Site): Side {
  const { broker, compiled, ground } = site;
  const reading = { resources: [], refusals: [], warnings: [] };
  const settled = settleFormer({ kinds: broker.kinds, compiled, reading, ground }, false);
  return sideOf(site, broker.access(settled.compiled.resources));
}

async function liveSide(session: Session, offline: Site): Promise<Side> {
  // Names of generations tell whose they are: no store is asked.
  const source = liveSource(session, false);
  const { resources } = await source.read(offline);
  const site = withKnown(offline, await knowledgeOf(source, offline), usersIn(offline, resources));
  return sideOf(site, site.broker.access(resources));
}

export function sideOf(site: Site, model: AccessModel): Side {
  const principals = new Set([...model.principals, ...site.compiled.principals.keys()]);
  return {
    site,
    model,
    principals: [...principals].sort(),
    holder: (principal) => holderOf(site, principal),
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

const beyond =
  'by the topology alone: whatever else the brokers have, the administrators and protected identities among it, is told with --live';

/** What no answer of this kind takes into account. */
export function notesOf(of: Of): string[] {
  return of === 'topology' ? [beyond] : [];
}

export function notesOn(sides: readonly Side[], of: Of): string[] {
  return [...notesOf(of), ...sides.flatMap(({ model }) => model.notes)];
}
