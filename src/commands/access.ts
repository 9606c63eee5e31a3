import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Verb } from '../core/access/model.ts';
import { UsageError } from '../core/errors.ts';
import type { AccessOptions } from '../operations/survey.ts';
import { duration, everywhere, sessionFrom, type Shared, weekMs } from './options.ts';
import type { Shell } from './shell.ts';
import type { Told } from '../report/access.ts';

const formats = ['text', 'json', 'markdown'] as const;

interface AccessFlags extends Shared {
  readonly live?: true;
  readonly against?: string;
  readonly maxAge?: number;
  readonly format: (typeof formats)[number];
}

function common(command: Command): Command {
  return everywhere(
    command
      .option('--live', 'ask the live brokers what they know, instead of the topology')
      .option(
        '--against <file>',
        'what they knew when this snapshot was taken: reads no broker and no secret',
      )
      .option('--max-age <duration>', 'say so when the snapshot is older (default: 7d)', duration)
      .addOption(new Option('--format <format>', 'how to print it').choices(formats).default('text')),
  );
}

const topologyArgument = [
  '[topology]',
  'a file or a folder (default: ./topology or ./mqwarden.yaml)',
] as const;

const whoCanExamples = `
Examples:
  mqwarden who-can read queue:order.queue.payments --env production
  mqwarden who-can write rabbitmq:exchange:production/order.exchange.events --key order.created
  mqwarden who-can write kafka:topic:orders --env production --live --format json
  mqwarden who-can read queue:order.queue.payments --env production --against live.json`;

/** Registers `mqwarden who-can`; `done` receives the exit code. */
export function whoCanCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  const command = program
    .command('who-can')
    .summary('who can read, write or configure something')
    .description(
      'Tells who can read, write or configure an exchange, queue, topic, group or transactional id: by a right on it, by bindings, dead letters and the default exchange, and by giving themselves the right.',
    )
    .argument('<access>', 'read, write or configure', verb)
    .argument('<resource>', 'its address, rabbitmq:queue:VHOST/NAME, or a name: queue:NAME, NAME')
    .argument(...topologyArgument)
    .option('--key <key>', 'with this routing key or binding key');
  common(command)
    .addHelpText('after', whoCanExamples)
    .action(
      async (
        access: Verb,
        resource: string,
        topology: string | undefined,
        flags: AccessFlags & { readonly key?: string },
      ) => {
        const { whoCan } = await import('../operations/index.ts');
        const whole = await whoCan(access, resource, {
          ...(await optionsFrom(topology, flags, shell)),
          key: flags.key,
        });
        const document = onlyOf(whole, flags.service);
        await print(
          document,
          async () => (await import('../report/access.ts')).whoCanTold(document),
          flags,
          shell,
        );
        done(0);
      },
    );
}

function verb(text: string): Verb {
  if (text === 'read' || text === 'write' || text === 'configure') return text;
  throw new InvalidArgumentError('write read, write or configure.');
}

/** `--service` asks about these alone. */
function onlyOf<
  D extends { readonly answers: readonly { readonly holder: { readonly service?: string | undefined } }[] },
>(document: D, services: readonly string[] = []): D {
  if (services.length === 0) return document;
  const answers = document.answers.filter(({ holder }) => services.includes(holder.service ?? ''));
  return { ...document, answers };
}

const accessExamples = `
Examples:
  mqwarden access order-service --env production
  mqwarden access order-service --env production --live --format json`;

/** Registers `mqwarden access`; `done` receives the exit code. */
export function accessCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  const command = program
    .command('access')
    .summary('what a service can do, on everything that there is')
    .description(
      'Tells what a service can do: its rights on each exchange, queue, topic and group, with patterns expanded against real names, and what it could do to names that there are not yet.',
    )
    .argument('<service>', 'a service; with --live, any user or principal')
    .argument(...topologyArgument);
  common(command)
    .addHelpText('after', accessExamples)
    .action(async (service: string, topology: string | undefined, flags: AccessFlags) => {
      const { access } = await import('../operations/index.ts');
      const document = await access(service, await forOne(topology, flags, shell));
      await print(
        document,
        async () => (await import('../report/access.ts')).accessTold(document),
        flags,
        shell,
      );
      done(0);
    });
}

const blastExamples = `
Examples:
  mqwarden blast-radius order-service --env production
  mqwarden blast-radius order-service --env production --hops 3
  mqwarden blast-radius order-service --env production --live --format markdown`;

/** Registers `mqwarden blast-radius`; `done` receives the exit code. */
export function blastRadiusCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  const command = program
    .command('blast-radius')
    .summary('what an attacker with the credential of a service reaches')
    .description(
      'Tells what an attacker with the credential of a service reaches: directly, and whom through bindings, dead letters, topics and groups: who can be sent messages, whose can be read, who loses some, who can be broken; with the path.',
    )
    .argument('<service>', 'a service; with --live, any user or principal')
    .argument(...topologyArgument)
    .addOption(
      new Option(
        '--hops <number>',
        'go on through those that get messages, as if they passed on what they get',
      )
        .argParser(hops)
        .default(1),
    );
  common(command)
    .addHelpText('after', blastExamples)
    .action(
      async (
        service: string,
        topology: string | undefined,
        flags: AccessFlags & { readonly hops: number },
      ) => {
        const { blastRadius } = await import('../operations/index.ts');
        const document = await blastRadius(service, {
          ...(await forOne(topology, flags, shell)),
          hops: flags.hops,
        });
        await print(
          document,
          async () => (await import('../report/access.ts')).blastTold(document),
          flags,
          shell,
        );
        done(0);
      },
    );
}

function hops(text: string): number {
  const value = Number(text);
  if (!/^\d{1,2}$/.test(text) || value < 1)
    throw new InvalidArgumentError('give a whole number from 1 to 99.');
  return value;
}

async function optionsFrom(
  topology: string | undefined,
  flags: AccessFlags,
  shell: Shell,
): Promise<AccessOptions> {
  const { live = false, against, maxAge } = flags;
  checkSource(flags);
  const session = { ...sessionFrom(topology, flags, shell), live };
  if (against === undefined) return session;
  const { readSnapshot } = await import('../operations/index.ts');
  const snapshot = await readSnapshot(against);
  return { ...session, against: { snapshot, maxAgeMs: maxAge ?? weekMs, now: new Date() } };
}

function checkSource({ live, against, maxAge }: AccessFlags): void {
  if (live === true && against !== undefined) {
    throw new UsageError('--live and --against are two sources', 'give one of them');
  }
  if (against === undefined && maxAge !== undefined) {
    throw new UsageError('--max-age is about a snapshot', 'give it together with --against FILE');
  }
}

async function forOne(
  topology: string | undefined,
  flags: AccessFlags,
  shell: Shell,
): Promise<AccessOptions> {
  if (flags.service !== undefined) {
    throw new UsageError('the service stands without --service here', 'leave --service out');
  }
  return optionsFrom(topology, flags, shell);
}

async function print(
  document: object,
  told: () => Promise<Told>,
  { format, color }: AccessFlags,
  shell: Shell,
): Promise<void> {
  shell.settled();
  switch (format) {
    case 'json': {
      const { asJson } = await import('../report/json.ts');
      shell.out(`${asJson({ version: 1, ...document })}\n`);
      return;
    }
    case 'markdown': {
      const { accessAsMarkdown } = await import('../report/access-markdown.ts');
      shell.out(accessAsMarkdown(await told()));
      return;
    }
    case 'text': {
      const { accessAsText } = await import('../report/access-text.ts');
      shell.out(accessAsText(await told(), color && shell.color.out));
    }
  }
}
