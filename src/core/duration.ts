const units = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** From which ages on a credential is due, and overdue, unless somebody says otherwise. */
export const usualAges = { due: '30d', overdue: '90d' } as const;

/** `7d`, `12h`, `30m`, `45s`, `500ms` in milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,9})(ms|[smhd])$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  return Math.round(Number(number) * units[unit as keyof typeof units] * 1000);
}

/** `3 d`, `2 h`, `5 min`, `20 s`: the largest whole unit. */
export function durationText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds >= 2 * units.d) return `${Math.floor(seconds / units.d)} d`;
  if (seconds >= 2 * units.h) return `${Math.floor(seconds / units.h)} h`;
  if (seconds >= 2 * units.m) return `${Math.floor(seconds / units.m)} min`;
  return `${seconds} s`;
}
