import { z } from 'zod';
import { name } from '../../../topology/parts.ts';
import { aliasSchema, brokerName } from './parts.ts';

/**
 * Literal patterns: of the permission, or with `exchange` of the topic permission on it. `anyKey` names exchanges without a topic
 * permission, on which every routing key is allowed.
 */
export const grantSchema = z
  .strictObject({
    configure: name().optional().describe('A pattern of names that it may declare and delete.'),
    write: name().optional().describe('A pattern of names that it may write to.'),
    read: name().optional().describe('A pattern of names that it may read.'),
    vhost: aliasSchema('Where it holds.'),
    exchange: brokerName()
      .optional()
      .describe(
        'With it, write and read are the topic permission on this exchange, instead of the one that follows.',
      ),
    anyKey: z
      .array(brokerName())
      .min(1, 'must name at least one exchange')
      .optional()
      .describe('Exchanges without a topic permission: every routing key is allowed on them.'),
    reason: name().describe('Why intent does not say it: for those who review the grant.'),
  })
  .meta({ anyOf: ['configure', 'write', 'read', 'anyKey'].map((right) => ({ required: [right] })) })
  .superRefine((grant, context) => {
    const message = grantProblem(grant);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

interface WrittenGrant {
  readonly configure?: string | undefined;
  readonly write?: string | undefined;
  readonly read?: string | undefined;
  readonly exchange?: string | undefined;
  readonly anyKey?: readonly string[] | undefined;
}

function grantProblem({ configure, write, read, exchange, anyKey }: WrittenGrant): string | undefined {
  const patterns = configure ?? write ?? read;
  if (anyKey !== undefined) {
    return patterns === undefined && exchange === undefined ? undefined : 'takes "anyKey" and "reason" only';
  }
  if (exchange === undefined)
    return patterns === undefined ? 'must name at least one of "configure", "write" and "read"' : undefined;
  if (configure !== undefined)
    return 'takes "write" and "read" with "exchange": nothing else has routing keys';
  return write === undefined || read === undefined
    ? 'needs both "write" and "read" with "exchange"'
    : undefined;
}

export type GrantSection = z.output<typeof grantSchema>;
