import { partsOf } from '../core/address.ts';
import { reachedBy, whoCan as answersTo } from '../core/access/answers.ts';
import { blastRadius as hitsOf } from '../core/access/blast.ts';
import type {
  AccessDocument,
  BlastDocument,
  Holder,
  HolderAccess,
  Of,
  WhoCanDocument,
} from '../core/access/documents.ts';
import type { AccessModel, Verb } from '../core/access/model.ts';
import { meantBy, nearOnes } from '../core/access/resource.ts';
import { kindOf } from '../core/address.ts';
import { UsageError } from '../core/errors.ts';
import { settleFormer } from '../core/former.ts';
import { nearest } from '../topology/issues.ts';
import { knowledgeOf, usersIn, withKnown } from './generations.ts';
import { holderOf } from './holders.ts';
import { openSession, type Session, type SessionOptions, type Site } from './session.ts';
import { liveSource } from './source.ts';

export interface AccessOptions extends SessionOptions {
  /** What the live brokers know, instead of what the topology gives. */
  readonly live: boolean;
}

/** Who can do this to that: by a right on it, by what leads there, or by giving themselves the right. */
export async function whoCan(
  verb: Verb,
  resource: string,
  options: AccessOptions & { readonly key?: string | undefined },
): Promise<WhoCanDocument> {
  const { session, sides, of } = await survey(options);
  const models = new Map(sides.map(({ site, model }) => [site.broker.name, model]));
  const { broker, at, known } = meantBy(resource, models, nearest);
  const side = sides.find(({ site }) => site.broker.name === broker);
  if (side === undefined) throw new UsageError(`${at} is not of a broker that is asked about`);
  requireSense(side.model, verb, at);
  const key = options.key === undefined ? {} : { key: options.key };
  const left = leftOut();
  const answers = answersTo(side.model, side.principals, { verb, at, ...key }, left.cut);
  const near = known ? [] : nearOnes(partsOf(at).at(-1) ?? '', kindOf(at), models, nearest);
  const asked = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
  const stranger = `nothing ${of === 'live' ? 'on the broker' : 'in the topology'} is ${at}: this is what holds for its name${asked}`;
  return {
    ...about(session, of),
    verb,
    resource: at,
    ...key,
    known,
    answers: answers.map((answer) => ({ ...answer, holder: side.holder(answer.principal) })),
    powers: [...side.model.powers].map(([principal, by]) => ({ holder: side.holder(principal), by })),
    notes: [...(known ? [] : [stranger]), ...left.notes(), ...notesOn([side], of)],
  };
}

/** So many ways that not all were walked: said, since an answer without that would be taken for all. */
function leftOut(): { readonly cut: () => void; readonly notes: () => string[] } {
  let is = false;
  return {
    cut: () => (is = true),
    notes: () => (is ? ['there are so many ways that the longest were left out: more may be reached'] : []),
  };
}

function requireSense(model: AccessModel, verb: Verb, at: Parameters<AccessModel['rights']>[0]): void {
  if (model.rights(at, verb).length > 0) return;
  const senses = (['read', 'write', 'configure'] as const).filter((one) => model.rights(at, one).length > 0);
  throw new UsageError(`nobody can ${verb} ${at}`, `ask who can ${senses.join(' or ')} it`);
}

/** What a service can do. With `live`, any user or principal has a name here. */
export async function access(service: string, options: AccessOptions): Promise<AccessDocument> {
  const { session, sides, of } = await survey(options);
  return documentOf(service, session, sides, of);
}

/** Whom an attacker with the credential of a service reaches. */
export async function blastRadius(
  service: string,
  options: AccessOptions & { readonly hops: number },
): Promise<BlastDocument> {
  const { session, sides, of } = await survey(options);
  const left = leftOut();
  const hits = sides.flatMap((side) => {
    const own = holdersOf(service, side);
    const names = new Set(own.map(({ principal }) => principal));
    return own.flatMap((from) =>
      hitsOf(
        side.model,
        side.principals,
        { from: from.principal, own: names, hops: options.hops },
        left.cut,
      ).map((hit) => ({ ...hit, from, holder: side.holder(hit.principal) })),
    );
  });
  const document = documentOf(service, session, sides, of);
  return { ...document, notes: [...left.notes(), ...document.notes], hops: options.hops, hits };
}

function documentOf(service: string, session: Session, sides: readonly Side[], of: Of): AccessDocument {
  requireKnown(service, session, sides);
  const suspended = sides.some(({ site }) =>
    site.landscape.services.some((one) => one.name === service && one.suspended === true),
  );
  const all = sides.flatMap((side) =>
    holdersOf(service, side).map(({ principal }): HolderAccess => {
      const power = side.model.powers.get(principal);
      return {
        holder: side.holder(principal),
        reached: reachedBy(side.model, principal),
        wide: side.model.wide(principal),
        ...(power === undefined ? {} : { power }),
      };
    }),
  );
  return { ...about(session, of), service, suspended, access: all, notes: notesOn(sides, of) };
}

function requireKnown(name: string, { topology }: Session, sides: readonly Side[]): void {
  const known = sides.some((side) => holdersOf(name, side).length > 0);
  if (known || topology.services.has(name)) return;
  const names = [...topology.services.keys(), ...sides.flatMap(({ principals }) => principals)];
  const near = nearest(name, names);
  throw new UsageError(
    `there is no service ${name}`,
    near === undefined ? 'see the names under services:' : `did you mean ${near}?`,
  );
}

/** One broker, by the topology or as it is. */
interface Side {
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

async function survey({ live, ...options }: AccessOptions): Promise<Survey> {
  const session = await openSession(options);
  const sides = live
    ? await Promise.all(session.sites.map((site) => liveSide(session, site)))
    : session.sites.map(desiredSide);
  return { session, sides, of: live ? 'live' : 'topology' };
}

/** What a service was known as before has its grants only while it lives, which no topology tells. */
function desiredSide(site: Site): Side {
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

function sideOf(site: Site, model: AccessModel): Side {
  const principals = new Set([...model.principals, ...site.compiled.principals.keys()]);
  return {
    site,
    model,
    principals: [...principals].sort(),
    holder: (principal) => holderOf(site, principal),
  };
}

/** Every principal of the service: a rotation has two. Of a name that no service has, the principal of that name. */
function holdersOf(service: string, { principals, holder }: Side): Holder[] {
  const all = principals.map(holder);
  const own = all.filter((one) => one.service === service);
  return own.length > 0 ? own : all.filter((one) => one.service === undefined && one.principal === service);
}

function about({ topology, environment }: Session, of: Of) {
  return { topology: topology.name, environment: environment.name, of };
}

const beyond =
  'by the topology alone: whatever else the brokers have, the administrators and protected identities among it, is told with --live';

function notesOn(sides: readonly Side[], of: Of): string[] {
  return [...(of === 'topology' ? [beyond] : []), ...sides.flatMap(({ model }) => model.notes)];
}
