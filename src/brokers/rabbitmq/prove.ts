import type { ChannelModel } from 'amqplib';
import { partOf } from '../../core/address.ts';
import type { Context } from '../../core/broker.ts';
import { LoginRefused, RefusedError } from '../../core/errors.ts';
import type { Placed } from '../../core/landscape.ts';
import type { Answer, Login, Prover, Question } from '../../core/proof.ts';
import { clientTls } from './admin.ts';
import { type Call, dial, turnedAway } from './amqps.ts';
import { amqpsError } from './causes.ts';
import { askAll, type Asker } from './prove/ask.ts';
import { type Line, lineOn } from './prove/line.ts';
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
  const call: Omit<Call, 'vhost'> = {
    url: new URL(amqpsUrl),
    username,
    password,
    tls: await clientTls(target, service, context),
    name: `mqwarden-verify-${context.correlationId}`,
    timeoutMs: context.timeoutMs,
  };
  const user = userIn(live, username);
  const lines = linesOf(call, user);
  const { impersonates } = user;
  const home = homeOf(target.section, service.section);
  try {
    const first = await lines.into(home);
    if (first !== undefined && password === undefined)
      await requireName(first, impersonates, username, call.url.host);
  } catch (error) {
    await lines.close();
    throw error;
  }
  return {
    close: () => lines.close(),
    ask: (questions) =>
      askByVhost(questions, home, lines, {
        impersonates,
        limited: (vhost) => isLimited(live, username, vhost),
      }),
  };
}

interface Lines {
  /** Undefined where it may not enter the vhost. */
  into(vhost: string): Promise<Line | undefined>;
  close(): Promise<void>;
}

/** One connection at a time: a user may have a limit of them. */
function linesOf(call: Omit<Call, 'vhost'>, { isKnown, width }: LiveUser): Lines {
  let open: { readonly vhost: string; readonly line: Line | undefined } | undefined;
  const close = async () => {
    const last = open;
    open = undefined;
    await last?.line?.close();
  };
  return {
    close,
    async into(vhost) {
      if (open?.vhost !== vhost) {
        await close();
        const enter = () => tryToEnter({ ...call, vhost }, isKnown);
        const options = { endpoint: call.url.host, width, timeoutMs: call.timeoutMs, again: enter };
        const connection = await enter();
        open = { vhost, line: connection && lineOn(connection, options) };
      }
      return open.line;
    },
  };
}

function homeOf(
  { vhost, vhosts = {} }: RabbitEnvironment,
  { vhost: alias = mainVhost }: RabbitService,
): string {
  return (alias === mainVhost ? vhost : (vhosts[alias] ?? vhost)).name;
}

interface LiveUser {
  readonly isKnown: boolean;
  /** Who is not known to the administrator's reading might send as others: nothing is tried that relies on the opposite. */
  readonly impersonates: boolean;
  /** Channels at a time. */
  readonly width: number;
}

/** More of them make a broker no faster. */
const mostChannels = 16;

function userIn(live: readonly RabbitResource[], username: string): LiveUser {
  const user = live.find(({ address }) => address === userAddress(username));
  const spec = user?.kind === 'rabbitmq:user' ? user.spec : undefined;
  return {
    isKnown: spec !== undefined,
    impersonates: spec?.tags.includes('impersonator') ?? true,
    // The service's own channels count, too: none more than needed is taken from them.
    width: spec?.limits.maxChannels === undefined ? mostChannels : 1,
  };
}

/** Undefined where it may not enter the vhost, or there is none: amqplib does not tell which. */
async function tryToEnter(call: Call, isKnown: boolean): Promise<ChannelModel | undefined> {
  try {
    return await dial(call);
  } catch (error) {
    const why = turnedAway(error);
    if (why === 'vhost') return undefined;
    if (why === undefined) throw amqpsError(call.url.host, error);
    throw refused(call, why, isKnown);
  }
}

function refused(
  { url, username, password }: Call,
  why: 'login' | 'mechanism',
  isKnown: boolean,
): LoginRefused {
  if (!isKnown) {
    return new LoginRefused(`RabbitMQ at ${url.host} has no user ${username}`, {
      endpoint: url.host,
      hint: 'apply makes it, with the stored password',
    });
  }
  const by = password === undefined ? 'its certificate' : 'the stored password';
  const offered =
    why === 'mechanism' ? ': it takes no login by certificate (EXTERNAL), or none by password' : '';
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
  line: Line,
  impersonates: boolean,
  username: string,
  endpoint: string,
): Promise<void> {
  const known = await authenticatedUser((probe) => line.ask(probe), impersonates);
  if (known === undefined || known === username) return;
  throw new LoginRefused(`RabbitMQ at ${endpoint} takes the certificate for ${known}, not for ${username}`, {
    endpoint,
    hint: `name the user ${JSON.stringify(known)} in the topology, or give the service a certificate for ${username}`,
  });
}

async function askByVhost(
  questions: readonly Question[],
  home: string,
  lines: Lines,
  { limited, ...asker }: Asker & { readonly limited: (vhost: string) => boolean },
): Promise<Answer[]> {
  const answers = new Map<Question, Answer>();
  const vhosts = [...Map.groupBy(questions, ({ at }) => partOf(at, 0))];
  // The one that is open first.
  for (const [vhost, some] of vhosts.sort(([a], [b]) => Number(b === home) - Number(a === home))) {
    const line = await lines.into(vhost);
    const rest = some.filter(({ right }) => right !== 'enter');
    const shut: Answer = limited(vhost) ? full : { is: 'refused' };
    for (const one of some) {
      if (one.right === 'enter') answers.set(one, line === undefined ? shut : { is: 'allowed' });
    }
    const given = line === undefined ? rest.map(() => outside) : await askAll(line, rest, asker);
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
  missed: true,
};
const outside: Answer = { is: 'unknown', why: 'it cannot enter the vhost' };
