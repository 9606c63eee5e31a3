import { whyOf } from '../files/why.ts';
import { Redaction } from '../secrets/redact.ts';

/** Where a command reads and writes; the real one is the process, and everything written passes the redaction. */
export interface Shell {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly redaction: Redaction;
  /** Data, for scripts. */
  out(text: string): void;
  /** Data that passed the redaction before it was put into this form. */
  clean(text: string): void;
  /** Everything else. */
  err(text: string): void;
  /** A line that the next one replaces; on a terminal only. */
  progress(text: string): void;
  /** Clears the progress line. */
  settled(): void;
  readonly color: { readonly out: boolean; readonly err: boolean };
  readonly interactive: boolean;
  /** Asks a person; only `yes` is a yes. */
  ask(question: string): Promise<boolean>;
}

/** A progress line appears only when a command takes longer than this. */
const patienceMs = 400;

export function processShell(): Shell {
  const redaction = new Redaction();
  const { stdout, stderr, env } = process;
  redactEverything(stderr, redaction);
  for (const stream of [stdout, stderr]) stream.on('error', unheard());
  const live = stderr.isTTY && env['TERM'] !== 'dumb';
  const since = performance.now();
  let shown = false;
  const clear = (): void => {
    if (shown) stderr.write('\r\u001b[K');
    shown = false;
  };
  return {
    variables: env,
    redaction,
    out: (text) => {
      clear();
      stdout.write(redaction.redact(text));
    },
    clean: (text) => {
      clear();
      stdout.write(text);
    },
    err: (text) => {
      clear();
      stderr.write(text);
    },
    progress: (text) => {
      if (!live || performance.now() - since < patienceMs) return;
      // Before it is cut: half a secret would pass.
      stderr.write(`\r\u001b[K${redaction.redact(text).slice(0, stderr.columns - 1)}`);
      shown = true;
    },
    settled: clear,
    color: { out: mayColor(stdout.isTTY, env), err: mayColor(stderr.isTTY, env) },
    interactive: process.stdin.isTTY && stderr.isTTY,
    ask,
  };
}

/** Node.js itself writes there, too: warnings, and with NODE_DEBUG whole requests with their headers, and keys. */
function redactEverything(stream: NodeJS.WriteStream, redaction: Redaction): void {
  const write = stream.write.bind(stream) as (chunk: string | Uint8Array, ...rest: unknown[]) => boolean;
  stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) =>
    write(typeof chunk === 'string' ? redaction.redact(chunk) : chunk, ...rest);
}

/**
 * `| head` closes the pipe, or the disk is full: what is being written to a broker goes on to its end, with nobody to tell. Whoever
 * left wanted no more; whoever could not be told must not take it for success.
 */
function unheard(): (error: NodeJS.ErrnoException) => void {
  let told = false;
  return (error) => {
    if (error.code === 'EPIPE' || told) return;
    told = true;
    process.once('exit', (code) => (process.exitCode = code === 0 ? 1 : code));
    process.stderr.write(`error the output cannot be written (${whyOf(error)})\n`);
  };
}

function mayColor(isTerminal: boolean, variables: Shell['variables']): boolean {
  return isTerminal && (variables['NO_COLOR'] ?? '') === '' && variables['TERM'] !== 'dumb';
}

async function ask(question: string): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = lines.question(`${question} Only 'yes' goes on: `);
    // Ctrl-C and Ctrl-D close the line without an answer: that is a no.
    const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    return (await Promise.race([answer, closed])).trim() === 'yes';
  } finally {
    lines.close();
  }
}

/** The first Ctrl-C lets the writes that are under way end and says what was not done; the second ends it at once. */
export function stopOnInterrupt(controller: AbortController, shell: Shell): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      shell.err('Stopping: what is under way is finished first. Once more ends it at once.\n');
      controller.abort();
    });
  }
}
