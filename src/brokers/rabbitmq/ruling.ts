import { type Address, partOf } from '../../core/address.ts';
import { canonical, type Json, type JsonObject } from '../../core/json.ts';
import type { Resource } from '../../core/resource.ts';
import { reach } from './patterns/pattern.ts';
import type { Exchange, PolicySpec, Queue } from './resources.ts';

/** Which policy rules a queue or exchange, and what it could lose when another one does. Pure. */

export type Target = Queue | Exchange;
export type Policies = ReadonlyMap<Address, PolicySpec>;

export function isTarget(one: Resource): one is Target {
  return one.kind === 'rabbitmq:queue' || one.kind === 'rabbitmq:exchange';
}

/** How sure it is that the policy reaches the target. */
function reaches({ pattern, applyTo, definition }: PolicySpec, target: Target): ReturnType<typeof reach> {
  if (!fits(applyTo, target)) return 'no';
  const found = reach(pattern, partOf(target.address, 1));
  // A policy with a setting that the type of queue does not know may pass it over.
  return found === 'yes' && !Object.keys(definition).every((key) => known(target).has(key))
    ? 'perhaps'
    : found;
}

export function mayRule(spec: PolicySpec | null, target: Target): boolean {
  return spec !== null && reaches(spec, target) !== 'no';
}

const typesOf: Readonly<Record<string, string>> = {
  classic_queues: 'classic',
  quorum_queues: 'quorum',
  streams: 'stream',
};

function fits(applyTo: string, target: Target): boolean {
  if (applyTo === 'all') return true;
  if (target.kind === 'rabbitmq:exchange') return applyTo === 'exchanges';
  return applyTo === 'queues' || typesOf[applyTo] === target.spec.type;
}

const onQueues = ['expires', 'max-length', 'max-length-bytes', 'overflow'];
const deadLetters = ['dead-letter-exchange', 'dead-letter-routing-key'];
const knownSettings: Readonly<Record<string, ReadonlySet<string>>> = {
  classic: new Set([...onQueues, ...deadLetters, 'message-ttl']),
  quorum: new Set([...onQueues, ...deadLetters, 'delivery-limit']),
  stream: new Set(['max-length-bytes', 'max-age']),
};
const onExchanges: ReadonlySet<string> = new Set(['alternate-exchange']);

function known(target: Target): ReadonlySet<string> {
  return target.kind === 'rabbitmq:exchange' ? onExchanges : (knownSettings[target.spec.type] ?? new Set());
}

/** What the target may lose when these rules take the place of those, by the doing of the policy at `address`. */
export function lossesBetween(before: Policies, after: Policies, target: Target, address: Address): string[] {
  const found = guesses([...before.values(), ...after.values()], target).flatMap((guess) => {
    const [from, to] = [rulers(before, target, guess), rulers(after, target, guess)];
    if (!from.has(address) && !to.has(address)) return [];
    if (canonical([...from]) === canonical([...to])) return [];
    const pairs = [...from.values()].flatMap((old) => [...to.values()].map((now) => [old, now] as const));
    return pairs.flatMap(([old, now]) =>
      losses(target.kind, target.spec.arguments, old?.definition ?? {}, now?.definition ?? {}),
    );
  });
  return [...new Set(found)];
}

/** The policies that are taken to reach the target although that cannot be told, by what it depends on. */
type Guess = ReadonlySet<string>;

/** Past so many, they are taken to reach it together or not at all. */
const mostDoubts = 6;

/** Every way in which the doubts may turn out: the same before a change and after it. */
function guesses(specs: readonly PolicySpec[], target: Target): Guess[] {
  const doubts = [...new Set(specs.filter((spec) => reaches(spec, target) === 'perhaps').map(doubtOf))];
  if (doubts.length > mostDoubts) return [new Set(), new Set(doubts)];
  return doubts.reduce<Guess[]>(
    (all, doubt) => all.flatMap((guess) => [guess, new Set([...guess, doubt])]),
    [new Set<string>()],
  );
}

/** Those of the policies that rule the target, or may; with what keeps that from being sure. */
export function ruledBy(
  policies: Policies,
  target: Target,
): readonly { readonly address: Address; readonly spec: PolicySpec; readonly doubt?: string }[] {
  const found = [...policies].map(([address, spec]) => ({ address, spec, may: reaches(spec, target) }));
  const highest = Math.max(...found.filter(({ may }) => may === 'yes').map(({ spec }) => spec.priority));
  return found
    .filter(({ may, spec }) => may !== 'no' && spec.priority >= highest)
    .map(({ address, spec, may }) =>
      may === 'yes'
        ? { address, spec }
        : { address, spec, doubt: 'undecidable: whether the policy reaches it' },
    );
}

function doubtOf({ pattern, applyTo, definition }: PolicySpec): string {
  return canonical([pattern, applyTo, Object.keys(definition).sort()]);
}

/** Those that rule it, as the broker would choose: the highest priority; between equals it is not told which. */
function rulers(
  policies: Policies,
  target: Target,
  guess: Guess,
): ReadonlyMap<Address | 'none', PolicySpec | null> {
  const reaching = [...policies].filter(([, spec]) => {
    const found = reaches(spec, target);
    return found === 'yes' || (found === 'perhaps' && guess.has(doubtOf(spec)));
  });
  const highest = Math.max(...reaching.map(([, { priority }]) => priority));
  const ruling = reaching.filter(([, { priority }]) => priority === highest);
  return ruling.length === 0 ? new Map([['none', null]]) : new Map(ruling);
}

/** What may be lost as one definition takes the place of the other, where these are its own arguments. */
export function losses(of: Target['kind'], own: JsonObject, from: JsonObject, to: JsonObject): string[] {
  if (of === 'rabbitmq:exchange') return vanished('alternate-exchange', 'alternate-exchange', own, from, to);
  return [
    ...limits.flatMap((key) => lowered(key, own, from, to)),
    ...changed('overflow', own, from, to),
    ...changed('max-age', own, from, to),
    ...vanished('dead-letter-exchange', 'x-dead-letter-exchange', own, from, to),
  ];
}

const limits = ['message-ttl', 'max-length', 'max-length-bytes', 'expires', 'delivery-limit'] as const;

/** Of a policy's limit and one among the arguments of the queue, the lower one holds. */
function lowered(key: (typeof limits)[number], own: JsonObject, from: JsonObject, to: JsonObject): string[] {
  const argument = limitOf(own[`x-${key}`]);
  const [old, now] = [Math.min(argument, limitOf(from[key])), Math.min(argument, limitOf(to[key]))];
  if (now < old) return [`${key} becomes ${now}`];
  // From 4.0 on a quorum queue has a limit of 20 where nothing says otherwise.
  const freed = key === 'delivery-limit' && from[key] !== undefined && to[key] === undefined && old > 20;
  return freed ? ['delivery-limit is gone, which leaves 20 from RabbitMQ 4.0 on'] : [];
}

/** What is no number is not judged: as low as can be. */
function limitOf(value: Json | undefined): number {
  if (value === undefined) return Infinity;
  if (typeof value !== 'number') return 0;
  return value < 0 ? Infinity : value;
}

/** An argument of the queue has precedence. */
function changed(key: string, own: JsonObject, from: JsonObject, to: JsonObject): string[] {
  if (own[`x-${key}`] !== undefined || canonical(from[key] ?? null) === canonical(to[key] ?? null)) return [];
  if (key === 'max-age' && to[key] === undefined) return [];
  return [`${key} becomes ${to[key] === undefined ? 'the default' : textOf(to[key])}`];
}

function vanished(
  key: string,
  argument: string,
  own: JsonObject,
  from: JsonObject,
  to: JsonObject,
): string[] {
  const gone = own[argument] === undefined && from[key] !== undefined && to[key] === undefined;
  return gone ? [`${key} is gone`] : [];
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : canonical(value);
}
