import { type Point, type Told, untold } from '../../../core/audit.ts';
import type { AuditRequest } from '../../../core/broker.ts';
import type { TriedDoor } from '../../../core/doors.ts';
import { withoutBrackets } from '../../../core/host.ts';
import type { AclSpec, KafkaResource } from '../resources.ts';
import type { KafkaEnvironment, KafkaService } from '../schema.ts';

/** What was seen of a Kafka, for the checks to judge: plain data, without a secret. */

/** The settings of one broker; null where the broker does not tell. */
export type Settings = ReadonlyMap<string, string | null>;

export interface Knocked extends TriedDoor {
  readonly protocol: string;
  /** A controller's listener: nobody but brokers need reach it. */
  readonly internal: boolean;
  /** A request of somebody who has not said who they are. */
  readonly anonymous: 'answered' | 'refused' | undefined;
  /** What SASL can be done by here, as the listener says it. */
  readonly mechanisms: readonly string[] | undefined;
}

export interface Ungranted {
  /** The service whose credential was used. */
  readonly as: string;
  /** `create a topic` */
  readonly what: string;
  /** The one that judged; the controller where it is none. */
  readonly broker?: number;
  /** By an ACL: it is about everything of its kind, so that the refusal says nothing of what no ACL is about. */
  readonly may: 'allowed' | 'refused' | 'refused by an ACL';
}

/** How the passwords of a user are kept: one for each mechanism. */
export interface ScramUser {
  readonly name: string;
  readonly kept: readonly { readonly mechanism: string; readonly iterations: number }[];
}

export interface KafkaFacts {
  readonly admin: string;
  /** The last level that the broker that was asked knows: the nearest to a version that it tells. */
  readonly metadataVersion: number | undefined;
  /** By broker, of those that answer. */
  readonly settings: Told<ReadonlyMap<number, Settings>>;
  /** Brokers of the cluster that do not answer, and why. */
  readonly silent: ReadonlyMap<number, string>;
  readonly acls: Told<readonly AclSpec[] | 'no authorizer'>;
  readonly topics: Told<readonly string[]>;
  readonly users: Told<readonly ScramUser[]>;
  /** Those that have members, or offsets that were committed. */
  readonly groups: Told<readonly string[]>;
  /** What services may do without a grant; `untried`: why some of it is not known; `each`: nobody was asked at every broker. */
  readonly ungranted:
    | {
        readonly tried: readonly Ungranted[];
        readonly untried: readonly string[];
        readonly each?: 'one broker';
      }
    | { readonly why: string };
  readonly knocked: readonly Knocked[];
}

export interface KafkaSubject extends AuditRequest<KafkaEnvironment, KafkaService, KafkaResource> {
  readonly facts: KafkaFacts;
}

export interface Listener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly protocol: string;
}

/** `NAME://host:port,…`, with the protocol of each; a name that no map speaks of is its own protocol. */
export function listenersIn(settings: Settings, key: 'listeners' | 'advertised.listeners'): Listener[] {
  const protocols = protocolsIn(settings);
  return (settings.get(key) ?? '').split(',').flatMap((text) => {
    const match = /^\s*([^:\s]+):\/\/(\[[^\]]*\]|[^:]*):(\d+)\s*$/.exec(text);
    const [, name = '', host = '', port = ''] = match ?? [];
    if (match === null) return [];
    return [
      {
        name,
        host: withoutBrackets(host),
        port: Number(port),
        protocol: protocols.get(name) ?? name,
      },
    ];
  });
}

function protocolsIn(settings: Settings): ReadonlyMap<string, string> {
  return new Map(
    (settings.get('listener.security.protocol.map') ?? '').split(',').map((pair) => {
      const [name = '', protocol = ''] = pair.trim().split(':');
      return [name, protocol] as const;
    }),
  );
}

export function controllerNames(settings: Settings): ReadonlySet<string> {
  return new Set((settings.get('controller.listener.names') ?? '').split(',').map((name) => name.trim()));
}

/** Controllers that are no brokers: their own settings nobody tells, but by which protocol their brokers come to them. */
export function controllersElsewhere(settings: Settings): [name: string, protocol: string][] {
  const own = new Set(listenersIn(settings, 'listeners').map(({ name }) => name));
  const protocols = protocolsIn(settings);
  return [...controllerNames(settings)]
    .filter((name) => name !== '' && !own.has(name))
    .map((name) => [name, protocols.get(name) ?? name]);
}

export function isEncrypted(protocol: string): boolean {
  return protocol === 'SSL' || protocol === 'SASL_SSL';
}

/** What the settings of each broker say; the same of several brokers is said once. */
export function settingsPoints(
  { settings, silent }: Pick<KafkaFacts, 'settings' | 'silent'>,
  pointsOf: (settings: Settings, broker: number) => Iterable<Point>,
): Point[] {
  if (settings.is !== 'told') return [untold(settings)];
  return [
    ...eachOnce([...settings.value].flatMap(([broker, one]) => [...pointsOf(one, broker)])),
    ...silentPoints(silent),
  ];
}

/** What of brokers that do not answer is not known. */
export function silentPoints(silent: KafkaFacts['silent']): Point[] {
  return [...silent].map(([broker, why]) => ({
    is: 'manual',
    says: `broker ${broker} was not seen: ${why}`,
    hint: 'run audit again when all brokers answer',
  }));
}

/** What listeners show: where settings are not told, there are no doors to knock at. */
export function doorsPoints(
  { settings, silent, knocked }: Pick<KafkaFacts, 'settings' | 'silent' | 'knocked'>,
  pointsOf: (door: Knocked) => Iterable<Point>,
): Point[] {
  return [
    ...(settings.is === 'told' ? silentPoints(silent) : [untold(settings)]),
    ...knocked.flatMap((one) => [...pointsOf(one)]),
  ];
}

/** What several brokers say alike is said once. */
function eachOnce(points: Iterable<Point>): Point[] {
  return [...new Map([...points].map((point) => [`${point.is} ${point.says}`, point])).values()];
}
