import { setTimeout as sleep } from 'node:timers/promises';
import type { Credentials, Outcome, Watch } from '../../core/broker.ts';
import type { Generations } from '../../core/landscape.ts';
import { deletion, diff, kindOf } from '../../core/diff.ts';
import { BrokerError, MqwardenError } from '../../core/errors.ts';
import { principalOf } from '../../core/generations.ts';
import type { Change, Resource } from '../../core/resource.ts';
import { schedule } from '../../core/schedule.ts';
import { withGenerations } from '../generations.ts';
import type { Session, Site } from '../session.ts';

/** Which part of what belongs to a principal: the user itself, or its grants and quotas. */
export type Part = 'user' | 'grants';

/** Makes and unmakes what belongs to one principal, with the writers of apply. */
export interface Hands {
  readonly session: Session;
  readonly site: Site;
  readonly service: string;
  readonly watch: Watch;
}

/** Reads of a broker may lag behind what a killed run wrote: looked at again so often. */
const tries = 4;
const pauseMs = 500;

/** Gives `principal` what the topology gives the service. `credentials` is asked for its password. */
export async function make(
  hands: Hands,
  principal: string,
  part: Part,
  credentials: Credentials,
): Promise<number> {
  const { site, service } = hands;
  const base = site.bases.get(service) ?? service;
  const generations: Generations = { inUse: base, others: new Map([[principal, 'made']]) };
  const { broker, landscape, compiled, ground } = withGenerations(site, new Map([[service, generations]]));
  return repeated(async () => {
    const reading = await broker.read(
      landscape.environment,
      { desired: compiled.resources },
      hands.session.context,
    );
    const difference = diff({ kinds: broker.kinds, compiled, reading, ground });
    const isOf = (one: Change) => isPart(site, one, part) && bearerOf(site, one) === principal;
    const blocked = difference.blocked.find(
      (one) =>
        difference.desired.get(one.address) !== undefined &&
        principalOfDesired(site, difference.desired.get(one.address)) === principal,
    );
    if (part === 'grants' && blocked !== undefined) {
      throw new BrokerError(`${blocked.address} cannot be made: ${blocked.reason}`, { hint: blocked.hint });
    }
    const changes = difference.changes.filter(isOf);
    await carryOut(hands, changes, difference, credentials);
    return changes.length;
  });
}

/** Takes it all away. */
export async function unmake(hands: Hands, principal: string, part: Part): Promise<number> {
  const { broker, landscape, compiled, ground } = hands.site;
  const principals = new Map([...ground.principals, [principal, hands.service]]);
  return repeated(async () => {
    const { context } = hands.session;
    const { resources } = await broker.read(landscape.environment, { desired: compiled.resources }, context);
    const changes = resources
      .filter((one) => principalOf(broker.kinds, one) === principal && isPart(hands.site, one, part))
      // A grant in a vhost of another environment is not ours to take.
      .filter((one) => part === 'user' || isOurs(hands.site, one, principals))
      .map((one) => deletion({ ...one, service: hands.service }, 'its generation of the credential is over'));
    const live = new Map(resources.map((one) => [one.address, one]));
    await carryOut(hands, changes, { live, desired: new Map() }, unasked);
    return changes.length;
  });
}

function isOurs({ broker, ground }: Site, one: Resource, principals: ReadonlyMap<string, string>): boolean {
  const { fate } = kindOf(broker.kinds, one).ownership(one, { ...ground, principals });
  return fate === 'managed' || fate === 'claimed';
}

function isPart({ broker }: Site, one: { readonly kind: string }, part: Part): boolean {
  return (kindOf(broker.kinds, one).credential === undefined) === (part === 'grants');
}

function bearerOf({ broker }: Site, { kind, address, before, after }: Change): string | undefined {
  return principalOf(broker.kinds, { kind, address, spec: after ?? before ?? {} });
}

function principalOfDesired({ broker }: Site, one: Resource | undefined): string | undefined {
  return one === undefined ? undefined : principalOf(broker.kinds, one);
}

/** For what goes: no password is needed for that. */
const unasked: Credentials = {
  has: () => Promise.resolve(undefined),
  read: () => Promise.resolve(undefined),
  ensure: (path) => Promise.reject(new Error(`no credential is needed for ${path}`)),
};

async function carryOut(
  { session, site, watch }: Hands,
  changes: readonly Change[],
  sides: Parameters<typeof schedule>[2],
  credentials: Credentials,
): Promise<void> {
  if (changes.length === 0) return;
  const { broker, landscape } = site;
  const writer = await broker.writer(landscape.environment, session.context, credentials, watch);
  try {
    for (const phase of schedule(broker.kinds, changes, sides)) {
      const failures: { readonly change: Change; readonly outcome: Outcome }[] = [];
      await writer.write(
        phase.map(({ change }) => change),
        (change, outcome) => {
          if (outcome.status !== 'done') failures.push({ change, outcome });
        },
      );
      const [first] = failures;
      if (first === undefined) continue;
      // Not permitted is no failure of the broker's, and not tried again.
      await watch.permit();
      throw failureOf(first.change, first.outcome);
    }
    await broker.shown?.(landscape.environment, changes, 30_000, session.context);
  } finally {
    await writer.close();
  }
}

function failureOf(change: Change, outcome: Outcome): BrokerError {
  const { error, hint } =
    outcome.status === 'failed' ? outcome : { error: 'it was not tried', hint: undefined };
  return new BrokerError(`${change.action}: ${error}`, { address: change.address, hint });
}

/** What fails for having been looked at too early does not fail for long. */
async function repeated<T>(work: () => Promise<T>): Promise<T> {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || !(error instanceof MqwardenError) || !(error instanceof BrokerError)) throw error;
      await sleep(pauseMs);
    }
  }
}
