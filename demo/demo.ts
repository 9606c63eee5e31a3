/**
 * The whole path on real brokers, for a person to watch: plan, apply, plan again, break something by hand on each broker,
 * find it, repair it. Everything that it makes lies in .cache/demo, and stays there to look at.
 */
import { spawn } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Kafka, startKafka } from '../test/brokers/kafka.ts';
import { rabbitAdmin } from '../test/brokers/rabbit-admin.ts';
import { type RabbitMQ, startRabbitMQ } from '../test/brokers/rabbitmq.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const work = `${root}.cache/demo`;
const keep = process.argv.includes('--keep');

const say = (text: string) => process.stdout.write(`\n\u25b6 ${text}\n`);

/** Runs the real program in the demo's folder; its output goes to the screen. Anything but `expected` ends the demo. */
async function mqwarden(
  args: readonly string[],
  variables: Record<string, string>,
  expected: number,
): Promise<void> {
  process.stdout.write(`\n$ mqwarden ${args.join(' ')}\n`);
  const child = spawn(process.execPath, [`${root}bin/mqwarden.js`, ...args], {
    cwd: work,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== expected)
    throw new Error(`mqwarden ${args[0] ?? ''} ended with ${code ?? 'a signal'}, not ${expected}`);
}

/** The example topology and the brokers' certificates, as a user would have them. */
async function prepare(rabbit: RabbitMQ, kafka: Kafka): Promise<Record<string, string>> {
  await rm(work, { recursive: true, force: true });
  await mkdir(`${work}/topology/local`, { recursive: true });
  await cp(`${root}topology`, `${work}/topology`, { recursive: true });
  await writeFile(`${work}/topology/local/rabbitmq-ca.pem`, rabbit.ca);
  await writeFile(`${work}/topology/local/kafka-ca.pem`, kafka.ca);
  const { cert, key } = await rabbit.clientCertificate('provisioner');
  await writeFile(`${work}/topology/local/provisioner.pem`, cert);
  await writeFile(`${work}/topology/local/provisioner.key`, key, { mode: 0o600 });
  return {
    MQWARDEN_RABBITMQ_MANAGEMENT: rabbit.managementUrl,
    MQWARDEN_RABBITMQ_AMQPS: rabbit.amqpsUrl,
    MQWARDEN_KAFKA_BROKER: kafka.brokers[0] ?? '',
    RABBITMQ_ADMIN_PASSWORD: rabbit.admin.password,
    KAFKA_ADMIN_PASSWORD: kafka.admin.password,
  };
}

async function breakByHand(rabbit: RabbitMQ, kafka: Kafka): Promise<void> {
  await rabbitAdmin(rabbit).put('/permissions/local/order-service', {
    configure: '.*',
    write: '.*',
    read: '.*',
  });
  await kafka.aclCommand([
    ...['--add', '--allow-principal', 'User:notification-service', '--operation', 'Write', '--topic', '*'],
  ]);
}

async function show(rabbit: RabbitMQ, kafka: Kafka): Promise<void> {
  const variables = await prepare(rabbit, kafka);
  const env = ['--env', 'local'];
  say('What would change? Nothing is written yet.');
  await mqwarden(['plan', ...env], variables, 0);
  say('Apply it. Passwords are generated, stored first, and only then given to the brokers.');
  await mqwarden(['apply', ...env, '--yes'], variables, 0);
  say('Plan again: nothing is left.');
  await mqwarden(['plan', ...env, '--detailed-exitcode'], variables, 0);
  say(
    'Somebody in a hurry: order-service may now do everything on RabbitMQ, notification-service may write every Kafka topic.',
  );
  await breakByHand(rabbit, kafka);
  say('Plan finds both (exit 2 says so to a pipeline).');
  await mqwarden(['plan', ...env, '--detailed-exitcode'], variables, 2);
  say('All that is known of it now as one page, the map of what is live among it.');
  await mqwarden(['report', ...env, '--live', '--out', 'report.html'], variables, 0);
  say('Apply repairs both.');
  await mqwarden(['apply', ...env, '--yes'], variables, 0);
  await mqwarden(['plan', ...env, '--detailed-exitcode'], variables, 0);
  goOn(variables);
  if (keep) await untilInterrupted();
}

function goOn(variables: Record<string, string>): void {
  process.stdout.write(`
Done: RabbitMQ and Kafka were provisioned from .cache/demo/topology, drift was found and repaired.
  .cache/demo/topology               the topology; edit a service and plan again
  .cache/demo/topology/local/secrets the generated credentials, one file a service
  .cache/demo/report.html            how it was before the repair: open it in a browser
  .cache/demo/.mqwarden/audit.jsonl  what was done, line by line
`);
  if (!keep) {
    process.stdout.write(
      'The brokers stop now. With `npm run demo -- --keep` they stay up, to go on by hand.\n',
    );
    return;
  }
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`);
  process.stdout.write(`The brokers stay up until Ctrl-C. In another terminal, in .cache/demo:

${exports.join('\n')}
alias mqwarden='${process.execPath} ../../bin/mqwarden.js'
mqwarden plan --env local
`);
}

async function untilInterrupted(): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => undefined, 60_000);
    process.once('SIGINT', () => {
      clearInterval(timer);
      resolve();
    });
  });
}

say('Starting a real RabbitMQ and a real Kafka (TLS only, SCRAM-SHA-512, ACLs on).');
const started = await Promise.allSettled([startRabbitMQ(), startKafka()]);
const [rabbit, kafka] = started;
try {
  if (rabbit.status === 'rejected') throw rabbit.reason;
  if (kafka.status === 'rejected') throw kafka.reason;
  await show(rabbit.value, kafka.value);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await Promise.all(started.map(async (one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)));
}
