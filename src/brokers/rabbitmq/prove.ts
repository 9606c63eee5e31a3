import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel } from 'amqplib';
import { partOf } from '../../core/address.ts';
import type { Context } from '../../core/broker.ts';
import { LoginRefused, RefusedError } from '../../core/errors.ts';
import type { Placed } from '../../core/landscape.ts';
import type { Answer, Login, Prover, Question } from '../../core/proof.ts';
import { clientTls } from './admin.ts';
import { type Call, dial } from './amqps.ts';
import { amqpsError } from './causes.ts';
import { askAll, type Asker } from './prove/ask.ts';
import { authenticatedUser } from './prove/probes.ts';
import { type RabbitResource, userAddress, vhostAddress } from './resources.ts';
import { mainVhost, type RabbitEnvironment, type RabbitService } from './schema.ts';

/** A service's own sessions, one for each vhost, by its password or its certificate. */
export async function prove(
  target: Placed<RabbitEnvironment>,
  as: Login<RabbitService, RabbitResource>,
  context: Context,
): Promise<Prover> {
  const { amqpsUrl } = target.section;
  if (amqpsUrl === undefined) {
    throw new RefusedError('services log in over AMQP, and this environment has no amqpsUrl', {
      hint: 'add amqpsUrl: amqps://…:5671',
      position: target.locate([]),
    });
  }
  const { username, password, service, live } = as;
  const call = {
    url: new URL(amqpsUrl),
    username,
    password,
    tls: await clientTls(target, service, context),
    name: `mqwarden-verify-${context.correlationId}`,
    timeoutMs: context.timeoutMs,
  };
  const open = new Map<string, ChannelModel | undefined>();
  const enter = async (vhost: string) => {
    if (!open.has(vhost)) open.set(vhost, await tryToEnter({ ...call, vhost }));
    return open.get(vhost);
  };
  const asker = askerAs(username, live, context.timeoutMs);
  const close = async () => {
    const connections = [...open.values()].filter((one) => one !== undefined);
    open.clear();
    await Promise.all(connections.map(hangUp));
  };
  try {
    const first = await enter(homeOf(target.section, service.section));
    if (first !== undefined && password === undefined)
      await requireName(first, asker, username, call.url.host);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    close,
    ask: (questions) =>
      askByVhost(questions, enter, { asker, limited: (vhost) => isLimited(live, username, vhost) }),
  };
}

function homeOf(
  { vhost, vhosts = {} }: RabbitEnvironment,
  { vhost: alias = mainVhost }: RabbitService,
): string {
  return (alias === mainVhost ? vhost : (vhosts[alias] ?? vhost)).name;
}

const mostLanes = 4;

/** Who is not known to the administrator's reading might send as others: nothing is tried that relies on the opposite. */
function askerAs(username: string, live: readonly RabbitResource[], timeoutMs: number): Asker {
  const user = live.find(({ address }) => address === userAddress(username));
  const spec = user?.kind === 'rabbitmq:user' ? user.spec : undefined;
  return {
    username,
    timeoutMs,
    impersonates: spec?.tags.includes('impersonator') ?? true,
    lanes: Math.max(1, Math.min(mostLanes, spec?.limits.maxChannels ?? mostLanes)),
  };
}

/** Undefined where it may not enter the vhost, or there is none: amqplib does not tell which. */
async function tryToEnter(call: Call): Promise<ChannelModel | undefined> {
  try {
    const connection = await dial(call);
    // A channel's error is its own; one of the connection is heard by whoever waits for an answer.
    connection.on('error', () => undefined);
    return connection;
  } catch (error) {
    const words = error instanceof Error ? error.message : '';
    if (words.startsWith('Expected ConnectionOpenOk')) return undefined;
    if (!/403 \(ACCESS-REFUSED\)|SASL mechanism/.test(words)) throw amqpsError(call.url.host, error);
    throw refused(call, words);
  }
}

function refused({ url, username, password }: Call, words: string): LoginRefused {
  const by = password === undefined ? 'its certificate' : 'the stored password';
  const offered = words.includes('SASL mechanism')
    ? ': it takes no login by certificate (EXTERNAL), or none by password'
    : '';
  return new LoginRefused(`RabbitMQ at ${url.host} refuses ${username} with ${by}${offered}`, {
    endpoint: url.host,
    hint:
      password === undefined
        ? 'check that the user exists, that its name is what ssl_cert_login_from takes from the certificate, and the plugin rabbitmq_auth_mechanism_ssl'
        : 'plan with --check-credentials tells whether the broker has another password',
  });
}

/** The broker takes the name from the certificate: it must be the one that has the grants. */
async function requireName(
  connection: ChannelModel,
  asker: Asker,
  username: string,
  endpoint: string,
): Promise<void> {
  const known = await authenticatedUser(connection, asker);
  if (known === undefined || known === username) return;
  throw new LoginRefused(`RabbitMQ at ${endpoint} takes the certificate for ${known}, not for ${username}`, {
    endpoint,
    hint: `name the user ${JSON.stringify(known)} in the topology, or give the service a certificate for ${username}`,
  });
}

async function askByVhost(
  questions: readonly Question[],
  enter: (vhost: string) => Promise<ChannelModel | undefined>,
  { asker, limited }: { readonly asker: Asker; readonly limited: (vhost: string) => boolean },
): Promise<Answer[]> {
  const answers = new Map<Question, Answer>();
  for (const [vhost, some] of Map.groupBy(questions, ({ at }) => partOf(at, 0))) {
    const connection = await enter(vhost);
    const rest = some.filter(({ right }) => right !== 'enter');
    const shut: Answer = limited(vhost) ? full : { is: 'refused' };
    for (const one of some) {
      if (one.right === 'enter') answers.set(one, connection === undefined ? shut : { is: 'allowed' });
    }
    const given = connection === undefined ? rest.map(() => outside) : await askAll(connection, rest, asker);
    rest.forEach((one, at) => answers.set(one, given[at] ?? outside));
  }
  return questions.map((one) => answers.get(one) ?? outside);
}

/** What is refused then may be one connection too many: amqplib does not tell. */
function isLimited(live: readonly RabbitResource[], username: string, vhost: string): boolean {
  const places: readonly string[] = [userAddress(username), vhostAddress(vhost)];
  return live.some(
    (one) =>
      (one.kind === 'rabbitmq:user' || one.kind === 'rabbitmq:vhost') &&
      places.includes(one.address) &&
      one.spec.limits.maxConnections !== undefined,
  );
}

const full: Answer = {
  is: 'unknown',
  why: 'no connection was given, which may be for a limit of connections',
};
const outside: Answer = { is: 'unknown', why: 'it cannot enter the vhost' };

const partingMs = 2_000;

async function hangUp(connection: ChannelModel): Promise<void> {
  const closed = connection.close().catch(() => undefined);
  await Promise.race([closed, sleep(partingMs, undefined, { ref: false })]);
  // A peer that does not answer would keep this process alive; the types do not know the socket.
  (connection.connection as unknown as { readonly stream: Socket }).stream.destroy();
}
