import { z } from 'zod';
import { adminSchema, auditorSchema, namingTemplate, serviceTlsSchema, tlsSchema } from '../../../topology/parts.ts';
import { topicNameProblem } from '../names.ts';

const endpointForm = /^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/@[\]]+):(\d{1,5})$/;

/** For editors: with a port, or with a variable that may hold it. */
const endpointHint = { pattern: '(:[0-9]{1,5}|\\$\\{MQWARDEN_[^}]*\\})$' };

const endpoint = (listener: string) =>
  z
    .string()
    .meta(endpointHint)
    .superRefine((value, context) => {
      const port = Number(endpointForm.exec(value)?.[1] ?? Number.NaN);
      if (port >= 1 && port <= 65_535) return;
      const params = {
        hint: `write the host and port of ${listener}, such as kafka-1.internal:9093`,
      };
      context.addIssue({ code: 'custom', message: 'must be host:port', params });
    });

export const environmentSchema = z
  .strictObject({
    brokers: z
      .array(endpoint('a SASL_SSL listener'))
      .min(1, 'must name at least one broker')
      .describe(
        'host:port of SASL_SSL listeners with SCRAM-SHA-512. May use ${MQWARDEN_NAME} and a default.',
      ),
    certificateBrokers: z
      .array(endpoint('an SSL listener'))
      .min(1, 'must name at least one broker')
      .optional()
      .describe(
        'host:port of SSL listeners, where a client certificate says who it is: for verify, and services with auth: certificate.',
      ),
    tls: tlsSchema.optional(),
    serviceTls: serviceTlsSchema.optional(),
    admin: adminSchema,
    auditor: auditorSchema.optional(),
    naming: z
      .strictObject({
        user: namingTemplate('service')
          .optional()
          .describe('Of users and principals, with {service} in it once: {service}.staging.'),
        topic: topicTemplate()
          .optional()
          .describe('Of topics and prefixes of topics, with {name} in it once: staging.{name}.'),
        group: namingTemplate('name').optional().describe('Of consumer groups, with {name} in it once.'),
        transactionalId: namingTemplate('name')
          .optional()
          .describe('Of transactional ids, with {name} in it once.'),
      })
      .optional()
      .describe(
        'How things are named here, to tell environments on one cluster apart. Default: as declared.',
      ),
  })
  .describe('The Kafka cluster of the environment. Without it, the environment has no Kafka.');

function topicTemplate() {
  return namingTemplate('name').superRefine((value, context) => {
    const problem = topicNameProblem(value.replace(/\{[^}]*\}/, 'name'));
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `gives a name that ${problem}` });
  });
}

export type KafkaEnvironment = z.infer<typeof environmentSchema>;
