/** What a test RabbitMQ is told: rabbitmq.conf and the environment of its start script. */
import { join } from 'node:path';
import type { Credentials, RabbitPorts } from './rabbitmq.ts';

export interface RabbitPaths {
  readonly folder: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly config: string;
  readonly plugins: string;
  readonly log: string;
}

/** Its files that are in the same place of every broker's folder. */
export function rabbitFiles(
  folder: string,
): Pick<RabbitPaths, 'folder' | 'ca' | 'config' | 'plugins' | 'log'> {
  return {
    folder,
    ca: join(folder, 'ca.pem'),
    config: join(folder, 'rabbitmq.conf'),
    plugins: join(folder, 'enabled_plugins'),
    log: join(folder, 'rabbitmq.log'),
  };
}

export const PLUGINS = ['rabbitmq_management', 'rabbitmq_auth_mechanism_ssl'];

export function rabbitConfig(
  paths: Pick<RabbitPaths, 'ca' | 'cert' | 'key'>,
  ports: Pick<RabbitPorts, 'amqps' | 'management'>,
  admin: Credentials,
  clientCertificates: 'required' | 'optional',
  extra: readonly string[],
  address = '127.0.0.1',
): string {
  const certificates = (prefix: string): string[] => [
    `${prefix}.cacertfile = ${paths.ca}`,
    `${prefix}.certfile = ${paths.cert}`,
    `${prefix}.keyfile = ${paths.key}`,
    `${prefix}.versions.1 = tlsv1.3`,
    `${prefix}.versions.2 = tlsv1.2`,
  ];
  return [
    // `none` wins over any that is named.
    ...(extra.some((line) => line.startsWith('listeners.tcp.')) ? [] : ['listeners.tcp = none']),
    `listeners.ssl.1 = ${address}:${ports.amqps}`,
    ...certificates('ssl_options'),
    'ssl_options.verify = verify_peer',
    `ssl_options.fail_if_no_peer_cert = ${String(clientCertificates === 'required')}`,
    // The TLS listener of management replaces the plaintext one when that is not mentioned.
    `management.ssl.ip = ${address}`,
    `management.ssl.port = ${ports.management}`,
    ...certificates('management.ssl'),
    // A first user of another name: RabbitMQ then never creates guest.
    `default_user = ${admin.username}`,
    `default_pass = ${admin.password}`,
    'default_user_tags.administrator = true',
    'auth_mechanisms.1 = PLAIN',
    'auth_mechanisms.2 = EXTERNAL',
    'ssl_cert_login_from = common_name',
    // A test machine short of disk would block publishers, and the failure would look like a permission's.
    'disk_free_limit.absolute = 1MB',
    // Connections and queue counts show up in the API after 1 s instead of 5.
    'collect_statistics_interval = 1000',
    'log.console = true',
    'log.console.level = info',
    'log.file = false',
    ...extra,
    '',
  ].join('\n');
}

/** Everything under the temporary folder, nothing of /etc/rabbitmq or /var/lib/rabbitmq. */
export function rabbitEnvironment(
  paths: Pick<RabbitPaths, 'folder' | 'config' | 'plugins'>,
  ports: RabbitPorts,
): Record<string, string> {
  const under = (name: string): string => join(paths.folder, name);
  return {
    HOME: under('home'),
    RABBITMQ_NODENAME: `mqwarden-${ports.distribution}@localhost`,
    RABBITMQ_DIST_PORT: String(ports.distribution),
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_CONF_ENV_FILE: under('rabbitmq-env.conf'),
    RABBITMQ_CONFIG_FILE: paths.config,
    RABBITMQ_ADVANCED_CONFIG_FILE: under('advanced.config'),
    RABBITMQ_GENERATED_CONFIG_DIR: under('generated'),
    RABBITMQ_ENABLED_PLUGINS_FILE: paths.plugins,
    RABBITMQ_PLUGINS_EXPAND_DIR: under('plugins'),
    RABBITMQ_MNESIA_BASE: under('data'),
    RABBITMQ_PID_FILE: under('pid'),
    RABBITMQ_LOG_BASE: under('log'),
    RABBITMQ_LOGS: '-',
    // Makes the start script become the VM instead of waiting for it.
    RUNNING_UNDER_SYSTEMD: 'true',
    // Two schedulers whatever the machine has, and distribution on loopback only.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2 -kernel inet_dist_use_interface {127,0,0,1}',
  };
}
