import { type Command } from 'commander';
import type { Use } from '../core/broker.ts';
import { UsageError } from '../core/errors.ts';
import type { ServiceClient } from '../operations/clients.ts';
import { everywhere, sessionFrom, type Shared } from './options.ts';
import type { Shell } from './shell.ts';

interface TypesFlags extends Shared {
  readonly out?: string;
}

const examples = `
Examples:
  mqwarden types --service order-service --out src/mqwarden-types.ts
  mqwarden types --env staging --service order-service     to stdout`;

/** Registers `mqwarden types`; `done` receives the exit code. */
export function typesCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  const command = program
    .command('types')
    .summary('TypeScript types of what a service may do')
    .description(
      'Writes TypeScript types of the exchanges, routing keys, queues, topics and groups that a service uses, so that its compiler refuses what the brokers would.',
    )
    .argument('[topology]', 'a file or a folder (default: ./topology or ./mqwarden.yaml)')
    .option('--out <file>', 'where to write it (default: stdout)');
  everywhere(command)
    .addHelpText('after', examples)
    .action(async (topology: string | undefined, flags: TypesFlags) =>
      done(await runTypes(topology, flags, shell)),
    );
}

/** Where it lives by the broker's name, its other vhosts as `rabbitmq@payments`. */
function placesOf(broker: string, { uses, elsewhere }: ServiceClient): [string, readonly Use[]][] {
  const others = [...elsewhere].map(([name, place]): [string, readonly Use[]] => [
    `${broker}@${name}`,
    place.uses,
  ]);
  return [[broker, uses], ...others];
}

async function runTypes(topology: string | undefined, flags: TypesFlags, shell: Shell): Promise<number> {
  const [service, ...others] = flags.service ?? [];
  if (service === undefined || others.length > 0) {
    throw new UsageError('types are those of one service', 'name it: --service order-service');
  }
  const { clientsOf, saveTypes } = await import('../operations/index.ts');
  const { session, brokers } = await clientsOf(service, sessionFrom(topology, flags, shell));
  const { typesOf } = await import('../report/types.ts');
  const text = typesOf({
    topology: session.topology.name,
    service,
    environment: session.environment.name,
    places: new Map([...brokers].flatMap(([broker, client]) => placesOf(broker, client))),
  });
  shell.settled();
  if (flags.out === undefined) shell.out(text);
  else await saveTypes(flags.out, text);
  return 0;
}
