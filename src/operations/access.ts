import { partsOf } from '../core/address.ts';
import { reachedBy, whoCan as answersTo } from '../core/access/answers.ts';
import { blastRadius as hitsOf, fieldOf } from '../core/access/blast.ts';
import type {
  AccessDocument,
  BlastDocument,
  HolderAccess,
  Of,
  WhoCanDocument,
} from '../core/access/documents.ts';
import type { AccessModel, Verb } from '../core/access/model.ts';
import { meantBy, nearOnes } from '../core/access/resource.ts';
import { kindOf } from '../core/address.ts';
import { UsageError } from '../core/errors.ts';
import { nearest } from '../topology/issues.ts';
import type { Session } from './session.ts';
import { type AccessOptions, holdersOf, leftOut, notesOn, type Side, type Survey, survey } from './survey.ts';

/** Who can do this to that: by a right on it, by what leads there, or by giving themselves the right. */
export async function whoCan(
  verb: Verb,
  resource: string,
  options: AccessOptions & { readonly key?: string | undefined },
): Promise<WhoCanDocument> {
  const found = await survey(options);
  const { sides, of } = found;
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
  const stranger = `nothing ${where[of]} is ${at}: this is what holds for its name${asked}`;
  return {
    ...about(found),
    verb,
    resource: at,
    ...key,
    known,
    answers: answers.map((answer) => ({ ...answer, holder: side.holder(answer.principal) })),
    powers: [...side.model.powers].map(([principal, by]) => ({ holder: side.holder(principal), by })),
    notes: [...(known ? [] : [stranger]), ...left.notes(), ...found.notes, ...notesOn([side], of)],
  };
}

function requireSense(model: AccessModel, verb: Verb, at: Parameters<AccessModel['rights']>[0]): void {
  if (model.rights(at, verb).length > 0) return;
  const senses = (['read', 'write', 'configure'] as const).filter((one) => model.rights(at, one).length > 0);
  throw new UsageError(`nobody can ${verb} ${at}`, `ask who can ${senses.join(' or ')} it`);
}

/** What a service can do. With `live`, any user or principal has a name here. */
export async function access(service: string, options: AccessOptions): Promise<AccessDocument> {
  return documentOf(service, await survey(options));
}

/** Whom an attacker with the credential of a service reaches. */
export async function blastRadius(
  service: string,
  options: AccessOptions & { readonly hops: number },
): Promise<BlastDocument> {
  const found = await survey(options);
  const { sides } = found;
  const left = leftOut();
  const hits = sides.flatMap((side) => {
    const own = holdersOf(service, side);
    const names = new Set(own.map(({ principal }) => principal));
    const field = fieldOf(side.model, side.principals, left.cut);
    return own.flatMap((from) =>
      hitsOf(field, { from: from.principal, own: names, hops: options.hops }).map((hit) => ({
        ...hit,
        from,
        holder: side.holder(hit.principal),
      })),
    );
  });
  const document = documentOf(service, found);
  return { ...document, notes: [...left.notes(), ...document.notes], hops: options.hops, hits };
}

function documentOf(service: string, found: Survey): AccessDocument {
  const { session, sides, of } = found;
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
  return { ...about(found), service, suspended, access: all, notes: [...found.notes, ...notesOn(sides, of)] };
}

function requireKnown(name: string, { topology }: Session, sides: readonly Side[]): void {
  const known = sides.some((side) => holdersOf(name, side).length > 0);
  if (known || topology.services.has(name)) return;
  if (name.trim() === '') throw new UsageError('SERVICE is empty', 'name one of those under services:');
  const names = [...topology.services.keys(), ...sides.flatMap(({ principals }) => principals)];
  const near = nearest(name, names);
  throw new UsageError(
    `there is no service ${name}`,
    near === undefined ? 'see the names under services:' : `did you mean ${near}?`,
  );
}

function about({ session: { topology, environment }, of, against }: Survey) {
  return {
    topology: topology.name,
    environment: environment.name,
    of,
    ...(against === undefined ? {} : { against }),
  };
}

const where: Readonly<Record<Of, string>> = {
  topology: 'in the topology',
  live: 'on the broker',
  snapshot: 'in the snapshot',
};
