import { durationText } from '../../core/duration.ts';
import type { Mode } from '../../core/rotation/words.ts';

/** How long a session goes on before it must log in again: for all listeners, or with a prefix for one of them. */
export const setting = 'connections.max.reauth.ms';

/** What a rotation leaves, by the values that the brokers have; 0 is for ever. Pure. */
export function remainder(mode: Mode, values: readonly number[] | undefined): string {
  const what =
    mode === 'dual'
      ? 'a session that was opened with the old credential stays open, without any right,'
      : 'a session that was opened with the old password keeps its rights';
  return `${what} ${untilWhen(values)}: Kafka neither shows nor ends sessions`;
}

function untilWhen(values: readonly number[] | undefined): string {
  if (values === undefined || values.length === 0)
    return `for as long as ${setting} of the brokers says, which could not be read`;
  const bounded = values.filter((one) => one > 0);
  const bound = `for up to ${durationText(Math.max(0, ...bounded))}`;
  if (bounded.length === values.length) return `${bound} (${setting} of the brokers)`;
  if (bounded.length === 0)
    return `until they end by themselves: ${setting} is 0 on the brokers, so that none has to log in again`;
  return `${bound} where ${setting} says so, and where it is 0, on other listeners or brokers, until it ends by itself`;
}
