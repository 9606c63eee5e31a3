import { type Command, Option } from 'commander';
import { UsageError } from '../core/errors.ts';
import { everywhere, sessionFrom, type Shared } from './options.ts';
import type { Shell } from './shell.ts';

interface SnapshotFlags extends Shared {
  readonly out: string;
  readonly format: 'text' | 'json';
}

const examples = `
Examples:
  mqwarden snapshot --env production --out live.json
  mqwarden plan --env production --against live.json      no broker, no secret`;

/** Registers `mqwarden snapshot`; `done` receives the exit code. */
export function snapshotCommand(program: Command, shell: Shell, done: (code: number) => void): void {
  const command = program
    .command('snapshot')
    .summary('save the live state, for plans where nobody may log in')
    .description(
      "Reads the live brokers with the administrators' credentials and saves what a plan needs. Holds no secret.",
    )
    .argument('[topology]', 'a file or a folder (default: ./topology or ./mqwarden.yaml)')
    .requiredOption('--out <file>', 'where to save it')
    .addOption(
      new Option('--format <format>', 'how to say what was saved').choices(['text', 'json']).default('text'),
    );
  everywhere(command)
    .addHelpText('after', examples)
    .action(async (topology: string | undefined, flags: SnapshotFlags) =>
      done(await runSnapshot(topology, flags, shell)),
    );
}

async function runSnapshot(
  topology: string | undefined,
  flags: SnapshotFlags,
  shell: Shell,
): Promise<number> {
  if (flags.service !== undefined) {
    throw new UsageError('a snapshot holds all services', 'leave --service out, and give it to plan');
  }
  const { saveSnapshot, takeSnapshot } = await import('../operations/index.ts');
  const snapshot = await takeSnapshot({ ...sessionFrom(topology, flags, shell), now: () => new Date() });
  shell.settled();
  await saveSnapshot(flags.out, snapshot);
  const { snapshotAsText, snapshotSummary } = await import('../report/snapshot.ts');
  const { asJson } = await import('../report/json.ts');
  shell.out(
    flags.format === 'json'
      ? `${asJson({ ...snapshotSummary(snapshot), file: flags.out })}\n`
      : snapshotAsText(snapshot),
  );
  if (flags.format === 'text') shell.err(`saved as ${flags.out}: plan with --against ${flags.out}\n`);
  return 0;
}
