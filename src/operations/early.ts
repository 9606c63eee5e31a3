import type { Reading } from '../core/broker.ts';
import type { Resource } from '../core/resource.ts';
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

export function readEarly(session: Session): Early {
  const live = liveSource(session);
  const begun = new Map<string, Promise<Reading<Resource>>>();
  return {
    begin: (site) => {
      const reading = live.read(site);
      // Told by the plan that asks for it, if one comes to that.
      reading.catch(() => undefined);
      begun.set(site.broker.name, reading);
    },
    forget: () => begun.clear(),
    source: { ...live, read: (site) => begun.get(site.broker.name) ?? live.read(site) },
  };
}
