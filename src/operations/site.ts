import type { Broker, Compiled } from '../core/broker.ts';
import type { Ground } from '../core/kind.ts';
import type { Landscape } from '../core/landscape.ts';
import { isOurs } from '../core/naming.ts';
import type { Resource } from '../core/resource.ts';
import { neighboursOf, realmsOf } from '../topology/check.ts';
import { landscape } from '../topology/landscape.ts';
import type { EnvironmentDeclaration, Topology } from '../topology/topology.ts';
import { checkIdentities } from './identities.ts';

/** One broker of the environment, with what the topology wants there. */
export interface Site {
  readonly broker: Broker;
  readonly landscape: Landscape<unknown, unknown>;
  readonly compiled: Compiled<Resource>;
  readonly ground: Ground;
  /** By service, the principal that the topology names: that of its first generation. */
  readonly bases: ReadonlyMap<string, string>;
}

/** What the topology wants of one broker; nothing where the environment has no section for it. Throws TopologyError. Pure. */
export function siteOf(
  topology: Topology,
  environment: EnvironmentDeclaration,
  broker: Broker,
  withoutServices = false,
): Site[] {
  const whole = landscape(topology, environment.name, broker);
  if (whole === undefined) return [];
  const found = withoutServices ? { ...whole, services: [], removed: [] } : whole;
  const compiled = broker.compile(found);
  const others = neighboursOf(topology, environment.name, broker).map((name) =>
    realmsOf(topology, name, broker),
  );
  const ground = { ...broker.ground(found, compiled), isOurs: isOurs(broker.realms(found), others) };
  checkIdentities(found, compiled, ground);
  return [{ broker, landscape: found, compiled, ground, bases: basesOf(compiled) }];
}

/** By service; before any generation is known. */
export function basesOf({ principals }: Compiled<Resource>): ReadonlyMap<string, string> {
  return new Map([...principals].map(([principal, service]) => [service, principal]));
}
