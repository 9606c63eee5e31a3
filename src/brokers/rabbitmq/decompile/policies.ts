import type { JsonObject } from '../../../core/json.ts';
import { type OperatorPolicy, type Policy, policyAddress, type PolicySpec } from '../resources.ts';
import { vhostSchema } from '../schema/environment.ts';
import type { VhostSection } from '../schema.ts';
import type { Concessions } from './concessions.ts';
import { hasHugeInteger, hugeInteger, type Live } from './live.ts';

/** The policies of a vhost as they are, in the words of its section. */

type PolicyKind = (Policy | OperatorPolicy)['kind'];
export type PolicyKey = 'policies' | 'operatorPolicies';

export const policyKinds: Readonly<Record<PolicyKey, PolicyKind>> = {
  policies: 'rabbitmq:policy',
  operatorPolicies: 'rabbitmq:operator-policy',
};

const usual: Readonly<Record<PolicyKey, string>> = { policies: 'all', operatorPolicies: 'queues' };

/** As they are written; what the schema does not take is left out. */
export function policiesIn(live: Live, conceded: Concessions): Partial<Record<PolicyKey, JsonObject>> {
  const keys = Object.keys(policyKinds) as PolicyKey[];
  return Object.fromEntries(
    keys.flatMap((key) => {
      const all = [...live.policies[key]].flatMap(([name, spec]): [string, JsonObject][] => {
        const address = policyAddress(policyKinds[key], live.name, name);
        if (conceded.leaves(address)) return [];
        const section = policySection(spec, usual[key]);
        const problem = hasHugeInteger(spec.definition) ? hugeInteger : problemOf(key, name, section);
        if (problem === undefined) return [[name, section]];
        conceded.leaveOut(address, problem);
        return [];
      });
      return all.length === 0 ? [] : [[key, Object.fromEntries(all)]];
    }),
  );
}

function policySection(
  { pattern, applyTo, priority, definition }: PolicySpec,
  otherwise: string,
): JsonObject {
  return {
    pattern,
    ...(applyTo === otherwise ? {} : { applyTo }),
    ...(priority === 0 ? {} : { priority }),
    definition,
  };
}

function problemOf(key: PolicyKey, name: string, section: JsonObject): string | undefined {
  const parsed = vhostSchema.safeParse({ name: 'any', [key]: { [name]: section } });
  return parsed.success
    ? undefined
    : `the language does not take it: ${parsed.error.issues[0]?.message ?? ''}`;
}

/** As the compiler takes them. */
export function parsedPolicies(
  written: Partial<Record<PolicyKey, JsonObject>>,
): Pick<VhostSection, PolicyKey> {
  const { policies, operatorPolicies } = vhostSchema.parse({ name: 'any', ...written });
  return { policies, operatorPolicies };
}
