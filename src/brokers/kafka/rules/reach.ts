import type { AclSpec } from '../resources.ts';
import type { KafkaSite } from './rule.ts';

const known = new WeakMap<KafkaSite, Map<string, (topic: string) => readonly string[]>>();

/** Who is allowed an operation on topics by their names, as services; told in a time that does not grow with the ACLs of others. */
export function allowedOn(site: KafkaSite, operation: string): (topic: string) => readonly string[] {
  const before = known.get(site) ?? new Map<string, (topic: string) => readonly string[]>();
  known.set(site, before);
  const found = before.get(operation) ?? allowedBy(site, operation);
  before.set(operation, found);
  return found;
}

function allowedBy({ resources }: KafkaSite, operation: string): (topic: string) => readonly string[] {
  const literal = new Map<string, string[]>();
  const wide: { readonly spec: AclSpec; readonly service: string }[] = [];
  for (const one of resources) {
    if (one.kind !== 'kafka:acl' || one.spec.resource !== 'topic' || one.spec.permission !== 'allow')
      continue;
    const { spec, service = '' } = one;
    if (spec.operation !== operation && spec.operation !== 'all') continue;
    if (spec.pattern === 'literal' && spec.name !== '*') push(literal, spec.name, service);
    else wide.push({ spec, service });
  }
  return (topic) => [
    ...(literal.get(topic) ?? []),
    ...wide
      .filter(({ spec }) => spec.name === '*' || topic.startsWith(spec.name))
      .map(({ service }) => service),
  ];
}

function push(into: Map<string, string[]>, name: string, service: string): void {
  const known = into.get(name);
  if (known === undefined) into.set(name, [service]);
  else known.push(service);
}
