import { advisoryPoints } from '../../../core/advisories.ts';
import { advisories } from '../advisories.ts';
import type { KafkaCheck } from './check.ts';

export const publishedAdvisories: KafkaCheck = {
  id: 'MQA54',
  name: 'kafka-advisories',
  title: 'Kafka: no published advisory about this version',
  severity: 'warning',
  why: 'How to attack it can be read by everyone.',
  instead: 'upgrade, or leave unused what the advisories are about',
  link: 'https://kafka.apache.org/community/cve-list',
  *points({ facts: { metadataVersion } }) {
    const series = seriesOf(metadataVersion);
    if (series === undefined)
      yield {
        is: 'manual',
        says: `which version runs is not told${metadataVersion === undefined ? '' : ` (metadata.version up to ${metadataVersion} is later than the list)`}`,
        hint: `see the version of the brokers, and the list of advisories (the one that mqwarden has is of ${advisories.known})`,
      };
    else yield* advisoryPoints(advisories, { series });
  },
};

/** The first level of metadata.version that each series brought: a broker tells the last that it knows, and no version. */
const firstLevels = [
  ['3.3', 4],
  ['3.4', 8],
  ['3.5', 9],
  ['3.6', 12],
  ['3.7', 15],
  ['3.8', 20],
  ['3.9', 21],
  ['4.0', 22],
  ['4.1', 26],
  ['4.2', 28],
  ['4.3', 30],
  ['4.4', 31],
] as const;
/** Of 4.5. */
const nextLevel = 34;

function seriesOf(level: number | undefined): string | undefined {
  if (level === undefined || level >= nextLevel) return undefined;
  return firstLevels.findLast(([, first]) => first <= level)?.[0];
}
