import type { Context, Observation, Reading, Scope } from '../../core/broker.ts';
import type { Placed } from '../../core/landscape.ts';
import { BrokerError, PartialView } from '../../core/errors.ts';
import { type Admin, openAdmin } from './admin.ts';
import type { Definitions, LiveExchange, LiveVhost } from './definitions.ts';
import { isReserved } from './names.ts';
import { normalize } from './normalize.ts';
import { declaredVhosts, factsOf, recall } from './recall.ts';
import { type RabbitResource, userAddress } from './resources.ts';
import type { RabbitEnvironment } from './schema.ts';
import { isWeaklyKept } from './write/password.ts';

/** Large brokers take their time to put the definitions together. */
const definitionsMs = 120_000;

/** The live state: one request after the question who is asking, and a small one for each vhost. */
export async function read(
  target: Placed<RabbitEnvironment>,
  scope: Scope<RabbitResource>,
  context: Context,
): Promise<Reading<RabbitResource>> {
  return recall(await observe(target, scope, context), target, scope);
}

/** Everything in the declared vhosts, and what is global to the broker; of other vhosts who may enter them, and no more. */
export async function observe(
  target: Placed<RabbitEnvironment>,
  scope: Scope<RabbitResource>,
  context: Context,
): Promise<Observation<RabbitResource>> {
  const admin = await openAdmin(target, context);
  try {
    await requireWholeView(admin);
    const definitions = (await admin.get(['definitions'], { patienceMs: definitionsMs })) as Definitions;
    requireShape(admin, definitions);
    const version = await versionOf(admin, definitions);
    const names = declaredVhosts(scope.desired);
    const [vhosts, unlisted] = await Promise.all([
      vhostsOf(admin, definitions, names),
      unlistedExchanges(admin, definitions, names),
    ]);
    const exchanges = [...(definitions.exchanges ?? []), ...unlisted];
    return {
      version,
      resources: normalize({ ...definitions, vhosts, exchanges }, version, names),
      warnings: (definitions.users ?? []).filter(isWeaklyKept).map(({ name }) => ({
        address: userAddress(name),
        message: 'its password is kept as an MD5 hash: --check-credentials writes it again, or rotate it',
      })),
      facts: factsOf(definitions, names),
    };
  } finally {
    admin.close();
  }
}

interface Whoami {
  readonly name: string;
  readonly tags: readonly string[] | string;
}

/** Users with lesser tags get 200 and a filtered list: a diff against that would be wrong. */
async function requireWholeView(admin: Admin): Promise<void> {
  const answer = (await admin.get(['whoami'])) as Partial<Whoami> | undefined | null;
  // Something in front of the broker may answer 200 with a page of its own.
  if (typeof answer?.name !== 'string') throw notRabbitMQ(admin, 'who is asking is not told');
  const tags = typeof answer.tags === 'string' ? answer.tags.split(',') : (answer.tags ?? []);
  if (tags.includes('administrator')) return;
  throw new PartialView(
    `user "${admin.username}" lacks the tag administrator at ${admin.endpoint}, so that RabbitMQ shows it only a part`,
    {
      endpoint: admin.endpoint,
      hint: `run on the broker: rabbitmqctl set_user_tags '${admin.username}' administrator`,
    },
  );
}

/** An empty broker has these lists, too. */
const lists: readonly (keyof Definitions)[] = [
  'vhosts',
  'users',
  'permissions',
  'topic_permissions',
  'policies',
  'parameters',
  'exchanges',
  'queues',
  'bindings',
];

/** An answer that is not what was asked for must not be taken for an empty broker. */
function requireShape(admin: Admin, definitions: Partial<Definitions> | undefined | null): void {
  const missing = lists.find((key) => !Array.isArray(definitions?.[key]));
  if (missing === undefined) return;
  throw notRabbitMQ(admin, `the definitions have no list of ${missing}`);
}

function notRabbitMQ({ endpoint }: Admin, why: string): BrokerError {
  return new BrokerError(`${endpoint} does not answer like a management API: ${why}`, {
    endpoint,
    hint: 'check that managementUrl is the address of a RabbitMQ management API',
  });
}

/** In the definitions of 3.10 a vhost is a name only: the rest is asked for apart. */
function vhostsOf(admin: Admin, definitions: Definitions, names: ReadonlySet<string>): Promise<LiveVhost[]> {
  return inEach(definitions, names, async (name) => (await admin.get(['vhosts', name])) as LiveVhost);
}

/** No statistics, which would be most of the answer. */
const exchangeColumns = 'name,vhost,type,durable,auto_delete,internal,arguments';

/**
 * The definitions of 4.3 leave internal exchanges out, and with them the field that would tell: where every exchange has it, none
 * is missing.
 */
async function unlistedExchanges(
  admin: Admin,
  definitions: Definitions,
  names: ReadonlySet<string>,
): Promise<LiveExchange[]> {
  const { exchanges = [] } = definitions;
  if (exchanges.length > 0 && exchanges.every(({ internal }) => internal !== undefined)) return [];
  const lists = await inEach(definitions, names, async (name) => {
    const list = await admin.get(['exchanges', name], { query: { columns: exchangeColumns } });
    if (!Array.isArray(list)) throw notRabbitMQ(admin, `the exchanges of vhost ${name} are no list`);
    return list as LiveExchange[];
  });
  const listed = new Set(exchanges.map(keyOf));
  return lists
    .flat()
    .filter((one) => !isReserved(one.name) && one.internal === true && !listed.has(keyOf(one)));
}

function keyOf({ vhost, name }: LiveExchange): string {
  return JSON.stringify([vhost, name]);
}

/** Of the declared vhosts, those that there are. */
function inEach<T>(
  definitions: Definitions,
  names: ReadonlySet<string>,
  ask: (vhost: string) => Promise<T>,
): Promise<T[]> {
  const live = (definitions.vhosts ?? []).filter(({ name }) => names.has(name));
  return Promise.all(live.map(({ name }) => ask(name)));
}

async function versionOf(admin: Admin, definitions: Definitions): Promise<string> {
  const version = definitions.rabbitmq_version ?? definitions.rabbit_version;
  if (version !== undefined) return version;
  const overview = (await admin.get(['overview'])) as { readonly rabbitmq_version?: string };
  return overview.rabbitmq_version ?? '';
}
