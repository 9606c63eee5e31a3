import { type Address, kindOf, partOf } from '../../core/address.ts';
import type { Decompiling } from '../../core/broker.ts';
import type { Imported, ImportedService } from '../../core/import/imported.ts';
import { judge, type Objection, type Verdict } from '../../core/import/judge.ts';
import type { JsonObject } from '../../core/json.ts';
import { serviceNames, stemOf } from '../../core/import/suggest.ts';
import { compile } from './compile.ts';
import type { RabbitLandscape } from './compile/landscape.ts';
import { ground } from './ground.ts';
import { kinds } from './kinds.ts';
import { land } from './land.ts';
import { bindingAddress, policyAddress, type RabbitResource } from './resources.ts';
import { schema } from './schema.ts';
import { Concessions } from './decompile/concessions.ts';
import { candidatesIn, hasHugeInteger, hugeInteger, type Live, liveOf } from './decompile/live.ts';
import { ownersIn } from './decompile/owners.ts';
import { policiesIn, type PolicyKey, policyKinds } from './decompile/policies.ts';
import { type Draft, propose } from './decompile/propose.ts';
import { rights } from './decompile/rights.ts';
import { bindingGroups } from './decompile/things.ts';
import { asWritten, environmentItself, withLiveVhost } from './decompile/vhost.ts';

/**
 * What a topology would say of a vhost as it is: intent is proposed, compiled, and compared with what is live; where they differ,
 * the draft concedes a literal grant, or leaves something out, and is tried again.
 */
export function decompile({
  landscape: given,
  live: resources,
  written,
  wanted,
}: Decompiling<RabbitLandscape, RabbitResource>): Imported {
  const vhost = given.environment.section.vhost.name;
  const live = liveOf(vhost, resources);
  const candidates = candidatesIn(live, given);
  const conceded = new Concessions(vhost);
  const { bare } = candidates;
  const names = serviceNames(candidates.users, bare);
  const asked = candidates.users.filter((user) => wanted(names.get(user) ?? user));
  leaveOutAtOnce(live, asked, conceded);
  for (;;) {
    const policies = policiesIn(live, conceded);
    const landscape = withLiveVhost(given, live.vhost, policies);
    const users = asked.filter((user) => !conceded.leavesOut('user', user));
    const owners = ownersIn(live, users, (user) => stemOf(bare(user), landscape.claims));
    const drafts = new Map(
      users.map((user) => [
        names.get(user) ?? user,
        propose(live, owners, { user, bare: bare(user), name: names.get(user) ?? user }, conceded),
      ]),
    );
    const sections = new Map([...drafts].map(([name, draft]) => [name, draft.section]));
    const verdict = judge({ kinds, land, compile, ground, schema }, landscape, sections, resources);
    if (!concede(verdict, drafts, live, conceded)) {
      leaveOutUnowned(live, drafts, conceded);
      return {
        services: [...drafts].map(([name, draft]): ImportedService => ({
          name,
          section: draft.section,
          remarks: draft.remarks,
        })),
        environment: asWritten(written, landscape.environment.section.vhost, live.vhost, policies),
        leftOut: conceded.leftOut,
        strangers: candidates.strangers,
      };
    }
  }
}

/** True if the draft must be tried again. */
function concede(
  verdict: Verdict<RabbitResource>,
  drafts: ReadonlyMap<string, Draft>,
  live: Live,
  conceded: Concessions,
): boolean {
  const users = new Map([...drafts.values()].map((draft) => [draft.user, draft]));
  const objected = verdict.objections.map((objection) => concedeTo(objection, drafts, live, conceded));
  const differed = verdict.differing.map((at) => concedeAt(at, verdict, users, live, conceded));
  return [...objected, ...differed].includes(true);
}

function concedeTo(
  { service, path, message }: Objection,
  drafts: ReadonlyMap<string, Draft>,
  live: Live,
  conceded: Concessions,
): boolean {
  if (service === environmentItself) {
    const [, key, name] = path;
    const kind = policyKinds[key as PolicyKey];
    return conceded.leaveOut(policyAddress(kind, live.name, String(name)), message);
  }
  const user = drafts.get(service)?.user ?? service;
  const [key, name, part, index] = path;
  switch (key) {
    case 'exchanges':
    case 'queues': {
      const what = key === 'exchanges' ? 'exchange' : 'queue';
      if (part !== 'bindings' || typeof index !== 'number') {
        return conceded.leaveOut(conceded.addressOf(what, String(name)), message);
      }
      const group = bindingGroups(live, what, String(name), conceded)[index] ?? [];
      return group
        .map((binding) => conceded.leaveOut(bindingAddress(live.name, binding), message))
        .includes(true);
    }
    case 'publishes':
    case 'sends':
      return conceded.makeLiteral(user, 'write');
    case 'consumes':
      return conceded.makeLiteral(user, 'read');
    case 'declares':
    case 'namespace':
      return conceded.makePlain(user);
    default:
      return conceded.leaveOut(conceded.addressOf('user', user), message);
  }
}

const unsayable = 'no topology says it as it is';

function concedeAt(
  at: Address,
  { desired }: Verdict<RabbitResource>,
  drafts: ReadonlyMap<string, Draft>,
  live: Live,
  conceded: Concessions,
): boolean {
  switch (kindOf(at)) {
    // It is made by the first apply, or its settings are the broker's to choose.
    case 'rabbitmq:vhost':
      return false;
    case 'rabbitmq:user':
      return conceded.leaveOut(conceded.addressOf('user', partOf(at, 0)), unsayable);
    case 'rabbitmq:permission':
      return concedePermission(at, desired, drafts, live, conceded);
    case 'rabbitmq:topic-permission': {
      const user = partOf(at, 1);
      const exact = conceded.makeExact(user, partOf(at, 2));
      return exact || conceded.leaveOut(conceded.addressOf('user', user), unsayable);
    }
    default:
      return conceded.leaveOut(at, unsayable);
  }
}

function concedePermission(
  at: Address,
  desired: Verdict<RabbitResource>['desired'],
  drafts: ReadonlyMap<string, Draft>,
  live: Live,
  conceded: Concessions,
): boolean {
  const user = partOf(at, 1);
  const section = drafts.get(user)?.section ?? {};
  const isPlain = section['declares'] === undefined && section['namespace'] === undefined;
  if (!isPlain && conceded.makePlain(user)) return true;
  const want = desired.get(at);
  const have = live.permissions.get(user);
  const differing = rights.filter(
    (right) => want?.kind !== 'rabbitmq:permission' || have === undefined || want.spec[right] !== have[right],
  );
  const made = differing.map((right) => conceded.makeLiteral(user, right));
  return made.includes(true) || conceded.leaveOut(conceded.addressOf('user', user), unsayable);
}

/** What is known from the start to have no words. */
function leaveOutAtOnce(live: Live, users: readonly string[], conceded: Concessions): void {
  const leave = (what: 'exchange' | 'queue' | 'user', name: string, reason: string) =>
    conceded.leaveOut(conceded.addressOf(what, name), reason);
  for (const user of users) {
    if (!live.permissions.has(user))
      leave('user', user, 'it has no permission in this vhost, as every service of a topology has');
  }
  for (const [name, spec] of live.queues) {
    if (spec.autoDelete)
      leave(
        'queue',
        name,
        'it goes with its last consumer (auto-delete): services declare such queues themselves',
      );
    if (hasHugeInteger(spec.arguments)) leave('queue', name, hugeInteger);
  }
  for (const [name, spec] of live.exchanges) {
    if (hasHugeInteger(spec.arguments)) leave('exchange', name, hugeInteger);
  }
  for (const binding of live.bindings) {
    if (hasHugeInteger(binding.arguments)) conceded.leaveOut(bindingAddress(live.name, binding), hugeInteger);
  }
}

/** Queues and exchanges that nothing connects with a service. */
function leaveOutUnowned(live: Live, drafts: ReadonlyMap<string, Draft>, conceded: Concessions): void {
  const sections = [...drafts.values()].map(({ section }) => section);
  for (const what of ['exchange', 'queue'] as const) {
    const owned = new Set(
      sections.flatMap((section) => Object.keys((section[`${what}s`] ?? {}) as JsonObject)),
    );
    for (const name of (what === 'exchange' ? live.exchanges : live.queues).keys()) {
      if (!owned.has(name))
        conceded.leaveOut(conceded.addressOf(what, name), 'no service is known to own it', true);
    }
  }
}
