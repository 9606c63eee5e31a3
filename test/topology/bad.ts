import { supportedForms, supportedStores } from '../../src/secrets/reference.ts';
import { environments, head, services, whole } from './fakes.ts';

const forms = supportedForms.join(', ');
const stores = supportedStores.join(' or ');

export interface BadTopology {
  readonly name: string;
  /** The text of topology.yaml, or of several files by their names. */
  readonly files: string | Readonly<Record<string, string>>;
  /** `file:line:col: message (hint) [related]`, every problem in order. */
  readonly want: readonly string[];
}

const env = (lines: string) => head + `environments:\n  staging:\n${lines.replace(/^/gm, '    ')}\n` + services;
const rabbit = (lines: string) => env(`rabbitmq:\n${lines.replace(/^/gm, '  ')}`);
const service = (lines: string) => head + environments + `services:\n  order-service:\n${lines.replace(/^/gm, '    ')}\n`;
const ok = 'managementUrl: https://mq:15671\n';
const admin = 'admin: { username: a, password: "env:P" }';

/** Mistakes that people make, and what they are told. */
export const badTopologies: readonly BadTopology[] = [
  {
    name: 'an empty file',
    files: '',
    want: [
      'topology.yaml:1:1: the file is empty (delete the file, or write at least: version: 1)',
    ],
  },
  {
    name: 'only comments',
    files: '# nothing yet\n',
    want: [
      'topology.yaml:1:1: the file is empty (delete the file, or write at least: version: 1)',
    ],
  },
  {
    name: 'only white space',
    files: '\n\n',
    want: [
      'topology.yaml:1:1: the file is empty (delete the file, or write at least: version: 1)',
    ],
  },
  {
    name: 'a list at the top',
    files: '- version: 1\n',
    want: [
      'topology.yaml:1:1: a topology is a mapping (write version: 1, name: my-platform, environments: …, services: …)',
    ],
  },
  {
    name: 'text at the top',
    files: 'hello\n',
    want: [
      'topology.yaml:1:1: a topology is a mapping (write version: 1, name: my-platform, environments: …, services: …)',
    ],
  },
  {
    name: 'a binary file',
    files: 'version: 1\nname: a\0b\n',
    want: [
      'topology.yaml:2:8: the file is not text (a topology is YAML in UTF-8; was another file given a .yaml name?)',
    ],
  },
  {
    name: 'a tab to indent',
    files: 'version: 1\nservices:\n\torder: {}\n',
    want: [
      'topology.yaml:3:1: not valid YAML: a tab cannot be used to indent (use spaces)',
    ],
  },
  {
    name: 'a missing colon',
    files: 'version: 1\nname shop\nservices: {}\n',
    want: [
      'topology.yaml:2:1: not valid YAML: a key must stand on one line (is a ":" or a quote missing?)',
    ],
  },
  {
    name: 'an unclosed quote',
    files: 'version: 1\nname: "shop\n',
    want: [
      'topology.yaml:3:1: not valid YAML: a character is missing here (is a ":", a comma, a quote or a bracket left out?)',
    ],
  },
  {
    name: 'an unclosed bracket',
    files: 'version: 1\nservices: { a: [1, 2\n',
    want: [
      'topology.yaml:3:1: not valid YAML: wrong indentation (keys of one mapping begin in the same column)',
    ],
  },
  {
    name: 'a colon inside plain text',
    files: 'version: 1\nname: shop: two\n',
    want: [
      'topology.yaml:2:7: not valid YAML: a mapping cannot begin here (text that contains ": " needs quotes; a nested mapping begins on a new line)',
    ],
  },
  {
    name: 'wrong indentation',
    files: 'version: 1\nservices:\n    a: {}\n  b: {}\n',
    want: [
      'topology.yaml:4:1: not valid YAML: wrong indentation (keys of one mapping begin in the same column)',
    ],
  },
  {
    name: 'a bad escape',
    files: 'version: 1\nname: "order\\.queue"\n',
    want: [
      'topology.yaml:2:13: not valid YAML: not a valid escape in double quotes (use single quotes for text with backslashes, such as a pattern)',
    ],
  },
  {
    name: 'text that begins with a reserved character',
    files: 'version: 1\nname: @shop\n',
    want: [
      'topology.yaml:2:7: not valid YAML: text cannot begin with this character (put quotes around it)',
    ],
  },
  {
    name: 'a secret after a quoted value',
    files: rabbit(`${ok}admin: { username: a, password: "hunter2canary" "hunter2canary" }`),
    want: [
      'topology.yaml:7:55: not valid YAML: not expected here (check the indentation, quotes and brackets before it)',
    ],
  },
  {
    name: 'two documents',
    files: whole + '---\nversion: 1\n',
    want: [
      'topology.yaml:14:1: not valid YAML: more than one document in a file (remove the "---", or split the file)',
    ],
  },
  {
    name: 'a key twice',
    files: whole + 'name: shop\n',
    want: [
      'topology.yaml:14:1: the key "name" stands here twice [first here: topology.yaml:2:1]',
    ],
  },
  {
    name: 'a queue twice',
    files: service('rabbitmq:\n  queues:\n    q: {}\n    "q": {}'),
    want: [
      'topology.yaml:13:9: the key "q" stands here twice [first here: topology.yaml:12:9]',
    ],
  },
  {
    name: 'a merge key',
    files: service('rabbitmq: &a {}\nkafka:\n  <<: *a'),
    want: [
      'topology.yaml:12:7: merge keys (<<) are not supported (write the settings out, or alias a whole value (*name))',
    ],
  },
  {
    name: 'a tag',
    files: service('owner: !!str orders'),
    want: [
      'topology.yaml:10:18: tags are not supported (remove the word that begins with "!", or put quotes around the text)',
    ],
  },
  {
    name: 'a tag of another program',
    files: service('owner: !vault secret/canary'),
    want: [
      'topology.yaml:10:19: tags are not supported (remove the word that begins with "!", or put quotes around the text)',
    ],
  },
  {
    name: 'a number as a key',
    files: service('rabbitmq:\n  queues:\n    404: {}'),
    want: [
      'topology.yaml:12:9: a key must be text (put quotes around it: "404", "true", "null")',
    ],
  },
  {
    name: 'null as a key',
    files: service('rabbitmq:\n  queues:\n    ~: {}'),
    want: [
      'topology.yaml:12:9: a key must be text (put quotes around it: "404", "true", "null")',
    ],
  },
  {
    name: 'a list as a key',
    files: service('rabbitmq:\n  queues:\n    ? [a, b]\n    : {}'),
    want: [
      'topology.yaml:12:11: a key must be text (put quotes around it: "404", "true", "null")',
    ],
  },
  {
    name: 'the key __proto__',
    files: service('rabbitmq:\n  __proto__: { queues: {} }'),
    want: [
      'topology.yaml:11:7: the key "__proto__" is not allowed',
    ],
  },
  {
    name: 'an alias without an anchor',
    files: service('owner: *missing'),
    want: [
      'topology.yaml:10:12: an alias has no anchor before it (text that begins with "*" needs quotes)',
    ],
  },
  {
    name: 'an alias inside its anchor',
    files: service('rabbitmq: &a { queues: *a }'),
    want: [
      'topology.yaml:10:28: an alias stands inside what it repeats (text that begins with "*" needs quotes)',
    ],
  },
  {
    name: 'not a number',
    files: service('rabbitmq:\n  queues: { q: { limit: .nan } }'),
    want: [
      'topology.yaml:11:29: not a finite number',
    ],
  },
  {
    name: 'no version',
    files: `name: shop\n${environments}${services}`,
    want: [
      'topology.yaml:1:1: version: is missing (write at the top: version: 1)',
    ],
  },
  {
    name: 'another version',
    files: `version: 2\nname: shop\n${environments}${services}`,
    want: [
      'topology.yaml:1:10: version: must be 1 (this mqwarden reads version 1; write: version: 1)',
    ],
  },
  {
    name: 'the version as text',
    files: `version: "1"\nname: shop\n${environments}${services}`,
    want: [
      'topology.yaml:1:10: version: must be 1 (this mqwarden reads version 1; write: version: 1)',
    ],
  },
  {
    name: 'no name',
    files: `version: 1\n${environments}${services}`,
    want: [
      'topology.yaml:1:1: name: is missing (name the topology; plans and the audit log carry it: name: my-platform)',
    ],
  },
  {
    name: 'a number as the name',
    files: `version: 1\nname: 7\n${environments}${services}`,
    want: [
      'topology.yaml:2:7: name: must be text (name the topology; plans and the audit log carry it: name: my-platform)',
    ],
  },
  {
    name: 'no services',
    files: head + environments,
    want: [
      'topology.yaml:1:1: services: there is none (an empty topology would take every right away; declare at least one service)',
    ],
  },
  {
    name: 'empty services',
    files: head + environments + 'services: {}\n',
    want: [
      'topology.yaml:8:1: services: there is none (an empty topology would take every right away; declare at least one service)',
    ],
  },
  {
    name: 'services left blank',
    files: head + environments + 'services:\n',
    want: [
      'topology.yaml:8:1: services: must be a mapping (write a name and what belongs to it: services: { NAME: { … } })',
    ],
  },
  {
    name: 'no environments',
    files: head + services,
    want: [
      'topology.yaml:1:1: environments: there is none (declare where it lands: environments: { production: { rabbitmq: …, kafka: … } })',
    ],
  },
  {
    name: 'a list of services',
    files: head + environments + 'services: [order-service]\n',
    want: [
      'topology.yaml:8:1: services: must be a mapping (write a name and what belongs to it: services: { NAME: { … } })',
    ],
  },
  {
    name: 'an unknown key at the top',
    files: whole + 'service: {}\n',
    want: [
      'topology.yaml:14:1: service: unknown key (did you mean "services"? allowed here: version, name, environments, services, principals, removed)',
    ],
  },
  {
    name: 'a misspelt key for other principals',
    files: whole + 'principal: {}\n',
    want: [
      'topology.yaml:14:1: principal: unknown key (did you mean "principals"? allowed here: version, name, environments, services, principals, removed)',
    ],
  },
  {
    name: 'a service that is a principal, too',
    files: whole + 'principals:\n  order-service: { rabbitmq: {} }\n',
    want: [
      'topology.yaml:15:3: principals.order-service: declared as a service too (it is also declared at topology.yaml:9:3; keep one of the two) [the service is here: topology.yaml:9:3]',
    ],
  },
  {
    name: 'tombstones of what is alive, and of what has no name',
    files: whole + 'principals:\n  exporter: {}\nremoved: [order-service, exporter, "", 7, gone]\n',
    want: [
      'topology.yaml:16:11: removed: "order-service" is declared, too (take it out of `removed`, or delete what declares it) [declared here: topology.yaml:9:3]',
      'topology.yaml:16:26: removed: "exporter" is declared, too (take it out of `removed`, or delete what declares it) [declared here: topology.yaml:15:3]',
      'topology.yaml:16:36: removed[2]: the name must not be empty',
      'topology.yaml:16:40: removed[3]: the name must be text',
    ],
  },
  {
    name: 'tombstones that are no list',
    files: whole + 'removed: old-service\n',
    want: [
      'topology.yaml:14:10: removed: must be a list (write the names of services that are no more: removed: [old-service])',
    ],
  },
  {
    name: 'a past that is somebody else',
    files:
      whole +
      'principals:\n  exporter: { formerly: [order-service, probe] }\n  other: { formerly: [probe, gone] }\nremoved: [gone]\n',
    want: [
      'topology.yaml:15:26: principals.exporter.formerly[0]: order-service is declared, too (name only what this service itself was called, and nothing else is)',
      'topology.yaml:16:23: principals.other.formerly[0]: probe is given for exporter, too (name only what this service itself was called, and nothing else is)',
      'topology.yaml:16:30: principals.other.formerly[1]: gone is removed, too (name only what this service itself was called, and nothing else is)',
    ],
  },
  {
    name: 'an unknown key in a service',
    files: service('ownr: orders'),
    want: [
      'topology.yaml:10:5: services.order-service.ownr: unknown key (did you mean "owner"? allowed here: owner, description, suspended, formerly, rotation, rabbitmq, kafka)',
    ],
  },
  {
    name: 'a broker that is not known',
    files: service('rabbit: {}'),
    want: [
      'topology.yaml:10:5: services.order-service.rabbit: unknown key (did you mean "rabbitmq"? allowed here: owner, description, suspended, formerly, rotation, rabbitmq, kafka)',
    ],
  },
  {
    name: 'a misspelt emergency stop',
    files: service('suspend: true'),
    want: [
      'topology.yaml:10:5: services.order-service.suspend: unknown key (did you mean "suspended"? allowed here: owner, description, suspended, formerly, rotation, rabbitmq, kafka)',
    ],
  },
  {
    name: 'an override of a broker that has none',
    files: env(`rabbitmq: { managementUrl: https://mq, ${admin} }\noverride: { rabbitmq: {} }`),
    want: [
      'topology.yaml:6:17: environments.staging.override.rabbitmq: unknown key',
    ],
  },
  {
    name: 'a secret under an unknown key',
    files: rabbit(`${ok}admin: { username: a, pasword: hunter2canary }`),
    want: [
      'topology.yaml:7:7: environments.staging.rabbitmq.admin.password: is missing (a reference to its password: env:NAME or file:PATH. Never the password itself)',
      'topology.yaml:7:29: environments.staging.rabbitmq.admin.pasword: unknown key (did you mean "password"? allowed here: username, password)',
    ],
  },
  {
    name: 'a literal password',
    files: rabbit(`${ok}admin: { username: a, password: hunter2canary }`),
    want: [
      `topology.yaml:7:39: environments.staging.rabbitmq.admin.password: must be a reference to a secret, not the secret itself (write one of ${forms}; no secret may stand in a topology)`,
    ],
  },
  {
    name: 'a number as a password',
    files: rabbit(`${ok}admin: { username: a, password: 12345678 }`),
    want: [
      'topology.yaml:7:39: environments.staging.rabbitmq.admin.password: must be text, not a number (a reference to its password: env:NAME or file:PATH. Never the password itself)',
    ],
  },
  {
    name: 'a password in place of the administrator',
    files: rabbit(`${ok}admin: hunter2canary`),
    want: [
      'topology.yaml:7:14: environments.staging.rabbitmq.admin: must be a mapping, not text (the administrator that mqwarden logs in as. What it needs: docs/administrators.md)',
    ],
  },
  {
    name: 'a variable as a password',
    files: rabbit(`${ok}admin: { username: a, password: "\${MQWARDEN_PASSWORD}" }`),
    want: [
      'topology.yaml:7:39: environments.staging.rabbitmq.admin.password: a variable cannot be used here (only ${MQWARDEN_X} and ${MQWARDEN_X:-default} can be used, and only in the endpoints of an environment)',
    ],
  },
  {
    name: 'an env reference that is no name',
    files: rabbit(`${ok}admin: { username: a, password: "env:hunter2 canary" }`),
    want: [
      `topology.yaml:7:39: environments.staging.rabbitmq.admin.password: takes the name of an environment variable after "env:" (write one of ${forms}; no secret may stand in a topology)`,
    ],
  },
  {
    name: 'a file reference without a field',
    files: rabbit(`${ok}admin: { username: a, password: "file:x.json#" }`),
    want: [
      `topology.yaml:7:39: environments.staging.rabbitmq.admin.password: names no field after "#" (write one of ${forms}; no secret may stand in a topology)`,
    ],
  },
  {
    name: 'a key pasted where its path belongs',
    files: rabbit(`${ok}${admin}\ntls: { cert: c.pem, key: "-----BEGIN\\ncanary" }`),
    want: [
      'topology.yaml:8:32: environments.staging.rabbitmq.tls.key: must be the path of a file (give the path of a PEM file, not what the file contains)',
    ],
  },
  {
    name: 'a certificate without its key',
    files: rabbit(`${ok}${admin}\ntls: { cert: c.pem }`),
    want: [
      'topology.yaml:8:20: environments.staging.rabbitmq.tls.cert: needs "key" beside it',
    ],
  },
  {
    name: 'a setting left out',
    files: rabbit(admin),
    want: [
      'topology.yaml:5:5: environments.staging.rabbitmq.managementUrl: is missing',
    ],
  },
  {
    name: 'a mapping where text belongs',
    files: rabbit(`managementUrl: { host: mq }\n${admin}`),
    want: [
      'topology.yaml:6:7: environments.staging.rabbitmq.managementUrl: must be text, not a mapping',
    ],
  },
  {
    name: 'neither of two shapes',
    files: rabbit(`${ok}${admin}\nvhost: 5`),
    want: [
      'topology.yaml:8:14: environments.staging.rabbitmq.vhost: must be text or a mapping',
    ],
  },
  {
    name: 'a mistake inside one of two shapes',
    files: rabbit(`${ok}${admin}\nvhost: { name: v, tag: x }`),
    want: [
      'topology.yaml:8:25: environments.staging.rabbitmq.vhost.tag: unknown key (did you mean "tags"? allowed here: name, tags)',
    ],
  },
  {
    name: 'an empty section',
    files: service('rabbitmq:'),
    want: [
      'topology.yaml:10:5: services.order-service.rabbitmq: must be a mapping, not empty',
    ],
  },
  {
    name: 'not one of the values',
    files: service('rabbitmq:\n  queues: { q: { type: stream2 } }'),
    want: [
      'topology.yaml:11:28: services.order-service.rabbitmq.queues.q.type: must be "classic" or "quorum"',
    ],
  },
  {
    name: 'yes for true',
    files: service('rabbitmq:\n  queues: { q: { durable: yes } }'),
    want: [
      'topology.yaml:11:31: services.order-service.rabbitmq.queues.q.durable: must be true or false, not text',
    ],
  },
  {
    name: 'too large',
    files: service('rabbitmq:\n  queues: { q: { limit: 5000 } }'),
    want: [
      'topology.yaml:11:29: services.order-service.rabbitmq.queues.q.limit: must be at most 1000',
    ],
  },
  {
    name: 'larger than any integer',
    files: service('rabbitmq:\n  queues: { q: { limit: 90071992547409931 } }'),
    want: [
      'topology.yaml:11:29: services.order-service.rabbitmq.queues.q.limit: must be at most 1000',
    ],
  },
  {
    name: 'a fraction',
    files: service('rabbitmq:\n  queues: { q: { limit: 1.5 } }'),
    want: [
      'topology.yaml:11:29: services.order-service.rabbitmq.queues.q.limit: must be a whole number',
    ],
  },
  {
    name: 'an integer in quotes',
    files: service('rabbitmq:\n  queues: { q: { limit: "5" } }'),
    want: [
      'topology.yaml:11:29: services.order-service.rabbitmq.queues.q.limit: must be a whole number, without quotes',
    ],
  },
  {
    name: 'a name that is too long',
    files: service('rabbitmq:\n  queues:\n    a-name-that-is-far-too-long-for-it: {}'),
    want: [
      'topology.yaml:12:9: services.order-service.rabbitmq.queues.a-name-that-is-far-too-long-for-it: the name must have at most 20 characters',
    ],
  },
  {
    name: 'an empty name',
    files: service('rabbitmq:\n  queues: { "": {} }'),
    want: [
      'topology.yaml:11:17: services.order-service.rabbitmq.queues[""]: the name must not be empty',
    ],
  },
  {
    name: 'a line break in a name',
    files: service('rabbitmq:\n  queues: { "a\\nb": {} }'),
    want: [
      'topology.yaml:11:17: services.order-service.rabbitmq.queues["a\\nb"]: the name must not contain control characters (line breaks, tabs and the NUL character cannot be part of a name)',
    ],
  },
  {
    name: 'half a surrogate pair',
    files: service('rabbitmq:\n  consumes: ["a\\ud800"]'),
    want: [
      'topology.yaml:11:18: is not well-formed unicode (an escape from \\ud800 to \\udfff stands for half a character: write the character itself)',
    ],
  },
  {
    name: 'half a surrogate pair in a name',
    files: service('rabbitmq:\n  exchanges: { "a\\udfff": {} }'),
    want: [
      'topology.yaml:11:20: is not well-formed unicode (an escape from \\ud800 to \\udfff stands for half a character: write the character itself)',
    ],
  },
  {
    name: 'a service without a name',
    files: head + environments + 'services:\n  "": {}\n',
    want: [
      'topology.yaml:9:3: services[""]: the name must not be empty',
    ],
  },
  {
    name: 'text where a list belongs',
    files: service('rabbitmq: { consumes: q }'),
    want: [
      'topology.yaml:10:27: services.order-service.rabbitmq.consumes: must be a list, not text',
    ],
  },
  {
    name: 'an empty list of endpoints',
    files: env('kafka: { brokers: [] }'),
    want: [
      'topology.yaml:5:14: environments.staging.kafka.brokers: must not be empty',
    ],
  },
  {
    name: 'a mapping inside a setting',
    files: service('kafka: { topics: { t: { config: { a: {} } } } }'),
    want: [
      'topology.yaml:10:39: services.order-service.kafka.topics.t.config.a: must be text, a number, true or false',
    ],
  },
  {
    name: 'claims of an unknown broker',
    files: env('claims: { kafak: { principals: "*" } }'),
    want: [
      'topology.yaml:5:15: environments.staging.claims.kafak: unknown key (did you mean "kafka"? allowed here: rabbitmq, kafka)',
    ],
  },
  {
    name: 'claims under the wrong word',
    files: env('claims: { kafka: { users: "*" } }'),
    want: [
      'topology.yaml:5:15: environments.staging.claims.kafka.principals: is missing (one glob or a list; only * is special)',
      'topology.yaml:5:24: environments.staging.claims.kafka.users: unknown key (allowed here: principals)',
    ],
  },
  {
    name: 'claims that are no text',
    files: env('claims: { kafka: { principals: [1] } }'),
    want: [
      'topology.yaml:5:37: environments.staging.claims.kafka.principals[0]: must be text, not a number',
    ],
  },
  {
    name: 'a store with a field',
    files: env('secrets: file:store#x'),
    want: [
      `topology.yaml:5:14: environments.staging.secrets: a store of secrets is named without a #field (write ${stores}, such as file:credentials)`,
    ],
  },
  {
    name: 'a store of variables that can have no name',
    files: env('secrets: env:1STORE'),
    want: [
      `topology.yaml:5:14: environments.staging.secrets: must be the reference of a store of secrets (write ${stores}, such as file:credentials)`,
    ],
  },
  {
    name: 'a secret as a store',
    files: env('secrets: hunter2canary'),
    want: [
      `topology.yaml:5:14: environments.staging.secrets: must be the reference of a store of secrets (write ${stores}, such as file:credentials)`,
    ],
  },
  {
    name: 'a variable that is not set',
    files: rabbit(`managementUrl: https://\${MQWARDEN_HOST}\n${admin}`),
    want: [
      'topology.yaml:6:22: environments.staging.rabbitmq.managementUrl: the variable MQWARDEN_HOST is not set (set it, or give a default: ${MQWARDEN_HOST:-default})',
    ],
  },
  {
    name: 'any other variable',
    files: rabbit(`managementUrl: https://\${VAULT_TOKEN}.evil\n${admin}`),
    want: [
      'topology.yaml:6:22: environments.staging.rabbitmq.managementUrl: the variable "VAULT_TOKEN" cannot be used in a topology (only ${MQWARDEN_X} and ${MQWARDEN_X:-default} can be used, and only in the endpoints of an environment)',
    ],
  },
  {
    name: 'a default of any other variable',
    files: rabbit(`managementUrl: https://\${HOST:-mq}\n${admin}`),
    want: [
      'topology.yaml:6:22: environments.staging.rabbitmq.managementUrl: the variable "HOST" cannot be used in a topology (only ${MQWARDEN_X} and ${MQWARDEN_X:-default} can be used, and only in the endpoints of an environment)',
    ],
  },
  {
    name: 'a variable that is not closed',
    files: rabbit(`managementUrl: https://\${MQWARDEN_HOST\n${admin}`),
    want: [
      'topology.yaml:6:22: environments.staging.rabbitmq.managementUrl: a "${" begins no variable (only ${MQWARDEN_X} and ${MQWARDEN_X:-default} can be used, and only in the endpoints of an environment)',
    ],
  },
  {
    name: 'a variable inside a variable',
    files: rabbit(`managementUrl: https://\${MQWARDEN_A:-\${VAULT_TOKEN}}\n${admin}`),
    want: [
      'topology.yaml:6:22: environments.staging.rabbitmq.managementUrl: the variable "VAULT_TOKEN" cannot be used in a topology (only ${MQWARDEN_X} and ${MQWARDEN_X:-default} can be used, and only in the endpoints of an environment)',
    ],
  },
  {
    name: 'a variable outside of endpoints',
    files: rabbit(`${ok}admin: { username: "\${MQWARDEN_USER}", password: "env:P" }`),
    want: [
      'topology.yaml:7:26: environments.staging.rabbitmq.admin.username: a variable cannot be used here (only ${MQWARDEN_X} and ${MQWARDEN_X:-default} can be used, and only in the endpoints of an environment)',
    ],
  },
  {
    name: 'a variable in a service',
    files: service('owner: ${MQWARDEN_OWNER:-me}'),
    want: [
      'topology.yaml:10:12: services.order-service.owner: a variable cannot be used here (only ${MQWARDEN_X} and ${MQWARDEN_X:-default} can be used, and only in the endpoints of an environment)',
    ],
  },
  {
    name: 'a variable in a key',
    files: service('rabbitmq: { queues: { "${MQWARDEN_Q}": {} } }'),
    want: [
      'topology.yaml:10:27: services.order-service.rabbitmq.queues["${MQWARDEN_Q}"]: a variable cannot be used here (only ${MQWARDEN_X} and ${MQWARDEN_X:-default} can be used, and only in the endpoints of an environment)',
    ],
  },
  {
    name: 'several mistakes at once',
    files: service('ownr: a\nrabbitmq: { consumes: 1 }') + 'nme: x\n',
    want: [
      'topology.yaml:10:5: services.order-service.ownr: unknown key (did you mean "owner"? allowed here: owner, description, suspended, formerly, rotation, rabbitmq, kafka)',
      'topology.yaml:11:27: services.order-service.rabbitmq.consumes: must be a list, not a number',
      'topology.yaml:12:1: nme: unknown key (did you mean "name"? allowed here: version, name, environments, services, principals, removed)',
    ],
  },
  {
    name: 'a service in two files',
    files: { 'a.yaml': whole, 'b.yaml': 'services:\n  order-service: {}\n' },
    want: [
      'b.yaml:2:3: services.order-service: declared in two files (it is also declared at a.yaml:9:3; declare it in one file) [first here: a.yaml:9:3]',
    ],
  },
  {
    name: 'an environment in two files',
    files: { 'a.yaml': whole, 'b.yaml': 'environments:\n  staging: {}\n' },
    want: [
      'b.yaml:2:3: environments.staging: declared in two files (it is also declared at a.yaml:4:3; declare it in one file) [first here: a.yaml:4:3]',
    ],
  },
  {
    name: 'two versions',
    files: { 'a.yaml': whole, 'b.yaml': 'version: 2\nservices: { b: {} }\n' },
    want: [
      'b.yaml:1:10: version: not the same in all files (write it in one file, or the same everywhere) [first here: a.yaml:1:10]',
    ],
  },
  {
    name: 'two names',
    files: { 'a.yaml': whole, 'b.yaml': 'name: other\nservices: { b: {} }\n' },
    want: [
      'b.yaml:1:7: name: not the same in all files (write it in one file, or the same everywhere) [first here: a.yaml:2:7]',
    ],
  },
  {
    name: 'an empty file among others',
    files: { 'a.yaml': whole, 'b.yaml': '' },
    want: [
      'b.yaml:1:1: the file is empty (delete the file, or write at least: version: 1)',
    ],
  },
  {
    name: 'windows line ends',
    files: whole.replace('owner', 'ownr').replaceAll('\n', '\r\n'),
    want: [
      'topology.yaml:10:5: services.order-service.ownr: unknown key (did you mean "owner"? allowed here: owner, description, suspended, formerly, rotation, rabbitmq, kafka)',
    ],
  },
  {
    name: 'nested too deeply',
    files: service(`owner: ${'['.repeat(100)}${']'.repeat(100)}`),
    want: [
      'topology.yaml:10:74: nested more than 64 levels deep',
    ],
  },
];
