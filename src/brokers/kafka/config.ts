/** Topic configs in the form in which a broker shows them, so that equal settings are equal text. */

/** Typed as lists whose order means nothing. */
const lists: ReadonlySet<string> = new Set([
  'cleanup.policy',
  'leader.replication.throttled.replicas',
  'follower.replication.throttled.replicas',
]);

/** Typed as a double: the broker shows 1 as `1.0`. */
const doubles: ReadonlySet<string> = new Set(['min.cleanable.dirty.ratio']);

export function canonicalValue(name: string, value: string): string {
  const trimmed = value.trim();
  if (lists.has(name)) return splitList(trimmed).join(',');
  if (doubles.has(name) && trimmed !== '' && !Number.isNaN(Number(trimmed))) return String(Number(trimmed));
  if (/^[+-]?\d+$/.test(trimmed)) return BigInt(trimmed.replace(/^\+/, '')).toString();
  if (/^(?:true|false)$/i.test(trimmed)) return trimmed.toLowerCase();
  return trimmed;
}

export function canonicalConfig(config: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [name, canonicalValue(name, value)]),
  );
}

function splitList(value: string): string[] {
  const items = value.split(',').map((item) => item.trim());
  return [...new Set(items.filter((item) => item !== ''))].sort();
}
