import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { cautious, type Decisions } from '../core/decisions.ts';
import { parseDuration } from '../core/duration.ts';
import { UsageError } from '../core/errors.ts';
import type { SessionOptions } from '../operations/session.ts';
import type { Shell } from './shell.ts';

/** The options that plan and apply share. */
export interface Shared {
  readonly env?: string;
  readonly only?: string;
  readonly service?: readonly string[];
  readonly prune?: true;
  readonly allowDataLoss?: readonly string[];
  readonly allowWidening?: readonly string[];
  readonly maxDeletes?: number;
  readonly keepConnections?: true;
  readonly checkCredentials?: true;
  readonly color: boolean;
  readonly logLevel?: string;
  readonly auditLog?: string;
  readonly allowExec?: true;
}

/** How old a snapshot may be, if nothing else is said. */
export const weekMs = 7 * 86_400_000;

const environmentVariable = 'MQWARDEN_ENV';

/** Added to every command. */
export function everywhere(command: Command): Command {
  return command
    .option('--env <name>', 'the environment (default: MQWARDEN_ENV, or the only one)')
    .option('--only <broker>', 'only this broker: rabbitmq or kafka')
    .option('--service <name...>', 'only these services; nothing outside is deleted')
    .option('--no-color', 'no colour, as when NO_COLOR is set')
    .addOption(
      new Option('--log-level <level>', 'what to say on stderr')
        .choices(['error', 'warn', 'info', 'debug'])
        .default('warn'),
    )
    .option('--allow-exec', 'run the commands that the topology names for secrets: exec:COMMAND')
    .option('--audit-log <file>', 'the log of every apply', '.mqwarden/audit.jsonl');
}

/** The decisions that only a person can take: on plan and apply alike, and kept in a saved plan. */
export function decisionOptions(command: Command): Command {
  return command
    .option(
      '--prune',
      'delete what is claimed but not declared, and what is undeclared in a declared vhost or cluster',
    )
    .option(
      '--allow-data-loss <address...>',
      'let go of exactly these queues, topics, exchanges, bindings or settings',
    )
    .option('--allow-widening <address...>', 'remove exactly these DENY rules')
    .option(
      '--max-deletes <percent>',
      'refuse when more of the owned objects of a broker would go (default: 30; counted from 10 objects up)',
      percent,
    )
    .option('--keep-connections', 'do not close the connections of users that lose a right')
    .option(
      '--check-credentials',
      'ask whether the brokers take the stored passwords, and write those again that they do not',
    );
}

function percent(text: string): number {
  const value = Number(text);
  if (!/^\d{1,3}$/.test(text) || value > 100)
    throw new InvalidArgumentError('give a whole number from 0 to 100');
  return value;
}

/** `90s`, `10m`, `7d`: milliseconds. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('write it as 90s, 10m, 12h or 7d');
  return ms;
}

export function decisionsFrom(shared: Shared): Decisions {
  checkAddresses([...(shared.allowDataLoss ?? []), ...(shared.allowWidening ?? [])]);
  return {
    prune: shared.prune ?? cautious.prune,
    allowDataLoss: sorted(shared.allowDataLoss),
    allowWidening: sorted(shared.allowWidening),
    maxDeletes: shared.maxDeletes ?? cautious.maxDeletes,
    keepConnections: shared.keepConnections ?? cautious.keepConnections,
    services: sorted(shared.service),
    ...(shared.checkCredentials === true ? { checkCredentials: true } : {}),
  };
}

/** These options take all words up to the next option: a topology among them is a slip that must not pass. */
function checkAddresses(named: readonly string[]): void {
  const stray = named.find((one) => !/^[a-z][a-z0-9@-]*:[a-z-]+:./.test(one));
  if (stray === undefined) return;
  throw new UsageError(
    `${stray} is not an address such as rabbitmq:queue:production/order.queue.payments`,
    'copy it from the plan; the topology stands before such options, or after another one',
  );
}

/** The flags of decisions that were written out, for those who must not repeat them. */
export function decisionsNamed(shared: Shared): string[] {
  const named = {
    '--prune': shared.prune,
    '--allow-data-loss': shared.allowDataLoss,
    '--allow-widening': shared.allowWidening,
    '--max-deletes': shared.maxDeletes,
    '--keep-connections': shared.keepConnections,
    '--check-credentials': shared.checkCredentials,
    '--service': shared.service,
    '--only': shared.only,
  };
  return Object.entries(named)
    .filter(([, value]) => value !== undefined)
    .map(([flag]) => flag);
}

export function sessionFrom(topology: string | undefined, shared: Shared, shell: Shell): SessionOptions {
  return {
    topology: topology ?? defaultTopology(),
    environment: shared.env ?? nonEmpty(shell.variables[environmentVariable]),
    environmentBy: shared.env === undefined ? `the variable ${environmentVariable}` : undefined,
    only: shared.only,
    variables: shell.variables,
    allowExec: shared.allowExec,
    redaction: shell.redaction,
    progress: progressFor(shared, shell),
  };
}

function progressFor(shared: Shared, shell: Shell): (text: string) => void {
  const spoken = shared.logLevel === 'info' || shared.logLevel === 'debug';
  return spoken ? (text) => shell.err(`${text}\n`) : (text) => shell.progress(text);
}

function defaultTopology(): string {
  const found = ['topology', 'mqwarden.yaml'].find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new UsageError(
    'there is no ./topology and no ./mqwarden.yaml here',
    'go to the folder that it is in, or name the topology file or folder as an argument',
  );
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function sorted(names: readonly string[] | undefined): readonly string[] {
  return [...new Set(names ?? [])].sort();
}
