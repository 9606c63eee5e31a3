import { matchesAny } from '../../../core/glob.ts';
import { permissionAddress } from '../resources.ts';
import { type Ask, declarationAsks, doubtOf, grantAsks, intentAsks, namesakeAsks } from './asks.ts';
import { checkNamespace } from './namespaces.ts';
import { related } from './owned.ts';
import { policyAsks } from './policy-asks.ts';
import { rightsOf } from './rights.ts';
import type { Member } from './vhosts.ts';
import { mentionExchange, mentionQueue, userOf, warn, type World } from './world.ts';

/** Checks each use against what the owner allows, and that what nobody owns is at least known to be missing. */
export function checkConsent(world: World): void {
  for (const policy of world.policies) {
    for (const ask of policyAsks(world, policy)) checkAsk(world, ask);
  }
  for (const member of world.members) {
    const { service } = member;
    const asks = [...intentAsks(member), ...declarationAsks(world, service)];
    for (const ask of asks) {
      if (ask.what === 'exchange') mentionExchange(world, ask.name, service, ask.path);
      else mentionQueue(world, ask.name, service, ask.path);
    }
    const asked = new Set(asks.map(subjectOf));
    const more = namesakeAsks(world, member, rightsOf(world, member)).filter(
      (ask) => !asked.has(subjectOf(ask)),
    );
    for (const ask of [...asks, ...grantAsks(world, member), ...more]) checkAsk(world, ask);
    checkCalls(world, member);
    checkNamespace(world, member);
    warnOfSends(world, member);
    warnOfDoubts(world, member);
  }
}

function subjectOf({ what, name, verb }: Ask): string {
  return JSON.stringify([what, name, verb]);
}

/** Where `serves` says who may call. */
function checkCalls(world: World, { service, calls }: Member): void {
  for (const { served, path } of calls) {
    const { allow, queue, service: server } = served;
    if (allow === undefined || matchesAny(allow, service.name)) continue;
    world.problems.push({
      message: `${service.name} calls ${queue} of ${server.name}, which does not allow it to`,
      position: service.locate(path),
      hint: `ask ${server.name}'s team to add ${service.name} to "allow" of what it serves`,
      related: [related(`${server.name} says here who may call`, server.locate([...served.path, 'allow']))],
    });
  }
}

/** The default exchange reaches every queue, also those whose owners keep it from the service: that cannot be had otherwise. */
function warnOfSends(world: World, { service, sends }: Member): void {
  if (sends.length === 0) return;
  const kept = [...world.queues.values()].filter(
    ({ section: { allow }, service: owner }) =>
      allow !== undefined && owner !== service && !matchesAny(allow.publish ?? [], service.name),
  );
  if (kept.length === 0) return;
  const address = permissionAddress(world.vhost, userOf(service));
  const names = kept.map(({ name }) => name).join(', ');
  const message = `sends through the default exchange, and so could to queues whose owners do not allow it: ${names}`;
  warn(world, address, message);
}

/** What is not judged counts as reaching everything: that decides about consent, and which topic permissions there are. */
function warnOfDoubts(world: World, { service, grants }: Member): void {
  const doubts = grants.flatMap(({ configure, write, read, exchange }) =>
    (exchange === undefined ? [configure, write, read] : []).flatMap((pattern) => {
      const why = pattern === undefined ? undefined : doubtOf(pattern);
      return why === undefined ? [] : [`the pattern ${JSON.stringify(pattern)} (it has ${why})`];
    }),
  );
  if (doubts.length === 0) return;
  warn(
    world,
    permissionAddress(world.vhost, userOf(service)),
    `what it reaches cannot be told of ${[...new Set(doubts)].join(', ')}: it counts as reaching everything`,
  );
}

function checkAsk(world: World, ask: Ask): void {
  const owned = (ask.what === 'exchange' ? world.exchanges : world.queues).get(ask.name);
  const allow = owned?.section.allow;
  if (owned === undefined || allow === undefined || owned.service === ask.service) return;
  if (ask.verb !== 'configure' && matchesAny(allow[ask.verb] ?? [], ask.service.name)) return;
  const owner = owned.service.name;
  world.problems.push({
    message: `${ask.service.name} ${ask.says} ${ask.what} ${ask.name}, which ${owner} does not allow it to ${ask.verb}`,
    position: ask.position ?? ask.service.locate(ask.path),
    hint: hintFor(ask, owner, owned.provided === true),
    related: [related(`${owner} says here who may use it`, owned.service.locate([...owned.path, 'allow']))],
  });
}

function hintFor({ doubt, isNamesake, verb, service, name }: Ask, owner: string, provided: boolean): string {
  if (isNamesake === true)
    return 'RabbitMQ knows a right by the name alone, of a queue or an exchange: give one of the two another name';
  if (doubt !== undefined)
    return `write the pattern without ${doubt}: what it reaches is not judged, and counts as everything`;
  if (provided)
    return 'it is made for requests and replies, and for those who take part: say "calls" instead';
  if (verb === 'configure') return 'write a narrower pattern: to configure is to delete';
  return `ask ${owner}'s team to add ${service.name} to "allow: { ${verb}: […] }" of ${name}`;
}
