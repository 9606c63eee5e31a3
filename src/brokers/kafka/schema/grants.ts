import { z } from 'zod';
import { name } from '../../../topology/parts.ts';
import { topicNameProblem, topicPrefixProblem } from '../names.ts';
import {
  clusterName,
  type Operation,
  operations,
  operationsOf,
  type ResourceType,
  resourceTypes,
} from '../words.ts';
import { hostName } from './parts.ts';

const words = <Word extends string>(table: Readonly<Record<Word, unknown>>) =>
  Object.keys(table) as [Word, ...Word[]];

export const grantSchema = z
  .strictObject({
    resource: z.enum(words<ResourceType>(resourceTypes)).describe('What the rule is about.'),
    name: name()
      .optional()
      .describe('Its name, or * for all. For cluster only: may be left out (kafka-cluster).'),
    pattern: z
      .enum(['literal', 'prefixed'])
      .default('literal')
      .describe('Whether the name is one name or the beginning of many.'),
    operations: z
      .array(z.enum(words<Operation>(operations)))
      .min(1, 'must name at least one operation')
      .describe('What may be done. Which operations a resource knows is a rule of Kafka.'),
    permission: z
      .enum(['allow', 'deny'])
      .default('allow')
      .describe('A DENY wins over every ALLOW. Removing one later widens access: --allow-widening.'),
    host: hostName()
      .optional()
      .describe('The only address that it holds for, an IP address. Default: hosts, else *.'),
    reason: name().describe('Why intent does not say it: for those who review the rule.'),
  })
  .superRefine((grant, context) => {
    const problem = grantNameProblem(grant);
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['name'], message: problem });
    if (grant.resource === 'cluster' && grant.pattern === 'prefixed') {
      context.addIssue({
        code: 'custom',
        path: ['pattern'],
        message: 'must be literal on a cluster, which has one name',
      });
    }
    for (const [index, operation] of grant.operations.entries()) {
      if (operation === 'all' || operationsOf[grant.resource].includes(operation)) continue;
      const params = { hint: `a ${grant.resource} takes all, ${operationsOf[grant.resource].join(', ')}` };
      const message = `means nothing on a ${grant.resource}`;
      context.addIssue({ code: 'custom', path: ['operations', index], message, params });
    }
  });

interface NamedGrant {
  readonly resource: ResourceType;
  readonly name?: string | undefined;
  readonly pattern: string;
}

function grantNameProblem(grant: NamedGrant): string | undefined {
  if (grant.resource === 'cluster') {
    return grant.name === undefined || grant.name === clusterName
      ? undefined
      : `of a cluster can only be ${clusterName}`;
  }
  if (grant.name === undefined) return `is missing: which ${grant.resource}?`;
  if (grant.resource !== 'topic') return undefined;
  if (grant.pattern === 'prefixed') return topicPrefixProblem(grant.name);
  // An exporter may well need the brokers' own topics; the reason says why.
  return grant.name === '*' || grant.name.startsWith('__') ? undefined : topicNameProblem(grant.name);
}

export type KafkaGrant = z.infer<typeof grantSchema>;
