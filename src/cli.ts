import { Command, CommanderError } from 'commander';
import { accessCommand, blastRadiusCommand, whoCanCommand } from './commands/access.ts';
import { applyCommand } from './commands/apply.ts';
import { auditCommand } from './commands/audit.ts';
import { credentialsCommand } from './commands/credentials.ts';
import { explainCommand } from './commands/explain.ts';
import { importCommand } from './commands/import.ts';
import { lintCommand } from './commands/lint.ts';
import { planCommand } from './commands/plan.ts';
import { reportCommand } from './commands/report.ts';
import { rotateCommand } from './commands/rotate.ts';
import { showCommand } from './commands/show.ts';
import { snapshotCommand } from './commands/snapshot.ts';
import { typesCommand } from './commands/types.ts';
import { verifyCommand } from './commands/verify.ts';
import { processShell, type Shell } from './commands/shell.ts';
import { messageOf, MqwardenError, UsageError } from './core/errors.ts';
import { version } from './version.ts';

/** Runs one command and returns its exit code. Never throws: an error becomes a sentence on stderr and exit 1. */
export async function main(args: readonly string[]): Promise<number> {
  const shell = processShell();
  let code = 0;
  const program = makeProgram(args, shell, (exit) => (code = exit));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return await failed(error, args, shell);
  }
}

/** All commands with their options; `done` receives the exit code of the one that runs. */
export function makeProgram(args: readonly string[], shell: Shell, done: (code: number) => void): Command {
  const program = new Command('mqwarden')
    .description('Least-privilege security for RabbitMQ and Kafka from one declarative topology.')
    .version(version)
    .showHelpAfterError('(--help shows examples)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => shell.out(text),
      writeErr: (text) => {
        if (!wantsJson(args)) shell.err(text);
      },
    })
    .addHelpText('after', '\nExamples:\n  mqwarden plan --env staging\n  mqwarden apply --env staging');
  for (const register of [
    lintCommand,
    explainCommand,
    importCommand,
    planCommand,
    applyCommand,
    rotateCommand,
    credentialsCommand,
    verifyCommand,
    auditCommand,
    whoCanCommand,
    accessCommand,
    blastRadiusCommand,
    reportCommand,
    showCommand,
    snapshotCommand,
    typesCommand,
  ])
    register(program, shell, done);
  return program;
}

async function failed(error: unknown, args: readonly string[], shell: Shell): Promise<number> {
  shell.settled();
  const json = wantsJson(args);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // Commander has said it already, in words.
    if (!json) return 1;
  }
  const { errorAsJson, errorAsText } = await import('./report/error.ts');
  const expected = expectedError(error);
  const color = shell.color.err && !args.includes('--no-color');
  shell.err(json ? errorAsJson(expected) : errorAsText(expected, color));
  if (wantsDebug(args) && error instanceof Error) shell.err(`${error.stack ?? ''}\n`);
  return 1;
}

/** Anything unexpected is a bug of ours: one sentence too, with the way to its stack. */
function expectedError(error: unknown): MqwardenError {
  if (error instanceof MqwardenError) return error;
  const message = messageOf(error);
  if (error instanceof CommanderError) return new UsageError(message.replace(/^error: /, ''), 'see --help');
  return new MqwardenError('MQWARDEN_BUG', `this is a bug of mqwarden: ${message}`, {
    hint: 'run it again with --log-level debug, and report what it prints',
    cause: error,
  });
}

function wantsJson(args: readonly string[]): boolean {
  return args.some((arg, at) => arg === '--format=json' || (arg === '--format' && args[at + 1] === 'json'));
}

function wantsDebug(args: readonly string[]): boolean {
  return args.some(
    (arg, at) => arg === '--log-level=debug' || (arg === '--log-level' && args[at + 1] === 'debug'),
  );
}
