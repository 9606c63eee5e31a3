import type { Reading } from '../core/broker.ts';
import type { Resource } from '../core/resource.ts';
import { inSameGenerations, knowledgeOf, withKnown } from './generations.ts';
import type { Session, Site } from './session.ts';
import { liveSource, type Source } from './source.ts';

/** Readings that begin while locks are still being taken: each when nobody else can get the lock of its broker any more. */
export interface Early extends Begun {
  /** For one plan, once all locks are held. What was not begun, or was forgotten, is read then. */
  readonly source: Source;
}

export interface Begun {
  /** What was read of this broker before counts no more. */
  begin(site: Site): void;
  /** A lock has to be waited for, maybe for minutes: what was read before that would be old. */
  forget(): void;
}

/** For who reads when the locks are held. */
export const notEarly: Begun = { begin: () => undefined, forget: () => undefined };

interface EarlyReading {
  /** With the generations that it was read for. */
  readonly site: Site;
  readonly reading: Reading<Resource>;
}

export function readEarly(session: Session): Early {
  const live = liveSource(session);
  const begun = new Map<string, Promise<EarlyReading>>();
  const read = async (site: Site): Promise<EarlyReading> => {
    const known = withKnown(site, await knowledgeOf(live, site));
    return { site: known, reading: await live.read(known) };
  };
  return {
    begin: (site) => {
      const reading = read(site);
      // Told by the plan that asks for it, if one comes to that.
      reading.catch(() => undefined);
      begun.set(site.broker.name, reading);
    },
    forget: () => begun.clear(),
    source: {
      ...live,
      // Once: who asks again has found that what was read does not fit.
      read: async (site) => {
        const first = begun.get(site.broker.name);
        begun.delete(site.broker.name);
        const early = await first;
        return early !== undefined && inSameGenerations(early.site, site) ? early.reading : live.read(site);
      },
    },
  };
}
