import { partOf } from '../../core/address.ts';
import type { Observation, Reading, Scope, Warning } from '../../core/broker.ts';
import type { Placed } from '../../core/landscape.ts';
import { PartialView } from '../../core/errors.ts';
import { compareText, type Json, type JsonObject } from '../../core/json.ts';
import type { Definitions } from './definitions.ts';
import { keptUsers, refusals } from './refusals.ts';
import { type RabbitResource, type Vhost, vhostAddress } from './resources.ts';
import type { RabbitEnvironment } from './schema.ts';
import { isAtLeast } from './version.ts';

/** From what was observed, now or for a snapshot, to a reading for what is desired. Pure. */

/** Beside the resources. */
interface Facts {
  /** Every vhost that there is. */
  readonly vhosts: readonly string[];
  /** The vhosts whose contents are among the resources, if they exist. */
  readonly held: readonly string[];
  /** Who has permissions where, in all vhosts: `[vhost, user]`. */
  readonly permitted: readonly (readonly [vhost: string, user: string])[];
  /** What leads messages from or to other vhosts and brokers: `[vhost, component, name]`. Its value has credentials in it. */
  readonly links: readonly (readonly [vhost: string, component: string, name: string])[];
}

export function factsOf(definitions: Definitions, held: ReadonlySet<string>): JsonObject {
  const facts: Facts = {
    vhosts: (definitions.vhosts ?? []).map(({ name }) => name).sort(),
    held: [...held].sort(),
    permitted: (definitions.permissions ?? []).map(({ vhost, user }) => [vhost, user]),
    links: (definitions.parameters ?? [])
      .filter(({ component }) => Object.hasOwn(ledBy, component))
      .map(({ vhost = '', component, name }) => [vhost, component, name] as const)
      .sort((a, b) => compareText(a.join(' '), b.join(' '))),
  };
  return { ...facts };
}

export function declaredVhosts(desired: readonly RabbitResource[]): Set<string> {
  const vhosts = desired.filter(({ kind }) => kind === 'rabbitmq:vhost');
  return new Set(vhosts.map(({ address }) => partOf(address, 0)));
}

export function recall(
  observed: Observation<RabbitResource>,
  target: Placed<RabbitEnvironment>,
  { desired }: Scope<RabbitResource>,
): Reading<RabbitResource> {
  const { version } = observed;
  const facts = readFacts(observed.facts);
  const names = declaredVhosts(desired);
  requireHeld(facts, names);
  const vhosts = desired.filter((one): one is Vhost => one.kind === 'rabbitmq:vhost');
  return {
    resources: observed.resources.filter(
      ({ kind, address }) => kind === 'rabbitmq:user' || names.has(partOf(address, 0)),
    ),
    refusals: refusals(version, desired),
    kept: keptUsers(
      facts.permitted.map(([vhost, user]) => ({ vhost, user })),
      names,
    ),
    warnings: [
      // Of others the password is none of this topology's business.
      ...observed.warnings.filter(({ address }) => desired.some((one) => one.address === address)),
      ...vhosts.flatMap((one) => queueTypeWarning(one, version)),
      ...[...names].flatMap((name) => adminWarning(name, target.section.admin.username, facts, desired)),
    ],
    beyond: facts.links.filter(([vhost]) => names.has(vhost)).map(elsewhere),
  };
}

/** A snapshot may be of another version, or made by hand: what is not there counts as empty. */
function readFacts(facts: JsonObject): Facts {
  return {
    vhosts: texts(facts['vhosts']),
    held: texts(facts['held']),
    permitted: list(facts['permitted']).map((pair) => {
      const [vhost = '', user = ''] = texts(pair);
      return [vhost, user] as const;
    }),
    links: list(facts['links']).map((link) => {
      const [vhost = '', component = '', name = ''] = texts(link);
      return [vhost, component, name] as const;
    }),
  };
}

const ledBy: Readonly<Record<string, (name: string, vhost: string) => string>> = {
  shovel: (name, vhost) => `what the shovel ${name} of vhost ${vhost} leads in or away is not followed`,
  'federation-upstream': (name, vhost) =>
    `what comes to vhost ${vhost} by the federation upstream ${name} is not followed`,
};

function elsewhere([vhost, component, name]: Facts['links'][number]): string {
  return (
    ledBy[component]?.(name, vhost) ??
    `what ${component} ${name} of vhost ${vhost} leads elsewhere is not followed`
  );
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

function texts(value: Json | undefined): string[] {
  return list(value).filter((one) => typeof one === 'string');
}

function requireHeld({ vhosts, held }: Facts, names: ReadonlySet<string>): void {
  const missing = [...names].find((name) => vhosts.includes(name) && !held.includes(name));
  if (missing === undefined) return;
  throw new PartialView(`the snapshot does not hold what stands in vhost ${missing}, which exists`, {
    address: vhostAddress(missing),
    hint: 'take a new snapshot with a topology that declares this vhost',
  });
}

function queueTypeWarning({ address, spec }: Vhost, version: string): Warning[] {
  if (spec.defaultQueueType === undefined || isAtLeast(version, 3, 11)) return [];
  const message = `RabbitMQ ${version} keeps no default queue type; each declared queue is given its type explicitly`;
  return [{ address, message }];
}

/** Declaring needs permissions of one's own in the vhost, also for an administrator. */
function adminWarning(
  vhost: string,
  admin: string,
  { vhosts, permitted }: Facts,
  desired: readonly RabbitResource[],
): Warning[] {
  const declares = desired.some(({ kind, address }) => declaring.has(kind) && partOf(address, 0) === vhost);
  if (!vhosts.includes(vhost)) {
    const message = `creating the vhost gives its creator, ${admin}, every permission in it`;
    return [{ address: vhostAddress(vhost), message }];
  }
  if (!declares || permitted.some(([at, user]) => at === vhost && user === admin)) return [];
  const message = `the administrator ${admin} has no permissions here; apply gives it .* .* .* before it declares`;
  return [{ address: vhostAddress(vhost), message }];
}

/** What cannot be declared without permissions in the vhost. */
export const declaring: ReadonlySet<string> = new Set([
  'rabbitmq:exchange',
  'rabbitmq:queue',
  'rabbitmq:binding',
]);
