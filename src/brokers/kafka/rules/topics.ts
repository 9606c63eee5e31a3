import type { Position } from '../../../core/errors.ts';
import { bareName, canGive, type Template, templateOf } from '../../../core/naming.ts';
import { canonicalConfig } from '../config.ts';
import type { PlacedService } from '../compile/landscape.ts';
import type { KafkaEnvironment, KafkaOverride, KafkaSizes, KafkaTopic } from '../schema.ts';
import type { KafkaSite } from './rule.ts';

/** A topic as an environment has it, with the way back to whatever file says so. */
export interface SiteTopic {
  readonly service: PlacedService;
  /** As it is on the broker. */
  readonly name: string;
  /** As the service's file has it: the same in every environment. */
  readonly written: string;
  readonly partitions: number | undefined;
  readonly replicationFactor: number | undefined;
  /** In the form in which a broker shows it. */
  readonly config: Readonly<Record<string, string>>;
  /** Where a size is set: in the environment where that wins, else with the topic. */
  readonly size: (key: 'partitions' | 'replicationFactor') => Position;
  readonly setting: (key: string) => Position;
}

/** Nearly every rule asks for them. */
const known = new WeakMap<KafkaSite, readonly SiteTopic[]>();

export function topicsOf(site: KafkaSite): readonly SiteTopic[] {
  const before = known.get(site);
  if (before !== undefined) return before;
  const topics = topicsIn(site);
  known.set(site, topics);
  return topics;
}

function topicsIn({ landscape }: KafkaSite): SiteTopic[] {
  const naming = templateOf(landscape.environment.section.naming?.topic);
  return landscape.services.flatMap((service) =>
    Object.entries(service.section.topics ?? {}).map(([name, topic]) => {
      const written = bare(naming, name);
      return { service, name, written, ...sizesOf(topic), ...placesOf(landscape, service, name, written) };
    }),
  );
}

function sizesOf({ partitions, replicationFactor, config = {} }: KafkaTopic) {
  return { partitions, replicationFactor, config: canonicalConfig(config) };
}

function placesOf(
  { override, sizes }: KafkaSite['landscape'],
  service: PlacedService,
  name: string,
  written: string,
): Pick<SiteTopic, 'size' | 'setting'> {
  // The port of a broker knows the types of its own sections alone.
  const all = override?.section as KafkaOverride | undefined;
  const sized = sizes?.get(service.name);
  const own = (sized?.section as KafkaSizes | undefined)?.topics?.[written];
  return {
    size: (key) => {
      if (own?.[key] !== undefined) return sized?.locate(['topics', written, key]) ?? service.locate([]);
      const everywhere = key === 'replicationFactor' ? all?.replicationFactor : undefined;
      if (override !== undefined && everywhere !== undefined) return override.locate([key]);
      return service.locate(['topics', name, key]);
    },
    setting: (key) => {
      if (sized !== undefined && own?.config?.[key] !== undefined)
        return sized.locate(['topics', written, 'config', key]);
      if (override !== undefined && all?.config?.[key] !== undefined) return override.locate(['config', key]);
      return service.locate(['topics', name, 'config', key]);
    },
  };
}

/** What is kept for ever by design: the last message of each key. */
export function isCompacted({ config }: SiteTopic): boolean {
  return config['cleanup.policy']?.split(',').includes('compact') === true;
}

/** A setting that is a number; undefined where it is left to the broker. */
export function numberIn({ config }: SiteTopic, key: string): number | undefined {
  const value = config[key];
  return value === undefined || !/^-?\d+$/.test(value) ? undefined : Number(value);
}

/** Names as the files have them, whatever the environment makes of them: what is told of them is told once. */
export function writtenNames({ naming }: KafkaEnvironment): {
  group(name: string): string;
  topic(name: string): string;
} {
  return {
    group: (name) => bare(templateOf(naming?.group), name),
    topic: (name) => bare(templateOf(naming?.topic), name),
  };
}

function bare(template: Template, name: string): string {
  return canGive(template, name) ? bareName(template, name) : name;
}
