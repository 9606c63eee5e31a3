import type { Shape, Use } from '../core/broker.ts';

/** TypeScript of what a service may do: generated from the topology, read by its compiler. Pure. */

export interface Documented {
  readonly topology: string;
  readonly service: string;
  readonly environment: string;
  /** By broker, in the order of the registry, or by broker and vhost. */
  readonly places: ReadonlyMap<string, readonly Use[]>;
}

/** Every broker's intents, also where the service has none: what is not there is `never` used. */
const intents: readonly string[] = ['publishes', 'sends', 'consumes', 'produces'];

export function typesOf({ topology, service, environment, places }: Documented): string {
  const sections = [...places].map(([place, uses]) => `  ${property(place)}: {\n${lines(uses)}  };\n`);
  return `${[
    `/** What ${comment(service)} does in ${comment(topology)}, as environment ${comment(environment)} names it. */`,
    '/** Written by `mqwarden types`: change the topology instead. */',
    `export type ${typeName(service)} = {`,
  ].join('\n')}\n${sections.join('')}};\n`;
}

function lines(uses: readonly Use[]): string {
  return intents
    .map((intent) => {
      const names = new Map<string, Set<string>>();
      for (const use of uses.filter(({ does }) => does === intent)) {
        const values = names.get(key(use.name)) ?? new Set();
        for (const value of use.with ?? [['', '']]) values.add(literal(value));
        names.set(key(use.name), values);
      }
      const entries = [...names].map(([name, values]) => `      ${name}: ${union(values)};\n`);
      return entries.length === 0
        ? `    ${intent}: Record<never, never>;\n`
        : `    ${intent}: {\n${entries.join('')}    };\n`;
    })
    .join('');
}

function union(values: ReadonlySet<string>): string {
  // Whatever else there is is in it.
  return values.has('string') ? 'string' : [...values].sort().join(' | ');
}

function property(place: string): string {
  return /^\w+$/.test(place) ? place : literal([place]);
}

/** A name of its own, or all that begin alike. */
function key(shape: Shape): string {
  const text = literal(shape);
  return shape.length === 1 ? text : `[name: ${text}]`;
}

function literal(shape: Shape): string {
  const [only = ''] = shape;
  if (shape.length === 1)
    return `'${JSON.stringify(only).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  if (shape.every((piece) => piece === '')) return 'string';
  // What a template literal would read as its own.
  const escaped = shape.map((piece) =>
    JSON.stringify(piece)
      .slice(1, -1)
      .replaceAll('\\"', '"')
      .replace(/`|\$\{/g, '\\$&'),
  );
  return `\`${escaped.join('${string}')}\``;
}

/** `order-service` to `OrderService`. */
function typeName(service: string): string {
  const words = service.split(/[^\p{ID_Continue}]+/u).filter((word) => word !== '');
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^\p{ID_Start}/u.test(name) ? name : `Service${name}`;
}

function comment(text: string): string {
  return text.replaceAll('*/', '* /').replace(/\p{Cc}/gu, ' ');
}
