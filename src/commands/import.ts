import type { Command } from 'commander';
import type { ImportResult } from '../operations/index.ts';
import { everywhere, sessionFrom, type Shared } from './options.ts';
import type { Shell } from './shell.ts';

interface ImportFlags extends Shared {
  readonly out: string;
}

const examples = `
Examples:
  mqwarden import environments.yaml --env production --out topology
  mqwarden import environments.yaml --env production --only kafka --out kafka-topology
  mqwarden plan topology --env production              right after: nothing to change`;

/** Registers `mqwarden import`; `done` receives the exit code. */
export function importCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  const command = program
    .command('import')
    .summary('write down what is live as a topology')
    .description(
      'Reads the live brokers of an environment and writes a topology that says what is there: a file a service. Writes nothing to the brokers.',
    )
    .argument(
      '[topology]',
      'a file or a folder; environments are enough (default: ./topology or ./mqwarden.yaml)',
    )
    .requiredOption('--out <dir>', 'the folder of the new topology: not there yet, or empty');
  everywhere(command)
    .addHelpText('after', examples)
    .action(async (topology: string | undefined, flags: ImportFlags) =>
      done(await runImport(topology, flags, shell)),
    );
}

async function runImport(topology: string | undefined, flags: ImportFlags, shell: Shell): Promise<number> {
  const { importTopology } = await import('../operations/index.ts');
  const { importAsText, importRemarks } = await import('../report/index.ts');
  const result = await importTopology({
    ...sessionFrom(topology, flags, shell),
    out: flags.out,
    services: flags.service ?? [],
  });
  shell.settled();
  shell.err(importRemarks(result, flags.color && shell.color.err));
  shell.out(importAsText(result, flags.out));
  return exitCode(result);
}

/** 0 all is said, whatever is unmanaged; 2 there are no words for something. */
function exitCode({ leftOut, changes }: ImportResult): number {
  return changes.length > 0 || leftOut.some(({ unowned }) => !unowned) ? 2 : 0;
}
