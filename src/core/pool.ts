/** How much of one kind goes on at once, where no broker says otherwise: files, hashes. */
export const lanes = 16;

/** Runs `work` over all items, `width` at a time, in their order. Rejects with the first rejection, after all have ended. */
export async function inPool<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const lane = async () => {
    for (const item of waiting) await work(item);
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, lane));
  const broken = ended.find((one) => one.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
}

/** Lets so many go on at once; the others wait for their turn, in their order. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

export function gate(width: number): Gate {
  let free = width;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((enter) => waiting.push(enter));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
