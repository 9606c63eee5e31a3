import { MqwardenError } from './errors.ts';

/** What the connection factories refuse before a byte is sent. Small, and free of everything that a connection does not need. */

/** What a caller in plain JavaScript may have written, whatever the types say. */
type Unchecked = Readonly<Record<string, unknown>>;

/** An option was refused, or a credential: nothing was sent. `code` says which rule. */
export class PolicyError extends MqwardenError {}

export function refuse(code: string, message: string, hint: string): never {
  throw new PolicyError(code, message, { hint });
}

/** PEM text, the path of a PEM file, or a function that gives the text: the last two are asked again at every connect. */
export type Pem = string | Buffer | (() => string | Buffer);

export interface Tls {
  /** Without it, the machine's own authorities are trusted. */
  readonly ca?: Pem | undefined;
  /** The client's own certificate, and its key. */
  readonly cert?: Pem | undefined;
  readonly key?: Pem | undefined;
  /** The name to expect in the broker's certificate, where it is not the host's. */
  readonly serverName?: string | undefined;
  /** Default TLSv1.2. Nothing lower is taken. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
}

const tlsNames = ['ca', 'cert', 'key', 'serverName', 'minVersion'] satisfies (keyof Tls)[];

/** The words of one broker in what is refused. */
export interface Words {
  /** `RabbitMQ`, `Kafka`. */
  readonly broker: string;
  /** What to name in the place of a plaintext listener. */
  readonly encrypted: string;
}

/**
 * The caller's own options, once: what is checked is what is used, even where a property answers differently each time.
 * Refuses what would weaken the connection, wherever in them it stands, then every option that is not known.
 */
export function checkedOptions<T extends object>(
  options: T,
  known: readonly (keyof T & string)[],
  words: Words,
  variables: Readonly<Record<string, string | undefined>>,
): T {
  const given: Unchecked = isRecord(options) ? { ...options } : {};
  const tls = given['tls'];
  const copy: Unchecked = isRecord(tls) ? { ...given, tls: { ...tls } } : given;
  refuseWeakening(copy, words, 0);
  if (variables['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    const message = 'NODE_TLS_REJECT_UNAUTHORIZED=0 is refused: it turns off the checks of TLS';
    refuse('MQWARDEN_TLS_UNVERIFIED', message, 'remove it from the environment, and give tls.ca');
  }
  refuseUnknown(copy, known, '');
  if (copy['tls'] !== undefined) refuseMisfits(copy['tls']);
  return copy as T;
}

export function isRecord(value: unknown): value is Unchecked {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

type Judge = (value: unknown, words: Words) => void;

const unverified =
  (option: string, fine: unknown): Judge =>
  (value, { broker }) => {
    if (value === fine) return;
    const hint = `give tls.ca, the authority that signed the certificate of ${broker}`;
    refuse(
      'MQWARDEN_TLS_UNVERIFIED',
      `option ${option} is refused: the broker's certificate is checked`,
      hint,
    );
  };

const plaintext: Judge = (value, { broker, encrypted }) => {
  if (value !== false && value !== null && value !== 'false' && value !== 0) return;
  refuse('MQWARDEN_TLS_REQUIRED', `${broker} without TLS is refused`, `leave it out; ${encrypted}`);
};

const protocol: Judge = (value, { broker, encrypted }) => {
  if (typeof value === 'string' && /^(?:(?:sasl_)?(?:ssl|tls)|amqps):?$/i.test(value)) return;
  const message = `${broker} by a protocol without TLS is refused, and so is SASL without it`;
  refuse('MQWARDEN_TLS_REQUIRED', message, `leave it out; ${encrypted}`);
};

const version: Judge = (value) => {
  if (value === undefined || value === 'TLSv1.2' || value === 'TLSv1.3') return;
  const hint = 'leave it out: TLS 1.2 is the least, and 1.3 is used where the broker has it';
  refuse('MQWARDEN_TLS_VERSION', 'TLS below 1.2 is refused, and every option that could lower it', hint);
};

const lowering: Judge = () => version('any', { broker: '', encrypted: '' });

const mechanism: Judge = () => {
  const hint = 'leave it out: the mechanism is set, and the credentials come from `secrets`';
  refuse('MQWARDEN_SASL_MECHANISM', 'a SASL mechanism of your own is refused, PLAIN above all', hint);
};

/** By the names that Node.js, amqplib, rabbitmq-client, kafkajs, @platformatic/kafka and librdkafka give them. */
const judges: Readonly<Record<string, Judge>> = {
  rejectUnauthorized: unverified('rejectUnauthorized', true),
  checkServerIdentity: unverified('checkServerIdentity', undefined),
  'enable.ssl.certificate.verification': unverified('enable.ssl.certificate.verification', true),
  'ssl.endpoint.identification.algorithm': unverified('ssl.endpoint.identification.algorithm', 'https'),
  tls: plaintext,
  ssl: plaintext,
  protocol,
  securityProtocol: protocol,
  'security.protocol': protocol,
  minVersion: version,
  maxVersion: version,
  secureProtocol: lowering,
  secureOptions: lowering,
  sasl: mechanism,
  mechanism,
  mechanisms: mechanism,
  saslMechanism: mechanism,
  'sasl.mechanism': mechanism,
  'sasl.mechanisms': mechanism,
};

/** Options of options are few: deeper than this lies no configuration of a client. */
const depths = 4;

function refuseWeakening(given: Unchecked, words: Words, depth: number): void {
  // The first pass takes what weakens at this level, so that it is told before what is merely unknown further down.
  for (const [name, value] of Object.entries(given)) {
    if (Object.hasOwn(judges, name)) judges[name]?.(value, words);
  }
  if (depth === depths) return;
  for (const [name, value] of Object.entries(given)) {
    // The caller's own object, with whatever names it has.
    if (name !== 'secrets' && isPlain(value)) refuseWeakening(value, words, depth + 1);
  }
}

function isPlain(value: unknown): value is Unchecked {
  if (!isRecord(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function refuseUnknown(given: Unchecked, known: readonly string[], prefix: string): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const names = known.map((key) => prefix + key).join(', ');
  refuse('MQWARDEN_UNKNOWN_OPTION', `option ${prefix}${unknown} is not known`, `the options are ${names}`);
}

function refuseMisfits(tls: unknown): void {
  if (!isRecord(tls)) refuse('MQWARDEN_OPTIONS', 'option tls is no object', 'give tls: { ca, cert, key }');
  refuseUnknown(tls, tlsNames, 'tls.');
  for (const name of ['ca', 'cert', 'key']) {
    const value = tls[name];
    if (value === undefined || typeof value === 'function' || value instanceof Uint8Array) continue;
    if (typeof value === 'string' && value !== '') continue;
    const hint = 'give a PEM text, the path of a PEM file, or a function that gives the text';
    refuse('MQWARDEN_OPTIONS', `option tls.${name} is not one`, hint);
  }
  if ((tls['cert'] === undefined) !== (tls['key'] === undefined)) {
    refuse('MQWARDEN_OPTIONS', 'tls.cert and tls.key belong together', 'give both, or neither');
  }
  const name = tls['serverName'];
  if (name === undefined || (typeof name === 'string' && name !== '')) return;
  refuse(
    'MQWARDEN_OPTIONS',
    'option tls.serverName is no name',
    'leave it out: the name of the host is expected',
  );
}
