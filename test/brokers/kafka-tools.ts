/** Kafka's own command line tools, run from the broker's jars. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { javaOptions } from './kafka-config.ts';
import { type KafkaInstall, defaultKafkaVersion, installedKafka } from './kafka-install.ts';
import type { Credentials } from './rabbitmq.ts';

/** Has `kafka-configs.sh` in the broker's own jar; Kafka 4.4 has it in none that is published. */
export const CONFIG_TOOL = '3.9.2';

/** What a tool needs to log in as the admin. */
export interface KafkaAccess {
  readonly brokers: readonly string[];
  readonly admin: Credentials;
  readonly caFile: string;
  readonly folder: string;
}

/** Writes the cluster's id and its first SCRAM users to an empty data folder; about a second. */
export async function formatStorage(
  install: KafkaInstall,
  config: string,
  clusterId: string,
  users: readonly Credentials[],
): Promise<void> {
  const format = ['format', '-t', clusterId, '-c', config, ...scramUsers(users)];
  await runTool(install, install.classPath, 'kafka.tools.StorageTool', format);
}

/** 16 bytes in base64url. The first letter is given, because a dash would be read as an option. */
export function newClusterId(): string {
  return `A${randomBytes(16).toString('base64url').slice(1, 22)}`;
}

/** Arguments of StorageTool, one pair a user; of its own accord it takes the fewest iterations that there may be. */
export function scramUsers(users: readonly Credentials[]): string[] {
  return users.flatMap(({ username, password }) => [
    '--add-scram',
    `SCRAM-SHA-512=[name=${username},iterations=8192,password=${password}]`,
  ]);
}

/** `kafka-acls.sh` as the admin; AclCommand moved from the broker's jar to the tools' with Kafka 4. */
export function aclCommand(
  install: KafkaInstall,
  access: KafkaAccess,
  args: readonly string[],
): Promise<string> {
  const main = install.version.startsWith('3.')
    ? 'kafka.admin.AclCommand'
    : 'org.apache.kafka.tools.AclCommand';
  return runAdminTool(install, install.toolsClassPath, main, access, args);
}

/** `kafka-topics.sh`: of Kafka 4's tools for every broker, since no jar of Kafka 3's broker has it. */
export function topicCommand(access: KafkaAccess, args: readonly string[]): Promise<string> {
  const install = installedKafka(defaultKafkaVersion());
  return runAdminTool(install, install.toolsClassPath, 'org.apache.kafka.tools.TopicCommand', access, args);
}

/** `kafka-configs.sh`, of {@link CONFIG_TOOL} for every broker. */
export function configCommand(access: KafkaAccess, args: readonly string[]): Promise<string> {
  const install = installedKafka(CONFIG_TOOL);
  return runAdminTool(install, install.classPath, 'kafka.admin.ConfigCommand', access, args);
}

function runAdminTool(
  install: KafkaInstall,
  classPath: string,
  main: string,
  access: KafkaAccess,
  args: readonly string[],
): Promise<string> {
  const properties = join(access.folder, 'admin.properties');
  if (!existsSync(properties)) writeFileSync(properties, adminProperties(access), { mode: 0o600 });
  const server = ['--bootstrap-server', access.brokers.join(','), '--command-config', properties];
  return runTool(install, classPath, main, [...server, ...args]);
}

function adminProperties({ admin, caFile }: KafkaAccess): string {
  return [
    'security.protocol=SASL_SSL',
    'sasl.mechanism=SCRAM-SHA-512',
    'sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required ' +
      `username="${admin.username}" password="${admin.password}";`,
    'ssl.truststore.type=PEM',
    `ssl.truststore.location=${caFile}`,
    '',
  ].join('\n');
}

async function runTool(
  install: KafkaInstall,
  classPath: string,
  main: string,
  args: readonly string[],
): Promise<string> {
  // The archive holds the broker's classes: no use to tools that run on other jars.
  const archive =
    classPath === install.classPath && existsSync(install.archive) ? { use: install.archive } : {};
  const java = [...javaOptions(archive), '-cp', classPath, main, ...args];
  try {
    const { stdout } = await promisify(execFile)(install.java, java, {
      env: toolEnvironment(),
      timeout: 60_000,
    });
    return stdout;
  } catch (error) {
    // Not the error itself: it quotes the command line, and with it a password.
    const output = error as { stdout?: string; stderr?: string; code?: unknown };
    const said = `${output.stdout ?? ''}${output.stderr ?? ''}`.trim();
    throw new Error(`${main} of Kafka ${install.version} ended with ${String(output.code)}: ${said}`);
  }
}

/** Nothing of the caller's KAFKA_* or JAVA_TOOL_OPTIONS. */
function toolEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LANG: 'C.UTF-8' };
}
