import { matchesAny } from '../../../core/glob.ts';
import { permissionAddress } from '../resources.ts';
import { type Ask, declarationAsks, grantAsks, intentAsks } from './asks.ts';
import { checkNamespace } from './namespaces.ts';
import { related } from './owned.ts';
import { policyAsks } from './policy-asks.ts';
import type { Member } from './vhosts.ts';
import { mentionExchange, mentionQueue, userOf, type World } from './world.ts';

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
    for (const ask of [...asks, ...grantAsks(world, member)]) checkAsk(world, ask);
    checkCalls(world, member);
    checkNamespace(world, member);
    warnOfSends(world, member);
  }
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
  world.warnings.set(address, { address, message });
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
    hint:
      owned.provided === true
        ? 'it is made for requests and replies, and for those who take part: say "calls" instead'
        : ask.verb === 'configure'
          ? 'write a narrower pattern: to configure is to delete'
          : `ask ${owner}'s team to add ${ask.service.name} to "allow: { ${ask.verb}: […] }" of ${ask.name}`,
    related: [related(`${owner} says here who may use it`, owned.service.locate([...owned.path, 'allow']))],
  });
}
