import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { connect as connectService } from '../../src/brokers/rabbitmq/connect.ts';
import { rabbitmq } from '../../src/brokers/rabbitmq/index.ts';
import { permissionAddress, queueAddress, type RabbitChange } from '../../src/brokers/rabbitmq/resources.ts';
import { ConnectionError, PartialView } from '../../src/core/errors.ts';
import { startManagementProxy } from '../brokers/proxy-management.ts';
import {
  converge,
  difference,
  unwatched,
  type Services,
  type Site,
  startSite,
  type Wanted,
  write,
} from './live.ts';
import { environment, landscape } from './support.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite({ clientCertificates: 'optional' });
}, 60_000);
afterAll(async () => {
  await site.broker.stop();
});

const done = (action: string, address: string) => `${action} ${address}: done`;

async function login(user: string, password: string, vhost: string) {
  const url = new URL(site.broker.amqpsUrl);
  return connect(
    {
      protocol: 'amqps',
      hostname: url.hostname,
      port: Number(url.port),
      username: user,
      password,
      // amqplib decodes it, also where it is no part of a URL.
      vhost: encodeURIComponent(vhost),
    },
    { ca: [site.broker.ca] },
  );
}

describe('each kind, from creation over change to deletion, with an empty second plan after each', () => {
  const vhost = (over: object = {}) => ({ name: 'life', limits: { maxConnections: 10 }, ...over });
  /** What stands from the first service's step to its end. */
  const kept = {
    exchanges: { alt: { type: 'fanout', bindings: [{ exchange: 'e', routingKey: 'x' }] } },
    queues: {
      q: {
        type: 'quorum',
        bindings: [
          { exchange: 'e', routingKeys: ['a.#', 'b'] },
          { exchange: 'amq.headers', arguments: { 'x-match': 'all', n: 1 } },
        ],
      },
      s: { type: 'stream' },
    },
  };
  const steps: readonly { name: string; wanted: Wanted; want: readonly string[] }[] = [
    {
      name: 'a vhost',
      wanted: {
        services: {},
        vhost: vhost({ description: 'é', tags: ['b', 'a'], defaultQueueType: 'quorum' }),
      },
      want: [done('create', 'rabbitmq:vhost:life')],
    },
    {
      name: 'its fields and limits',
      wanted: { services: {}, vhost: vhost({ description: 'other', limits: { maxQueues: 100 } }) },
      want: [done('update', 'rabbitmq:vhost:life')],
    },
    {
      name: 'a service with everything',
      wanted: {
        vhost: 'life',
        services: {
          a: {
            tags: ['monitoring'],
            limits: { maxConnections: 3 },
            exchanges: {
              e: { type: 'topic', alternateExchange: 'alt' },
              ...kept.exchanges,
            },
            queues: {
              ...kept.queues,
              c: { arguments: { 'x-max-length': 10 }, deadLetter: { exchange: 'alt', routingKey: 'k' } },
            },
            publishes: [{ exchange: 'e', routingKeys: ['a.#'] }],
            consumes: ['q'],
          },
        },
      },
      want: [
        'update rabbitmq:vhost:life',
        'create rabbitmq:user:a',
        'create rabbitmq:exchange:life/alt',
        'create rabbitmq:exchange:life/e',
        'create rabbitmq:queue:life/c',
        'create rabbitmq:queue:life/q',
        'create rabbitmq:queue:life/s',
        'create rabbitmq:binding:life/amq.headers/queue/q/~fc4af9ad4d3d',
        'create rabbitmq:binding:life/e/exchange/alt/x',
        'create rabbitmq:binding:life/e/queue/q/a.%23',
        'create rabbitmq:binding:life/e/queue/q/b',
        'create rabbitmq:topic-permission:life/a/e',
        'create rabbitmq:permission:life/a',
      ].map((line) => `${line}: done`),
    },
    {
      name: 'changed grants, tags and limits, and a queue replaced by name',
      wanted: {
        vhost: 'life',
        decisions: { allowDataLoss: ['rabbitmq:queue:life/c', 'rabbitmq:exchange:life/e'] },
        services: {
          a: {
            limits: { maxChannels: 7 },
            exchanges: {
              e: { type: 'topic' },
              ...kept.exchanges,
            },
            queues: {
              ...kept.queues,
              c: { arguments: { 'x-max-length': 20 } },
            },
            publishes: [{ exchange: 'e', routingKeys: ['c'] }],
          },
        },
      },
      want: [
        'update rabbitmq:user:a',
        'replace rabbitmq:exchange:life/e',
        'replace rabbitmq:queue:life/c',
        'update rabbitmq:topic-permission:life/a/e',
        'update rabbitmq:permission:life/a',
      ].map((line) => `${line}: done`),
    },
    {
      name: 'the service gone, and pruned',
      wanted: {
        vhost: 'life',
        services: {},
        claims: ['a'],
        decisions: {
          prune: true,
          allowDataLoss: ['c', 'q', 's']
            .map((q) => `rabbitmq:queue:life/${q}`)
            .concat(['rabbitmq:exchange:life/e', 'rabbitmq:exchange:life/alt']),
        },
      },
      want: [
        'delete rabbitmq:permission:life/a',
        'delete rabbitmq:topic-permission:life/a/e',
        'delete rabbitmq:binding:life/amq.headers/queue/q/~fc4af9ad4d3d',
        'delete rabbitmq:binding:life/e/exchange/alt/x',
        'delete rabbitmq:binding:life/e/queue/q/a.%23',
        'delete rabbitmq:binding:life/e/queue/q/b',
        'delete rabbitmq:queue:life/c',
        'delete rabbitmq:queue:life/q',
        'delete rabbitmq:queue:life/s',
        'delete rabbitmq:exchange:life/alt',
        'delete rabbitmq:exchange:life/e',
        'delete rabbitmq:user:a',
      ].map((line) => `${line}: done`),
    },
  ];
  test.each(steps)('$name', async ({ wanted, want }) => {
    const { lines, blocked, left } = await converge(site, wanted);
    const phases = (all: readonly string[]) => [...all].sort();
    expect(phases(lines)).toEqual(phases(want));
    expect(blocked).toEqual([]);
    expect(left).toEqual([]);
  });

  it('has left nothing behind', async () => {
    const { unmanaged } = await difference(site, { vhost: 'life', services: {} });
    expect(unmanaged.map(({ resource }) => resource.address)).toEqual([]);
  });
});

describe('names', () => {
  const odd = (base: string) => `${base}/%@+~ .é&?#;=*`;
  const services: Services = {
    s: {
      user: odd('u'),
      exchanges: { [odd('e')]: { type: 'topic' } },
      queues: {
        [odd('q')]: {
          bindings: [
            { exchange: odd('e'), routingKeys: [odd('k'), '~', '', '#'] },
            { exchange: odd('e'), routingKey: 'a b', arguments: { x: 'é' } },
          ],
        },
      },
      publishes: [{ exchange: odd('e'), routingKeys: [odd('k')] }],
      consumes: [odd('q')],
    },
  };
  it('come back as they were written, in every place', async () => {
    const { lines, left } = await converge(site, { services, vhost: odd('v') });
    expect(lines.filter((line) => !line.endsWith(': done'))).toEqual([]);
    expect(lines).toHaveLength(11);
    expect(left).toEqual([]);
  });

  it('let the user log in and consume', async () => {
    const connection = await login(odd('u'), site.stored.get('rabbitmq/s')?.password ?? '', odd('v'));
    const channel = await connection.createChannel();
    await expect(channel.consume(odd('q'), () => undefined)).resolves.toHaveProperty('consumerTag');
    await connection.close();
  });

  it('are deleted whole', async () => {
    const {
      lines,
      left,
      difference: seen,
    } = await converge(site, {
      services: {},
      vhost: odd('v'),
      claims: ['u*'],
      decisions: {
        prune: true,
        allowDataLoss: [...(await difference(site, { services: {}, vhost: odd('v') })).live.keys()],
      },
    });
    expect(lines.filter((line) => !line.endsWith(': done'))).toEqual([]);
    expect(seen.unmanaged.length).toBe(lines.length);
    expect(left).toEqual([]);
    expect((await difference(site, { services: {}, vhost: odd('v') })).unmanaged).toEqual([]);
  });
});

describe('races', () => {
  const creations = [
    { kind: 'rabbitmq:vhost', address: 'rabbitmq:vhost:race', after: { limits: {} } },
    {
      kind: 'rabbitmq:user',
      address: 'rabbitmq:user:race',
      after: { tags: [], limits: {}, auth: 'password' },
      service: 'race',
    },
    {
      kind: 'rabbitmq:exchange',
      address: 'rabbitmq:exchange:race/e',
      after: { type: 'topic', durable: true, autoDelete: false, internal: false, arguments: {} },
    },
    {
      kind: 'rabbitmq:queue',
      address: 'rabbitmq:queue:race/q',
      after: { type: 'classic', durable: true, autoDelete: false, arguments: {} },
    },
  ].map((change) => ({ action: 'create', reason: 'r', before: null, ...change }));

  test.each(creations)('$kind made by someone else is not overwritten', async (change) => {
    expect((await write(site, [change])).map(({ line }) => line)).toEqual([done('create', change.address)]);
    expect((await write(site, [change])).map(({ line }) => line)).toEqual([
      `create ${change.address}: failed: made by someone else since the plan was read`,
    ]);
  });

  it('a grant that moved is left alone', async () => {
    await site.api('PUT', 'permissions/race/race', { configure: '^$', write: 'moved', read: '^$' });
    const update = {
      action: 'update',
      kind: 'rabbitmq:permission',
      address: 'rabbitmq:permission:race/race',
      reason: 'r',
      before: { configure: '^$', write: '^a$', read: '^$' },
      after: { configure: '^$', write: '^b$', read: '^$' },
    };
    expect((await write(site, [update])).map(({ line }) => line)).toEqual([
      'update rabbitmq:permission:race/race: failed: changed since the plan was read',
    ]);
    expect((await site.api('GET', 'permissions/race/race')).body).toMatchObject({ write: 'moved' });
  });

  it('a user that was given permissions in another vhost meanwhile stays', async () => {
    await site.api('PUT', 'users/shared', { password: 'x', tags: '' });
    await site.api('PUT', 'permissions/race/shared', { configure: '^$', write: '^$', read: '^$' });
    const before = { tags: [], limits: {}, auth: 'password' };
    const at = 'rabbitmq:user:shared';
    const removal = {
      action: 'delete',
      kind: 'rabbitmq:user',
      address: at,
      reason: 'r',
      before,
      after: null,
    };
    expect((await write(site, [removal])).map(({ line }) => line)).toEqual([
      `delete ${at}: failed: it has permissions in vhost race, which would go with it, and which the plan did not see`,
    ]);
    await site.api('DELETE', 'permissions/race/shared');
    expect((await write(site, [removal])).map(({ line }) => line)).toEqual([done('delete', at)]);
  });

  it('two rows of one user on two exchanges are both written, and only the named one deleted', async () => {
    await site.api('PUT', 'exchanges/race/f', { type: 'topic', durable: true });
    const row = (exchange: string, action: string, before: object | null, after: object | null) => ({
      action,
      kind: 'rabbitmq:topic-permission',
      address: `rabbitmq:topic-permission:race/race/${exchange}`,
      reason: 'r',
      before,
      after,
    });
    const spec = { write: '^a$', read: '^$' };
    const written = await write(site, [row('e', 'create', null, spec), row('f', 'create', null, spec)]);
    expect(written.map(({ outcome }) => outcome.status)).toEqual(['done', 'done']);
    await write(site, [row('e', 'delete', spec, null)]);
    expect((await site.api('GET', 'topic-permissions/race/race')).body).toMatchObject([{ exchange: 'f' }]);
  });
});

describe('passwords', () => {
  const service = (over: object): Services => ({ 'p-service': { user: 'p', ...over } });
  it('work after creation, and after tags and limits change', async () => {
    await converge(site, { services: service({}) });
    const password = site.stored.get('rabbitmq/p-service')?.password ?? '';
    await (await login('p', password, 'production')).close();
    const hash = async () =>
      ((await site.api('GET', 'users/p')).body as { password_hash: string }).password_hash;
    const before = await hash();
    const { lines } = await converge(site, {
      services: service({ tags: ['monitoring'], limits: { maxChannels: 5 } }),
    });
    expect(lines).toEqual([done('update', 'rabbitmq:user:p')]);
    expect(await hash()).toBe(before);
    await (await login('p', password, 'production')).close();
    expect(site.concealed.has(before)).toBe(true);
  });

  it('that were cleared are seen and set from the store', async () => {
    await site.api('PUT', 'users/p', { password_hash: '', tags: '' });
    const { lines, left } = await converge(site, { services: service({}) });
    expect(lines).toEqual([done('update', 'rabbitmq:user:p')]);
    expect(left).toEqual([]);
    await (await login('p', site.stored.get('rabbitmq/p-service')?.password ?? '', 'production')).close();
  });
});

describe('the connection factory', () => {
  const options = () => ({
    service: 'p-service',
    url: site.broker.amqpsUrl,
    vhost: 'production',
    tls: { ca: site.broker.ca },
  });
  const stored = () => site.stored.get('rabbitmq/p-service')?.password ?? '';
  it('logs in with what the store has', async () => {
    const secrets = {
      getSecret: (path: string) => Promise.resolve(path.endsWith('username') ? 'p' : stored()),
    };
    const connection = await connectService({ ...options(), secrets });
    await connection.close();
    expect(connection.connection.serverProperties.product).toBe('RabbitMQ');
  });
  const cases: readonly { name: string; over: () => object; code: string }[] = [
    { name: 'a wrong password', over: () => ({ password: 'canary' }), code: 'MQWARDEN_ACCESS_REFUSED' },
    { name: 'a vhost that is not there', over: () => ({ vhost: 'nowhere' }), code: 'MQWARDEN_VHOST_REFUSED' },
    { name: 'an authority that is not trusted', over: () => ({ tls: {} }), code: 'MQWARDEN_CONNECTION' },
  ];
  test.each(cases)('tells of $name', async ({ over, code }) => {
    const attempt = connectService({ ...options(), username: 'p', password: stored(), ...over() });
    await expect(attempt).rejects.toMatchObject({ code });
  });
});

describe('reading', () => {
  it.each(['monitoring', 'management', 'policymaker'])(
    'refuses the partial view of a user tagged %s',
    async (tag) => {
      await site.api('PUT', `users/view-${tag}`, { password: 'x', tags: tag });
      const target = environment(
        site.section({ vhost: 'production', admin: { username: `view-${tag}`, password: 'env:x' } }),
      );
      await expect(rabbitmq.read(target, { desired: [] }, site.context)).rejects.toThrow(PartialView);
      await site.api('DELETE', `users/view-${tag}`);
    },
  );

  it("calls an undeclared grant of a declared user drift, and leaves other people's things alone", async () => {
    await site.api('PUT', 'users/stranger', { password: 'x', tags: '' });
    await site.api('PUT', 'permissions/production/stranger', { configure: '.*', write: '.*', read: '.*' });
    await site.api('PUT', 'topic-permissions/production/p', { exchange: 'amq.topic', write: '.*', read: '' });
    const seen = await difference(site, { services: { 'p-service': { user: 'p' } } });
    expect(seen.changes.map(({ action, address }) => `${action} ${address}`)).toEqual([
      'delete rabbitmq:topic-permission:production/p/amq.topic',
    ]);
    expect(
      seen.unmanaged
        .filter(({ resource }) => resource.address.includes('stranger'))
        .map(({ prunable }) => prunable),
    ).toEqual([false, false]);
  });

  it('gives the administrator permissions where a declare needs them', async () => {
    await site.api('PUT', 'vhosts/bare');
    await site.api('DELETE', `permissions/bare/${site.broker.admin.username}`);
    const {
      lines,
      left,
      difference: seen,
    } = await converge(site, { vhost: 'bare', services: { b: { queues: { q: {} } } } });
    expect(seen.warnings.map(({ message }) => message)).toContain(
      'the administrator admin has no permissions here; apply gives it .* .* .* before it declares',
    );
    expect(lines.filter((line) => !line.endsWith(': done'))).toEqual([]);
    expect(left).toEqual([]);
  });
});

describe('definitions as 4.3 gives them, whichever version runs', () => {
  const vhost = 'unlisted';
  const services = {
    u: {
      exchanges: {
        open: { type: 'topic' },
        inner: {
          type: 'fanout',
          internal: true,
          alternateExchange: 'open',
          bindings: [{ exchange: 'open', routingKey: 'k' }],
        },
      },
      queues: { q: { bindings: [{ exchange: 'inner', routingKey: '' }] } },
    },
  };
  interface Exchange {
    readonly vhost: string;
    readonly name: string;
    readonly internal?: boolean | undefined;
  }
  interface Shown {
    readonly exchanges: readonly Exchange[];
    readonly bindings: readonly object[];
  }
  const definitions = async () => (await site.api('GET', 'definitions')).body as Shown;

  /** What is planned with this in place of the definitions, and the further questions about exchanges. */
  async function seenWith(body: Shown) {
    const proxy = await startManagementProxy(site.broker, (_n, { path }) =>
      path.startsWith('/api/definitions') ? { status: 200, body } : 'pass',
    );
    const through = { ...site, section: (over: object) => site.section({ ...over, ...proxied }) };
    const proxied = { managementUrl: proxy.managementUrl };
    const { changes, unmanaged } = await difference(through, { vhost, services });
    const asked = proxy.requests.filter(({ path }) => path.startsWith('/api/exchanges'));
    await proxy.stop();
    return { changes, unmanaged: unmanaged.map(({ resource }) => resource.address), asked: asked.length };
  }

  beforeAll(async () => {
    const { lines, left } = await converge(site, { vhost, services });
    expect(lines.filter((line) => !line.endsWith(': done'))).toEqual([]);
    expect(left).toEqual([]);
  });

  it('internal exchanges, which they leave out, are found and not made for ever', async () => {
    const whole = await definitions();
    const exchanges = whole.exchanges
      .filter(({ internal, name }) => internal !== true && name !== 'inner')
      .map((one) => ({ ...one, internal: undefined }));
    expect(await seenWith({ ...whole, exchanges })).toMatchObject({ changes: [], asked: 1 });
    const alone = exchanges.filter((one) => one.vhost !== vhost);
    const { changes } = await seenWith({ ...whole, exchanges: alone });
    expect(changes.map(({ action, address }) => `${action} ${address}`)).toEqual([
      'create rabbitmq:exchange:unlisted/open',
    ]);
  });

  it('nothing more is asked where they leave none out', async () => {
    const whole = await definitions();
    const all = (await site.api('GET', 'exchanges')).body as Shown['exchanges'];
    const exchanges = all.filter(({ name }) => name !== '' && !name.startsWith('amq.'));
    expect(await seenWith({ ...whole, exchanges })).toMatchObject({ changes: [], asked: 0 });
  });

  it("the binding of a session's own queue, which they list without it, is nobody's to delete", async () => {
    const { username, password } = site.broker.admin;
    const connection = await login(username, password, vhost);
    const channel = await connection.createChannel();
    await channel.assertQueue('mine', { exclusive: true, durable: false });
    await channel.bindQueue('mine', 'open', 'k');
    const whole = await definitions();
    const theirs = { source: 'open', vhost, destination: 'mine', destination_type: 'queue' };
    const binding = { ...theirs, routing_key: 'k', arguments: {} };
    const seen = await seenWith({ ...whole, bindings: [...whole.bindings, binding] });
    await connection.close();
    expect(seen.changes).toEqual([]);
    expect(seen.unmanaged.filter((address) => address.includes('mine'))).toEqual([]);
  });
});

describe('the cost of changes', () => {
  it('counts messages, consumers, bindings and connections, and closes the sessions of who lost a right', async () => {
    const services = {
      w: {
        exchanges: { e: { type: 'topic' } },
        queues: { q: { bindings: [{ exchange: 'e', routingKey: '#' }] } },
        publishes: ['e'],
        consumes: ['q'],
      },
    };
    await converge(site, { vhost: 'weigh', services });
    const connection = await login('w', site.stored.get('rabbitmq/w')?.password ?? '', 'weigh');
    let closed = '';
    connection.on('close', (error: unknown) => (closed = String(error)));
    const channel = await connection.createConfirmChannel();
    channel.publish('e', 'k', Buffer.from('x'));
    await channel.waitForConfirms();
    const land = landscape({}, site.section({ vhost: 'weigh' })).environment;
    const changes = [
      {
        action: 'delete',
        kind: 'rabbitmq:queue',
        address: 'rabbitmq:queue:weigh/q',
        reason: 'r',
        before: {},
        after: null,
      },
      {
        action: 'delete',
        kind: 'rabbitmq:exchange',
        address: 'rabbitmq:exchange:weigh/e',
        reason: 'r',
        before: {},
        after: null,
      },
      {
        action: 'update',
        kind: 'rabbitmq:permission',
        address: 'rabbitmq:permission:weigh/w',
        reason: 'r',
        before: { configure: '^$', write: '^e$', read: '^q$' },
        after: { configure: '^$', write: '^e$', read: '^$' },
      },
    ] as unknown as RabbitChange[];
    await expect
      .poll(async () => Object.fromEntries(await rabbitmq.weigh(land, changes, site.context)), {
        timeout: 15_000,
        interval: 500,
      })
      .toEqual({
        'rabbitmq:queue:weigh/q': '1 message, 0 consumers',
        'rabbitmq:exchange:weigh/e': '1 binding',
        'rabbitmq:permission:weigh/w': '1 open connection of w, closed after',
      });
    const writer = await rabbitmq.writer(land, site.context, site.credentials, unwatched);
    expect(await writer.closeSessions(changes.slice(2))).toEqual([]);
    await expect.poll(() => closed, { timeout: 5_000 }).toContain('CONNECTION-FORCED');
    await writer.close();
  }, 30_000);
});

describe('sessions that were opened a moment ago', () => {
  const user = 'young/é';
  /** RabbitMQ lists a connection with everyone's, and closes it by name, only seconds after it was opened. */
  const change = (vhost: string) =>
    ({
      action: 'update',
      kind: 'rabbitmq:permission',
      address: permissionAddress(vhost, user),
      reason: 'r',
      before: { configure: '^$', write: '^$', read: '^q$' },
      after: { configure: '^$', write: '^$', read: '^$' },
    }) as unknown as RabbitChange;
  const target = () => landscape({}, site.section({ vhost: 'here' })).environment;

  async function open(vhost: string) {
    const connection = await login(user, 'x', vhost);
    const state = { closed: '' };
    connection.on('close', (error: unknown) => (state.closed = String(error)));
    connection.on('error', () => undefined);
    return { connection, state };
  }

  beforeAll(async () => {
    await site.api('PUT', `users/${encodeURIComponent(user)}`, { password: 'x', tags: '' });
    for (const vhost of ['here', 'there']) {
      await site.api('PUT', `vhosts/${vhost}`);
      const all = { configure: '.*', write: '.*', read: '.*' };
      await site.api('PUT', `permissions/${vhost}/${encodeURIComponent(user)}`, all);
    }
  });

  it('are counted and closed at once', async () => {
    const { state } = await open('here');
    const costs = await rabbitmq.weigh(target(), [change('here')], site.context);
    expect([...costs.values()]).toEqual([`1 open connection of ${user}, closed after`]);
    const writer = await rabbitmq.writer(target(), site.context, site.credentials, unwatched);
    expect(await writer.closeSessions([change('here')])).toEqual([]);
    await expect.poll(() => state.closed, { timeout: 2_000 }).toContain('CONNECTION-FORCED');
    await writer.close();
  });

  it('are closed in the vhost where a right was lost, and left alone in another', async () => {
    const [here, there] = [await open('here'), await open('there')];
    const writer = await rabbitmq.writer(target(), site.context, site.credentials, unwatched);
    expect(await writer.closeSessions([change('here')])).toEqual([]);
    await expect.poll(() => here.state.closed, { timeout: 2_000 }).toContain('CONNECTION-FORCED');
    expect(there.state.closed).toBe('');
    await there.connection.close();
    await writer.close();
  });

  it('that cannot be looked for are told, since the changes are done', async () => {
    const proxy = await startManagementProxy(site.broker, (_n, { path }) =>
      path.startsWith('/api/connections') ? { status: 500, body: { reason: 'nodedown' } } : 'pass',
    );
    const { managementUrl } = proxy;
    const through = landscape({}, site.section({ vhost: 'here', managementUrl })).environment;
    const writer = await rabbitmq.writer(through, site.context, site.credentials, unwatched);
    const warnings = await writer.closeSessions([change('here')]);
    expect(warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^connections of young\/é that are open keep what they had: .*nodedown/),
    ]);
    await writer.close();
    await proxy.stop();
  });
});

describe('what a queue holds', () => {
  const weighed = async (name: string) => {
    const { environment: target } = landscape({}, site.section({ vhost: 'full' }));
    const address = `rabbitmq:queue:full/${name}`;
    const loss = { action: 'delete', kind: 'rabbitmq:queue', address, reason: 'r', before: {}, after: null };
    return (await rabbitmq.weigh(target, [loss as unknown as RabbitChange], site.context)).values().next()
      .value;
  };
  it.each(['classic', 'quorum', 'stream'])(
    'is never called nothing a moment after a message came to a %s queue',
    async (type) => {
      await site.api('PUT', 'vhosts/full');
      const { username, password } = site.broker.admin;
      const connection = await login(username, password, 'full');
      const channel = await connection.createConfirmChannel();
      await channel.assertQueue(type, { durable: true, arguments: { 'x-queue-type': type } });
      channel.sendToQueue(type, Buffer.from('x'), { persistent: true });
      await channel.waitForConfirms();
      expect(await weighed(type)).toMatch(/^(1 message|an unknown number of messages), /);
      if (type === 'classic') expect(await weighed(type)).toMatch(/^1 message, /);
      await connection.close();
    },
  );
});

describe('replacing', () => {
  const vhost = 'replace';
  const exchange = (type: string) => ({
    type,
    durable: true,
    autoDelete: false,
    internal: false,
    arguments: {},
  });
  const replace = (name: string) => ({
    action: 'replace',
    kind: 'rabbitmq:exchange',
    address: `rabbitmq:exchange:${vhost}/${name}`,
    reason: 'r',
    before: exchange('topic'),
    after: exchange('fanout'),
  });
  const make = async (name: string) => {
    await site.api('PUT', `exchanges/${vhost}/${name}`, { type: 'topic', durable: true });
  };
  const bind = (from: string, to: string) =>
    site.api('POST', `bindings/${vhost}/e/${from}/e/${to}`, { routing_key: 'k' });
  beforeAll(async () => {
    await site.api('PUT', `vhosts/${vhost}`);
  });

  it('both ends of a binding at once keeps it', async () => {
    const names = Array.from({ length: 8 }, (_, at) => `e${at}`);
    const pairs = names.flatMap((from, at) => names.slice(at + 1).map((to) => [from, to] as const));
    for (const name of names) await make(name);
    for (const [from, to] of pairs) await bind(from, to);
    const written = await write(site, names.map(replace));
    expect(written.filter(({ outcome }) => outcome.status !== 'done')).toEqual([]);
    const { body } = await site.api('GET', `bindings/${vhost}?columns=source,destination`);
    expect(body).toEqual(
      expect.arrayContaining(pairs.map(([source, destination]) => ({ source, destination }))),
    );
  });

  it('keeps the topic permissions of every user on it: without a row every key would be allowed', async () => {
    await make('rows');
    const row = { exchange: 'rows', write: '^a$', read: '^b$' };
    for (const user of ['row-a', 'row b/é']) {
      const at = encodeURIComponent(user);
      await site.api('PUT', `users/${at}`, { password: 'x', tags: '' });
      await site.api('PUT', `topic-permissions/${vhost}/${at}`, row);
    }
    const [written] = await write(site, [
      { ...replace('rows'), after: { ...exchange('topic'), internal: true } },
    ]);
    expect(written?.outcome).toEqual({ status: 'done' });
    const { body } = await site.api('GET', `vhosts/${vhost}/topic-permissions`);
    expect(body).toEqual(
      expect.arrayContaining(['row-a', 'row b/é'].map((user) => ({ user, vhost, ...row }))),
    );
  });

  it('tells what of it is lost, and does not promise that another apply brings it back', async () => {
    for (const name of ['a', 'b', 'c']) await make(name);
    await bind('a', 'b');
    await bind('a', 'c');
    const proxy = await startManagementProxy(site.broker, (_n, { method, path }) =>
      method === 'POST' && path.endsWith('/b') ? { status: 500, body: { reason: 'nodedown' } } : 'pass',
    );
    const [written] = await write(site, [replace('a')], { managementUrl: proxy.managementUrl });
    await proxy.stop();
    expect(written?.outcome).toEqual({
      status: 'failed',
      error: 'replaced, but this could not be restored: a → b (k): RabbitMQ failed: nodedown (500)',
      hint: 'run apply again: it makes what the topology declares; what it does not declare must be made by hand',
    });
    const { body } = await site.api('GET', `exchanges/${vhost}/a/bindings/source`);
    expect(body).toMatchObject([{ destination: 'c' }]);
  });
});

describe('a refusal', () => {
  const queue = { type: 'classic', durable: true, autoDelete: false, arguments: {} };
  const create = async (vhost: string, name: string) => {
    const at = `vhosts/${encodeURIComponent(vhost)}`;
    await site.api('PUT', at);
    await site.api('PUT', `vhost-limits/${encodeURIComponent(vhost)}/max-queues`, { value: 0 });
    const address = queueAddress(vhost, name);
    const change = {
      action: 'create',
      kind: 'rabbitmq:queue',
      address,
      reason: 'r',
      before: null,
      after: queue,
    };
    return (await write(site, [change]))[0]?.outcome;
  };

  it('is told in the words of the broker', async () => {
    expect(await create('full up', 'q')).toEqual({
      status: 'failed',
      error:
        "RabbitMQ refused it: cannot declare queue 'q': queue limit in vhost 'full up' (0) is reached (400)",
      hint: 'correct the topology, then run plan again',
    });
  });

  it('that RabbitMQ 4 cannot put into words is told with where to look', async () => {
    const [major] = site.broker.version.split('.').map(Number);
    expect(await create('voll-é', 'q')).toEqual(
      major === 3
        ? {
            status: 'failed',
            error:
              "RabbitMQ refused it: cannot declare queue 'q': queue limit in vhost 'voll-é' (0) is reached (400)",
            hint: 'correct the topology, then run plan again',
          }
        : {
            status: 'failed',
            error: 'RabbitMQ failed: no reason given (500)',
            hint: 'RabbitMQ 4 cannot give its reason for a name with characters outside ASCII: see its log for "error", then run apply again',
          },
    );
  });
});

describe('definitions without a list', () => {
  it.each(['topic_permissions', 'parameters', 'bindings'])('of %s are refused', async (list) => {
    const whole = (await site.api('GET', 'definitions')).body as object;
    const body = { ...whole, [list]: undefined };
    const proxy = await startManagementProxy(site.broker, (_n, { path }) =>
      path.startsWith('/api/definitions') ? { status: 200, body } : 'pass',
    );
    const target = environment(site.section({ vhost: 'production', managementUrl: proxy.managementUrl }));
    await expect(rabbitmq.read(target, { desired: [] }, site.context)).rejects.toThrow(`no list of ${list}`);
    await proxy.stop();
  });
});

describe('a broker that cannot be reached', () => {
  const attempt = (over: object) =>
    rabbitmq.read(environment(site.section({ vhost: 'production', ...over })), { desired: [] }, site.context);
  const port = () => new URL(site.broker.managementUrl).port;
  const cases: readonly { name: string; over: () => object; want: RegExp }[] = [
    {
      name: 'a wrong password',
      over: () => ({ admin: { username: 'admin', password: 'env:canary_password' } }),
      // 4.x gives no reason.
      want: /refused the administrator "admin"( \(Login failed\))?$/,
    },
    {
      name: 'an authority that is not trusted',
      over: () => ({ tls: {} }),
      want: /not signed by an authority that is trusted/,
    },
    {
      name: 'another host name',
      over: () => ({ tls: { ca: site.broker.caFile, serverName: 'rabbitmq.example' } }),
      want: /for another host name/,
    },
    {
      name: 'a closed port',
      over: () => ({ managementUrl: 'https://localhost:1' }),
      want: /localhost:1: the connection was refused/,
    },
    {
      name: 'a port that is not HTTP',
      over: () => ({ managementUrl: `https://localhost:${site.broker.ports.epmd}` }),
      want: /TLS|closed|in time/,
    },
    {
      name: 'an unknown host',
      over: () => ({ managementUrl: 'https://nowhere.invalid:15671' }),
      want: /host name cannot be resolved/,
    },
    {
      name: 'no PEM',
      over: () => ({ tls: { ca: 'not a certificate' } }),
      want: /cannot reach|PEM|certificate/,
    },
  ];
  test.each(cases)(
    '$name',
    async ({ over, want }) => {
      expect(port()).not.toBe('');
      const error: unknown = await attempt(over()).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ConnectionError);
      expect((error as ConnectionError).message).toMatch(want);
      expect((error as ConnectionError).hint).toBeTruthy();
      const { inspect } = await import('node:util');
      const printed = inspect(error, { depth: 10 });
      expect(printed).not.toContain('canary_password');
      expect(printed).not.toContain(site.broker.admin.password);
      expect(printed).not.toContain(Buffer.from('admin:canary_password').toString('base64'));
    },
    15_000,
  );

  it('gives up on one that accepts and never answers', async () => {
    const { createServer } = await import('node:net');
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const at = silent.address();
    const managementUrl = `https://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}`;
    const target = environment(site.section({ vhost: 'production', managementUrl }));
    const attempt = rabbitmq.read(target, { desired: [] }, { ...site.context, timeoutMs: 500 });
    await expect(attempt).rejects.toThrow(/no answer in time/);
    silent.close();
  });
});
