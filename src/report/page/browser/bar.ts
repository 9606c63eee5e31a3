import { hashOf, placeOf } from './place.ts';

/** The address of the page, as its parts read and write it. */
export interface Bar {
  get(name: string): string;
  /** `step`: Back goes back to what was before; `aside`: it is only there to be passed on. */
  set(values: Readonly<Record<string, string>>, how: 'step' | 'aside'): void;
  /** Told when somebody comes to another place: by Back, by a link, by typing. */
  listen(heard: () => void): void;
}

/** Browsers refuse an address that changes with each letter. */
const pauseMs = 200;

export function addressBar(): Bar {
  let place = placeOf(location.hash) ?? new Map<string, string>();
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const heard: (() => void)[] = [];
  const come = () => {
    const there = placeOf(location.hash);
    if (there === undefined || hashOf(there) === hashOf(place)) return;
    clearTimeout(waiting);
    place = there;
    for (const hear of heard) hear();
  };
  window.addEventListener('popstate', come);
  window.addEventListener('hashchange', come);
  return {
    get: (name) => place.get(name) ?? '',
    listen: (hear) => heard.push(hear),
    set: (values, how) => {
      const after = new Map([...place, ...Object.entries(values)].filter(([, value]) => value !== ''));
      for (const [name, value] of Object.entries(values)) if (value === '') after.delete(name);
      const isSame = hashOf(after) === hashOf(place);
      place = after;
      if (isSame) return;
      clearTimeout(waiting);
      const hash = hashOf(after);
      if (how === 'step') history.pushState(undefined, '', hash);
      else waiting = setTimeout(() => history.replaceState(undefined, '', hash), pauseMs);
    },
  };
}
