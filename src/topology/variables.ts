import { append } from '../core/append.ts';
import type { Data } from './document.ts';
import type { Issue } from './issues.ts';
import type { Path } from './places.ts';
import type { BrokerSections } from './schema.ts';

/**
 * `${MQWARDEN_X}` and `${MQWARDEN_X:-default}`, in endpoints and nowhere else, and no other variable: a changed file must
 * not be able to send the value of `$VAULT_TOKEN` to a host of its own.
 */
export type Variables = Readonly<Record<string, string | undefined>>;

const use = /\$\{(?<name>[^}:]*)(?<fallback>:-[^{}]*)?\}/g;
const hint = 'only ${MQWARDEN_X} and ${MQWARDEN_X:-default} can be used, and only in the endpoints of an environment';

export interface Substituted {
  readonly data: Data;
  readonly issues: readonly Issue[];
  /** Variables without a value or default: an error only for the environment that is asked for. */
  readonly unset: readonly Issue[];
}

/** An environment with the variables of its endpoints filled in; the issues name the variable, never its value. */
export function substitute(environment: Data, brokers: readonly BrokerSections[], variables: Variables): Substituted {
  const issues: Issue[] = [];
  const unset: Issue[] = [];
  const endpoints = new Map(brokers.map(({ name, schema }) => [name, new Set(schema.endpointKeys)]));
  const isEndpoint = ([broker, key]: Path) => endpoints.get(String(broker))?.has(String(key)) === true;
  const visit = (data: Data, path: Path): Data => {
    if (typeof data === 'string') {
      if (isEndpoint(path) && path.length <= 3) return expand(data, path, variables, { issues, unset });
      append(issues, stray(data, path));
      return data;
    }
    return mapInside(data, path, visit, issues);
  };
  return { data: visit(environment, []), issues, unset };
}

/** For a service, which has no endpoints: every variable in it is a mistake. */
export function strayVariables(data: Data): readonly Issue[] {
  const issues: Issue[] = [];
  const visit = (inner: Data, path: Path): Data => {
    if (typeof inner !== 'string') return mapInside(inner, path, visit, issues);
    append(issues, stray(inner, path));
    return inner;
  };
  visit(data, []);
  return issues;
}

function mapInside(data: Data, path: Path, visit: (data: Data, path: Path) => Data, issues: Issue[]): Data {
  if (typeof data !== 'object' || data === null) return data;
  if (isList(data)) return data.map((item, index) => visit(item, [...path, index]));
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => {
      append(issues, stray(key, [...path, key]).map((issue) => ({ ...issue, atKey: true })));
      return [key, visit(value, [...path, key])];
    }),
  );
}

function isList(data: object): data is readonly Data[] {
  return Array.isArray(data);
}

function stray(text: string, path: Path): readonly Issue[] {
  return text.includes('${MQWARDEN_') ? [{ path, message: 'a variable cannot be used here', hint }] : [];
}

interface Found {
  readonly issues: Issue[];
  readonly unset: Issue[];
}

function expand(text: string, path: Path, variables: Variables, { issues, unset }: Found): string {
  const before = issues.length + unset.length;
  const expanded = text.replace(use, (whole, name: string, fallback: string | undefined) => {
    if (!/^MQWARDEN_[A-Z0-9_]+$/.test(name)) {
      issues.push({ path, message: `the variable ${JSON.stringify(name)} cannot be used in a topology`, hint });
      return whole;
    }
    const value = variables[name];
    if (value !== undefined && value !== '') return value;
    if (fallback !== undefined) return fallback.slice(2);
    const remedy = `set it, or give a default: \${${name}:-default}`;
    unset.push({ path, message: `the variable ${name} is not set`, hint: remedy });
    return whole;
  });
  if (issues.length + unset.length === before && text.replace(use, '').includes('${')) {
    issues.push({ path, message: 'a "${" begins no variable', hint });
  }
  return expanded;
}
