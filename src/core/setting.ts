/** `usual` marks a value that nobody needs to be told of when a thing is made or goes; a change of it is always shown. */
export type Setting = readonly [label: string, value: string, usual?: 'usual' | undefined];

/** One line of a spec for a person to read; `usual` is the value that goes without saying. */
export function setting(label: string, value: string, usual = '-'): Setting {
  return [label, value, value === usual ? 'usual' : undefined];
}
