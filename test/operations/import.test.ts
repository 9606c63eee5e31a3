import fc from 'fast-check';
import { expect, test } from 'vitest';
import { brokers } from '../../src/brokers/index.ts';
import type { Broker } from '../../src/core/broker.ts';
import type { Landscape } from '../../src/core/landscape.ts';
import { diff } from '../../src/core/diff.ts';
import type { Imported } from '../../src/core/import/imported.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Resource } from '../../src/core/resource.ts';
import { topologyFiles } from '../../src/operations/import-files.ts';
import { landscape } from '../../src/topology/landscape.ts';
import { parseTopology, type Topology } from '../../src/topology/load.ts';
import { environmentName, loaded, topologies, type Written } from '../topology/arbitrary.ts';

/** A compiled topology as a broker would show it after an apply: with what it fills in, without our words. */
function asLive(resources: readonly Resource[]): Resource[] {
  return resources.map(({ kind, address, spec }) => ({
    kind,
    address,
    spec: { ...fillIn[kind], ...chosen(spec) },
  }));
}

const fillIn: Readonly<Record<string, JsonObject>> = {
  'rabbitmq:vhost': { description: '', tags: [], defaultQueueType: 'classic' },
  'kafka:topic': { config: {} },
};

/** What was left to the broker. */
function chosen(spec: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(spec).map(([key, value]) => [key, value === -1 ? 1 : value]));
}

interface Site {
  readonly broker: Broker;
  readonly place: Landscape<unknown, unknown>;
}

function sitesOf(topology: Topology): Site[] {
  return brokers.flatMap((broker) => {
    const place = landscape(topology, environmentName, broker);
    return place === undefined ? [] : [{ broker, place }];
  });
}

function decompiled({ broker, place }: Site, live: readonly Resource[], topology: Topology): Imported {
  const environment = topology.environments.get(environmentName)?.written as JsonObject;
  return broker.decompile({
    landscape: { ...place, services: [] },
    live,
    written: environment[broker.name] as JsonObject,
    wanted: () => true,
  });
}

interface RoundTrip {
  readonly imported: ReadonlyMap<string, Imported>;
  readonly texts: readonly { readonly file: string; readonly text: string }[];
  /** What a plan of the imported topology would change on the brokers that it was made of. */
  readonly changes: readonly string[];
}

function roundTrip(written: Written): RoundTrip {
  const topology = loaded(written);
  const sites = sitesOf(topology);
  const live = new Map(
    sites.map(({ broker, place }) => [broker.name, asLive(broker.compile(place).resources)]),
  );
  const imported = new Map(
    sites.map((site) => [site.broker.name, decompiled(site, live.get(site.broker.name) ?? [], topology)]),
  );
  const sections = Object.fromEntries([...imported].map(([name, { environment }]) => [name, environment]));
  const texts = topologyFiles({
    topology: 'shop',
    environment: environmentName,
    environments: { [environmentName]: { ...written.environments[environmentName], ...sections } },
    imported: sites.map(({ broker }) => [broker, imported.get(broker.name) as Imported] as const),
  });
  const again = parseTopology(texts, brokers, {}, undefined, { withoutServices: true });
  const changes = sitesOf(again).flatMap(({ broker, place }) => {
    const compiled = broker.compile(place);
    const reading = { resources: live.get(broker.name) ?? [], refusals: [], warnings: [] };
    const found = diff({ kinds: broker.kinds, compiled, reading, ground: broker.ground(place, compiled) });
    return [...found.changes, ...found.blocked].map(({ address }) => address);
  });
  return { imported, texts, changes };
}

const policies = fc.dictionary(
  fc.constantFrom('ttl', 'limits', 'a/b', '404'),
  fc.record({
    pattern: fc.constantFrom('^order', '.*', '(?i)x'),
    applyTo: fc.constantFrom('all', 'queues', 'exchanges'),
    priority: fc.integer({ min: -2, max: 2 }),
    definition: fc.constantFrom({ 'message-ttl': 60000 }, { 'max-length': 5, overflow: 'reject-publish' }),
  }),
  { maxKeys: 3 },
);

function withPolicies(written: Written, some: object): Written {
  const whole = written.environments[environmentName] as JsonObject;
  const rabbitmq = whole['rabbitmq'] as JsonObject | undefined;
  if (rabbitmq === undefined) return written;
  const { vhost } = rabbitmq;
  const section = typeof vhost === 'string' ? { name: vhost } : (vhost as JsonObject);
  const environment = { ...whole, rabbitmq: { ...rabbitmq, vhost: { ...section, policies: some } } };
  return { ...written, environments: { ...written.environments, [environmentName]: environment } } as Written;
}

function withNaming(written: Written, named: boolean): Written {
  const whole = written.environments[environmentName] as JsonObject;
  const kafka = whole['kafka'] as JsonObject | undefined;
  if (kafka === undefined || !named) return written;
  const around = 'st.{name}';
  const naming = { user: '{service}.st', topic: around, group: around, transactionalId: around };
  const environment = { ...whole, kafka: { ...kafka, naming } };
  return { ...written, environments: { ...written.environments, [environmentName]: environment } };
}

test('what any topology made is imported as a topology that changes nothing', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(topologies(), policies, fc.boolean(), (written, some, named) => {
      const { changes, imported } = roundTrip(withNaming(withPolicies(written, some), named));
      expect(changes).toEqual([]);
      const leftOut = [...imported.values()].flatMap((one) => one.leftOut).filter(({ unowned }) => !unowned);
      expect(leftOut, 'everything that the language made it can say').toEqual([]);
    }),
    { numRuns: 60 },
  );
});
