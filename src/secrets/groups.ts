/** Processes that lead a group of their own, so that a Ctrl-C on the terminal does not reach them: they end with this one all the same. */
const groups = new Set<{ readonly pid: number | undefined }>();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface Group {
  /** The process that leads it. */
  lead(pid: number | undefined): void;
  /** It has ended by itself. */
  over(): void;
}

/** Asked for before the process is started: it may run, and this one be ended, before its number is known here. */
export function groupOfOurs(): Group {
  if (groups.size === 0) watch();
  const group = { pid: undefined as number | undefined };
  groups.add(group);
  return {
    lead: (pid) => {
      group.pid = pid;
    },
    over: () => {
      if (groups.delete(group) && groups.size === 0) unwatch();
    },
  };
}

export function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function endAll(): void {
  for (const { pid } of groups) endGroup(pid);
}

/** Who listens to a signal is not ended by it: that is left to whoever else listens, and where nobody does, done again without us. */
function onSignal(signal: NodeJS.Signals): void {
  const alone = process.listenerCount(signal) === 1;
  endAll();
  if (!alone) return;
  unwatch();
  process.kill(process.pid, signal);
}

function watch(): void {
  process.on('exit', endAll);
  // First of all, while those who listen once are counted still.
  for (const signal of signals) process.prependListener(signal, onSignal);
}

function unwatch(): void {
  process.off('exit', endAll);
  for (const signal of signals) process.off(signal, onSignal);
}
