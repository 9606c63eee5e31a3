import { protocolErrors, protocolErrorsCodesById } from '@platformatic/kafka';

/** An error that the broker gave for one item: its name in Kafka, the broker's own words, what to do next. */
export interface Fault {
  readonly name: string;
  readonly error: string;
  readonly hint: string | undefined;
}

export function faultOf(errorCode: number, message: string | null | undefined): Fault {
  const name = protocolErrorsCodesById[errorCode] ?? `error ${errorCode}`;
  const words = message ?? protocolErrors[name]?.message ?? 'no reason given';
  return { name, error: `${name}: ${words}`, hint: hints[name] };
}

const again = 'run it again: what is done stays, and what is left is tried again';
const authorize = (operation: string, on: string) =>
  `give the administrator ${operation} on ${on}: kafka-acls --add --allow-principal User:… --operation ${operation} --${on}`;

const hints: Readonly<Record<string, string>> = {
  TOPIC_ALREADY_EXISTS: 'somebody made it since the plan was read: run plan again',
  UNKNOWN_TOPIC_OR_PARTITION: 'somebody deleted it since the plan was read: run plan again',
  INVALID_REPLICATION_FACTOR: 'lower replicationFactor, or start more brokers',
  INVALID_PARTITIONS: 'partitions can only grow: run plan again',
  INVALID_CONFIG: "correct the `config` of the topic; the names and values are those of the broker's version",
  INVALID_TOPIC_EXCEPTION: 'choose another name',
  POLICY_VIOLATION:
    'the cluster has a policy (create.topic.policy or alter.config.policy): follow it, or ask its owner',
  CLUSTER_AUTHORIZATION_FAILED: authorize('Alter', 'cluster'),
  TOPIC_AUTHORIZATION_FAILED: authorize('All', 'topic'),
  SECURITY_DISABLED: 'set authorizer.class.name on the brokers: without it no ACL has any effect',
  UNACCEPTABLE_CREDENTIAL: 'the name or the number of iterations is not one that the broker takes',
  REQUEST_TIMED_OUT: again,
  NOT_CONTROLLER: again,
  THROTTLING_QUOTA_EXCEEDED: again,
};
