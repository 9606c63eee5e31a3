import { Command, CommanderError } from 'commander';
import { applyCommand } from './commands/apply.ts';
import { planCommand } from './commands/plan.ts';
import { processShell, type Shell } from './commands/shell.ts';
import { MqwardenError } from './core/errors.ts';
import { version } from './version.ts';

/** Runs one command and returns its exit code. Never throws: an error becomes a sentence on stderr and exit 1. */
export async function main(args: readonly string[]): Promise<number> {
  const shell = processShell();
  let code = 0;
  const program = makeProgram(shell, (exit) => (code = exit));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return await failed(error, args, shell);
  }
}

function makeProgram(shell: Shell, done: (code: number) => void): Command {
  const program = new Command('mqwarden')
    .description('Least-privilege security for RabbitMQ and Kafka from one declarative topology.')
    .version(version)
    .showHelpAfterError('(--help shows examples)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => shell.out(text), writeErr: (text) => shell.err(text) })
    .addHelpText('after', '\nExamples:\n  mqwarden plan --env staging\n  mqwarden apply --env staging');
  for (const register of [planCommand, applyCommand]) register(program, shell, done);
  return program;
}

async function failed(error: unknown, args: readonly string[], shell: Shell): Promise<number> {
  shell.settled();
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
  const { errorAsJson, errorAsText } = await import('./report/error.ts');
  const expected = error instanceof MqwardenError ? error : unexpected(error);
  const json = args.some(
    (arg, at) => arg === '--format=json' || (arg === '--format' && args[at + 1] === 'json'),
  );
  const color = shell.color.err && !args.includes('--no-color');
  shell.err(json ? errorAsJson(expected) : errorAsText(expected, color));
  if (wantsDebug(args) && error instanceof Error) shell.err(`${error.stack ?? ''}\n`);
  return 1;
}

/** A bug of ours: one sentence too, with the way to its stack. */
function unexpected(error: unknown): MqwardenError {
  const message = error instanceof Error ? error.message : String(error);
  return new MqwardenError('MQWARDEN_BUG', `this is a bug of mqwarden: ${message}`, {
    hint: 'run it again with --log-level debug, and report what it prints',
    cause: error,
  });
}

function wantsDebug(args: readonly string[]): boolean {
  return args.some(
    (arg, at) => arg === '--log-level=debug' || (arg === '--log-level' && args[at + 1] === 'debug'),
  );
}
