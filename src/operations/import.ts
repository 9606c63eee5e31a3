import { dirname } from 'node:path';
import { brokers as registry } from '../brokers/index.ts';
import type { Address } from '../core/address.ts';
import type { Broker, Reading } from '../core/broker.ts';
import { diff } from '../core/diff.ts';
import { RefusedError } from '../core/errors.ts';
import { keptBeside, settleGenerations } from '../core/generations.ts';
import { withoutGenerations } from '../core/import/generations.ts';
import { type Imported, inOrder, type LeftOut } from '../core/import/imported.ts';
import { compareText, type JsonObject } from '../core/json.ts';
import type { Resource } from '../core/resource.ts';
import { requireEmptyFolder, writeNewFolder } from '../files/folder.ts';
import { rebased } from '../topology/rebase.ts';
import { landscape } from '../topology/landscape.ts';
import { parseTopology, type Topology } from '../topology/load.ts';
import { topologyFiles } from './import-files.ts';
import { usersIn, withKnown } from './generations.ts';
import { openSession, type Session, type SessionOptions, type Site } from './session.ts';
import { basesOf } from './site.ts';

export interface ImportOptions extends SessionOptions {
  /** The folder of the new topology: it must not be there, or be empty. */
  readonly out: string;
  /** Only these services; all if empty. */
  readonly services: readonly string[];
}

export interface ImportResult {
  readonly environment: string;
  /** Below the folder. */
  readonly files: readonly string[];
  readonly services: readonly string[];
  readonly leftOut: readonly LeftOut[];
  readonly strangers: readonly string[];
  /** What a plan would do right after: empty unless there is something that no topology can say. */
  readonly changes: readonly Address[];
  /** The topology declared services of its own, which were not looked at. */
  readonly ignored: boolean;
}

interface Found extends Site {
  readonly reading: Reading<Resource>;
  readonly imported: Imported;
}

/** Writes down what is live as a topology of its own. Nothing is written to a broker. */
export async function importTopology(options: ImportOptions): Promise<ImportResult> {
  await requireEmptyFolder(options.out);
  const session = await openSession(options, { withoutServices: true });
  const found = await Promise.all(session.sites.map((site) => readSite(session, site, options.services)));
  const texts = topologyFiles({
    topology: session.topology.name,
    environment: session.environment.name,
    environments: environmentsAt(session.topology, session.environment.name, found, options.out),
    imported: found.map(({ broker, imported }) => [broker, imported] as const),
  });
  const services = [
    ...new Set(found.flatMap(({ imported }) => imported.services.map(({ name }) => name))),
  ].sort();
  if (services.length === 0) {
    throw new RefusedError('nothing to import: no user or principal here can be a service', {
      hint: 'see whether the claims of the environment match the names of your services',
    });
  }
  // Before anything is written: what was made must be read back as what is live.
  const changes = planned(texts, found, options, session);
  await writeNewFolder(options.out, texts);
  return {
    environment: session.environment.name,
    files: texts.map(({ file }) => file),
    services,
    leftOut: inOrder(found.flatMap(({ imported }) => imported.leftOut)),
    strangers: found.flatMap(({ imported }) => imported.strangers).sort(compareText),
    changes,
    ignored: session.topology.services.size > 0,
  };
}

async function readSite(session: Session, site: Site, services: readonly string[]): Promise<Found> {
  const { broker, compiled, landscape: place } = site;
  session.context.progress(`reading ${broker.title}`);
  const scope = { desired: compiled.resources };
  const observed = await broker.observe(place.environment, scope, session.context);
  const reading = broker.recall(observed, place.environment, scope);
  const imported = broker.decompile({
    landscape: place,
    live: withoutGenerations(broker.kinds, reading.resources),
    written: sectionOf(session.environment.written, broker.name),
    wanted: (service) => services.length === 0 || services.includes(service),
  });
  return { ...site, reading, imported };
}

function sectionOf(environment: unknown, broker: string): JsonObject {
  return ((environment as JsonObject)[broker] ?? {}) as JsonObject;
}

/** All environments, with what is live in the one that was read; paths as the new folder needs them. */
function environmentsAt(
  topology: Topology,
  read: string,
  found: readonly Found[],
  out: string,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...topology.environments.values()].map((environment) => {
      const { name } = environment;
      const written = withoutSizes(environment.written as JsonObject, name === read);
      const live =
        name === read
          ? found.map(({ broker, imported }) => [broker.name, imported.environment] as const)
          : [];
      const from = dirname(topology.locate(['environments', name]).file);
      return [name, rebased({ ...written, ...Object.fromEntries(live) } as never, from, out)];
    }),
  );
}

/** What is live is said by the services themselves; other environments keep what they set for all of them. */
function withoutSizes(environment: JsonObject, read: boolean): JsonObject {
  const gone = read ? ['services', 'override'] : ['services'];
  return Object.fromEntries(Object.entries(environment).filter(([key]) => !gone.includes(key)));
}

/** With the generations that live, as a plan that asks no store has it. */
function asLive(broker: Broker, place: Site['landscape'], reading: Reading<Resource>) {
  const first = siteIn(broker, place);
  const users = usersIn(first, reading.resources);
  const site = withKnown(first, new Map(), users);
  const { compiled, ground } = site;
  return { site, sides: { kinds: broker.kinds, compiled, reading, ground } };
}

function siteIn(broker: Broker, place: Site['landscape']): Site {
  const compiled = broker.compile(place);
  return {
    broker,
    landscape: place,
    compiled,
    ground: broker.ground(place, compiled),
    bases: basesOf(compiled),
  };
}

/** What a plan of the new topology would change on what was read. */
function planned(
  texts: readonly { readonly file: string; readonly text: string }[],
  found: readonly Found[],
  { variables }: ImportOptions,
  { environment }: Session,
): Address[] {
  const topology = parseTopology(texts, registry, variables, environment.name);
  return found.flatMap(({ broker, reading }) => {
    const place = landscape(topology, environment.name, broker);
    if (place === undefined) return [];
    const { site, sides } = asLive(broker, place, reading);
    const { changes, blocked } = diff(settleGenerations(sides, keptBeside(site.landscape)));
    return [...changes, ...blocked].map(({ address }) => address);
  });
}
