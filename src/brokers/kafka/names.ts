const userPrefix = 'User:';

/** What Kafka takes as the name of a topic (org.apache.kafka.common.internals.Topic). */
const legalTopic = /^[a-zA-Z0-9._-]{1,249}$/;

/** Why `name` cannot be a topic of a service, or undefined. */
export function topicNameProblem(name: string): string | undefined {
  if (name === '.' || name === '..') return 'is not a legal topic name: it may be neither "." nor ".."';
  if (!legalTopic.test(name)) {
    return 'is not a legal topic name: 1 to 249 letters, digits, ".", "_" or "-"';
  }
  if (isInternalTopic(name)) return 'is reserved: topics that begin with "__" are the brokers\' own';
  return undefined;
}

/** Why `prefix` cannot begin the names of topics, or undefined. */
export function topicPrefixProblem(prefix: string): string | undefined {
  if (!legalTopic.test(prefix)) return 'cannot begin a topic name: letters, digits, ".", "_" and "-" only';
  return prefix.startsWith('__') || prefix === '_'
    ? "would reach the brokers' own topics, such as __consumer_offsets"
    : undefined;
}

/** The brokers' own topics (`__consumer_offsets`, `__transaction_state`), and others' that follow the custom. */
export function isInternalTopic(name: string): boolean {
  return name.startsWith('__');
}

/** Topics of one such key share the names of their metrics: Kafka turns "." into "_" there. */
export function metricName(topic: string): string {
  return topic.replaceAll('.', '_');
}

const distinguishedName = /^(?:[A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)*)=/;

/**
 * A principal such as `CN=orders,OU=shop` comes from a client certificate (ssl.principal.mapping.rules): it has no password,
 * so it gets no SCRAM credential.
 */
export function isDistinguishedName(principal: string): boolean {
  return distinguishedName.test(principal);
}

/** Why a principal, without `User:`, cannot be one service's, or undefined. */
export function principalProblem(name: string): string | undefined {
  if (name === '*') return 'would stand for everyone';
  return name.startsWith(userPrefix) ? `is written without "${userPrefix}"` : undefined;
}

/** Whether a user of this name can log in by SCRAM: Kafka's parser of the login takes ASCII only (ScramMessages). */
export function canLogIn(user: string): boolean {
  return /^\p{ASCII}+$/u.test(user);
}

export function principalOf(user: string): string {
  return userPrefix + user;
}

/** The user of a principal; undefined for other principal types, and for everyone (`User:*`). */
export function userOf(principal: string): string | undefined {
  if (!principal.startsWith(userPrefix) || principal === 'User:*') return undefined;
  return principal.slice(userPrefix.length);
}
