/** Where setup.sh left the jars of a Kafka version, and the Java that runs them. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface KafkaInstall {
  readonly version: string;
  readonly java: string;
  /** In a fixed order, because a class data archive is valid for one order of the class path only. */
  readonly classPath: string;
  /** Of the command line tools: the same jars for Kafka 3, jars of their own version for Kafka 4. */
  readonly toolsClassPath: string;
  /** Class data shared between JVMs, which saves a third of a start: written by the first broker that is stopped. */
  readonly archive: string;
}

const root = join(import.meta.dirname, '../..');

/** MQWARDEN_KAFKA_VERSION, or the version that kafka-pom.xml names: the single place where it is written. */
export function kafkaVersion(): string {
  const named = process.env['MQWARDEN_KAFKA_VERSION'];
  return named === undefined || named === '' ? defaultKafkaVersion() : named;
}

export function defaultKafkaVersion(): string {
  return fromPom('kafka.version');
}

function fromPom(property: string): string {
  const pom = readFileSync(join(import.meta.dirname, 'kafka-pom.xml'), 'utf8');
  const value = pom.split(`<${property}>`)[1]?.split('<')[0];
  if (value === undefined) throw new Error(`test/brokers/kafka-pom.xml names no ${property}`);
  return value;
}

export function isKafkaInstalled(version = kafkaVersion()): boolean {
  return jarsOf(version).length > 0;
}

export function installedKafka(version = kafkaVersion()): KafkaInstall {
  const jars = jarsOf(version);
  if (jars.length === 0) {
    const command = `MQWARDEN_KAFKA_VERSION=${version} npm run setup`;
    throw new Error(`the jars of Kafka ${version} are not in .cache/kafka/${version}: run "${command}"`);
  }
  const home = process.env['JAVA_HOME'];
  const java = home === undefined || home === '' ? 'java' : join(home, 'bin/java');
  return {
    version,
    java,
    classPath: jars.join(':'),
    toolsClassPath: (version.startsWith('3.')
      ? jars
      : jarsOf(`tools-${fromPom('kafka.tools.version')}`)
    ).join(':'),
    archive: join(root, '.cache/kafka', `${version}-java-${javaVersion(java)}.jsa`),
  };
}

function jarsOf(name: string): string[] {
  const folder = join(root, '.cache/kafka', name);
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files
    .filter((file) => file.endsWith('.jar'))
    .sort()
    .map((file) => join(folder, file));
}

/** For example `17.0.15`. Takes some 70 ms. */
function javaVersion(java: string): string {
  const { stderr, error } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  const version = /version "([\w.+-]+)"/.exec(stderr)?.[1];
  if (version !== undefined) return version;
  const cause = error ?? new Error(stderr);
  throw new Error(`"${java} -version" failed: run "npm run setup", or set JAVA_HOME to a Java 17 or newer`, {
    cause,
  });
}
