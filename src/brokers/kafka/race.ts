import { setTimeout as sleep } from 'node:timers/promises';
import { connectionError, type Failure } from './causes.ts';

type Attempted<Session> = { readonly session: Session } | { readonly failure: Failure };

/** Tries one endpoint, within `timeoutMs`; gives up when `over` says that another one was quicker. */
export type Attempt<Endpoint, Session> = (
  endpoint: Endpoint,
  timeoutMs: number,
  over: AbortSignal,
) => Promise<Attempted<Session>>;

const longestHeadStartMs = 1000;

/**
 * The first endpoint that lets us in, all of them together within `timeoutMs`: brokers that hang must not add up. Each has a
 * head start over the next, so that the first is taken where it is well; a failure lets the next one start at once.
 */
export async function firstOf<Endpoint, Session extends { close(): Promise<void> }>(
  endpoints: readonly Endpoint[],
  timeoutMs: number,
  attempt: Attempt<Endpoint, Session>,
): Promise<Session> {
  const deadline = Date.now() + timeoutMs;
  const headStartMs = Math.min(longestHeadStartMs, timeoutMs / (2 * endpoints.length));
  const over = new AbortController();
  const waiting = [...endpoints.entries()];
  const running = new Map<number, Promise<{ index: number; result: Attempted<Session> }>>();
  const failures = new Map<number, Failure>();
  try {
    while (waiting.length + running.size > 0) {
      const next = waiting.shift();
      if (next !== undefined) {
        const [index, endpoint] = next;
        const trying = attempt(endpoint, Math.max(deadline - Date.now(), 1), over.signal);
        running.set(
          index,
          trying.then((result) => ({ index, result })),
        );
      }
      const headStart = waiting.length === 0 ? [] : [sleep(headStartMs, undefined, { ref: false })];
      const settled = await Promise.race([...running.values(), ...headStart]);
      if (settled === undefined) continue;
      running.delete(settled.index);
      if ('session' in settled.result) return settled.result.session;
      failures.set(settled.index, settled.result.failure);
      if (settled.result.failure.final === true) break;
    }
  } finally {
    over.abort();
    for (const late of running.values()) void late.then(closeLate);
  }
  const inOrder = [...failures].sort(([a], [b]) => a - b);
  throw connectionError(
    inOrder.map(([, failure]) => failure),
    endpoints.length,
  );
}

interface Late {
  readonly result: Attempted<{ close(): Promise<void> }>;
}

/** One that got in just as another was taken. */
async function closeLate({ result }: Late): Promise<void> {
  if ('session' in result) await result.session.close();
}
