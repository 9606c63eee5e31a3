import { type Address, partOf } from '../../core/address.ts';
import type { Admin } from './admin.ts';
import { mayReach } from './patterns/pattern.ts';
import { losses } from './ruling.ts';
import type { RabbitChange } from './resources.ts';

/** What goes with a queue, exchange or vhost, counted now. What cannot be counted is said to be unknown, never nothing. */

/** Undefined for what is gone by now. */
type Loss = (at: Address) => Promise<string | undefined>;
type Losses = { readonly [Kind in RabbitChange['kind']]?: Loss };

/** The kinds that hold or pass on messages. */
export const lossy: ReadonlySet<RabbitChange['kind']> = new Set([
  'rabbitmq:queue',
  'rabbitmq:exchange',
  'rabbitmq:vhost',
]);

/** A counter for each of these kinds; the totals of a vhost are asked for once. */
export function lossesOn(admin: Admin): Losses {
  const asked = new Map<string, Promise<readonly Queue[] | undefined>>();
  const totalsOf = (vhost: string) => {
    const totals = asked.get(vhost) ?? listTotals(admin, vhost);
    asked.set(vhost, totals);
    return totals;
  };
  return {
    'rabbitmq:queue': (at) => queueLoss(admin, at, totalsOf),
    'rabbitmq:exchange': (at) => exchangeLoss(admin, at),
    'rabbitmq:vhost': (at) => vhostLoss(admin, at, totalsOf),
  };
}

/** `12 messages`, or `an unknown number of messages`. */
export function count(number: number | undefined, thing: string): string {
  if (number === undefined) return `an unknown number of ${thing}s`;
  return `${number.toLocaleString('en')} ${thing}${number === 1 ? '' : 's'}`;
}

interface Queue {
  readonly name?: string;
  readonly type?: string;
  readonly messages?: number;
  readonly consumers?: number;
}

type PolicyChange = Extract<RabbitChange, { kind: 'rabbitmq:policy' | 'rabbitmq:operator-policy' }>;

/** Changes of policies that lower a limit or take something away, and so may cost what is in the queues that they reach. */
export function tightens(change: RabbitChange): change is PolicyChange {
  if (change.kind !== 'rabbitmq:policy' && change.kind !== 'rabbitmq:operator-policy') return false;
  return (
    losses('rabbitmq:queue', {}, change.before?.definition ?? {}, change.after?.definition ?? {}).length > 0
  );
}

/** How many queues a policy reaches, and what is in them. */
export async function policyReach(
  admin: Admin,
  { address, before, after }: PolicyChange,
): Promise<string | undefined> {
  const vhost = partOf(address, 0);
  const seen = await look(admin, ['queues', vhost], { columns: 'name,type,messages' });
  if (seen === 'gone') return undefined;
  const totals = new Map((await listTotals(admin, vhost))?.map((queue) => [queue.name, queue]));
  const patterns = [before, after].flatMap((spec) => (spec === null ? [] : [spec.pattern]));
  const reached = (seen === 'unknown' ? undefined : listOf(seen.body))?.filter(({ name = '' }) =>
    patterns.some((pattern) => mayReach(pattern, name)),
  );
  if (reached?.length === 0) return undefined;
  const messages = reached?.map((queue) => messagesIn(queue, totals.get(queue.name)));
  return `reaches ${count(reached?.length, 'queue')} with ${count(messages && sum(messages), 'message')}`;
}

type TotalsOf = (vhost: string) => Promise<readonly Queue[] | undefined>;

async function queueLoss(admin: Admin, at: Address, totalsOf: TotalsOf): Promise<string | undefined> {
  const [vhost, name] = [partOf(at, 0), partOf(at, 1)];
  const columns = { columns: 'name,type,messages,consumers' };
  const seen = await look(admin, ['queues', vhost, name], columns);
  if (seen === 'gone') return undefined;
  const total = (await totalsOf(vhost))?.find((queue) => queue.name === name);
  const queue = seen === 'unknown' ? undefined : (seen.body as Queue | undefined);
  return `${count(messagesIn(queue, total), 'message')}, ${count(queue?.consumers, 'consumer')}`;
}

async function exchangeLoss(admin: Admin, at: Address): Promise<string | undefined> {
  const path = ['exchanges', partOf(at, 0), partOf(at, 1), 'bindings'];
  const ends = await Promise.all(['source', 'destination'].map((end) => look(admin, [...path, end], {})));
  if (ends.includes('gone')) return undefined;
  const lengths = ends.map((end) =>
    typeof end !== 'string' && Array.isArray(end.body) ? end.body.length : undefined,
  );
  return count(sum(lengths), 'binding');
}

async function vhostLoss(admin: Admin, at: Address, totalsOf: TotalsOf): Promise<string | undefined> {
  const vhost = partOf(at, 0);
  const seen = await look(admin, ['queues', vhost], { columns: 'name,type,messages' });
  if (seen === 'gone') return undefined;
  const queues = seen === 'unknown' ? undefined : listOf(seen.body);
  const totals = new Map((await totalsOf(vhost))?.map((queue) => [queue.name, queue]));
  const messages = queues?.map((queue) => messagesIn(queue, totals.get(queue.name)));
  return `${count(queues?.length, 'queue')}, ${count(messages && sum(messages), 'message')}`;
}

/**
 * The larger of what statistics and totals say. For totals, classic queues are asked themselves; of a quorum queue they give a
 * counter that begins with 0 and is written every few seconds, of a stream nothing. Statistics of a new queue, or of a quorum
 * queue that nobody consumes, are missing. Seen on 3.10.
 */
function messagesIn(statistics: Queue | undefined, total: Queue | undefined): number | undefined {
  const counted = total?.type === 'classic' || total?.messages !== 0 ? total?.messages : undefined;
  const known = [statistics?.messages, counted].filter((messages) => messages !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

async function listTotals(admin: Admin, vhost: string): Promise<readonly Queue[] | undefined> {
  const query = { disable_stats: 'true', enable_queue_totals: 'true', columns: 'name,type,messages' };
  const seen = await look(admin, ['queues', vhost], query);
  return typeof seen === 'string' ? undefined : listOf(seen.body);
}

/** Only 404 says that it is gone; anything else that is not the answer says nothing. */
async function look(
  admin: Admin,
  path: readonly string[],
  query: Readonly<Record<string, string>>,
): Promise<{ readonly body: unknown } | 'gone' | 'unknown'> {
  const { status, body } = await admin.request('GET', path, { query });
  if (status === 404) return 'gone';
  return status === 200 ? { body } : 'unknown';
}

function listOf(body: unknown): readonly Queue[] | undefined {
  return Array.isArray(body) ? (body as readonly Queue[]) : undefined;
}

/** Unknown if any part of it is. */
function sum(numbers: readonly (number | undefined)[]): number | undefined {
  return numbers.reduce<number | undefined>(
    (all, one) => (all === undefined || one === undefined ? undefined : all + one),
    0,
  );
}
