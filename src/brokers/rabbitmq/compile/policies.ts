import type { Position } from '../../../core/errors.ts';
import { type OperatorPolicy, type Policy, policyAddress } from '../resources.ts';
import type { PolicySection, VhostSection } from '../schema.ts';
import type { Path, RabbitLandscape } from './landscape.ts';

/** The policies of a vhost: the environment's, not a service's. */
export interface PlacedPolicy {
  readonly kind: (Policy | OperatorPolicy)['kind'];
  readonly name: string;
  readonly section: PolicySection;
  /** Where a setting of its definition stands. */
  locate(setting: string): Position;
}

export function policiesOf(
  environment: RabbitLandscape['environment'],
  section: VhostSection,
  path: Path,
): PlacedPolicy[] {
  const placed = (
    kind: PlacedPolicy['kind'],
    key: string,
    policies: Readonly<Record<string, PolicySection>> = {},
  ): PlacedPolicy[] =>
    Object.entries(policies).map(([name, policy]) => ({
      kind,
      name,
      section: policy,
      locate: (setting) => environment.locate([...path, key, name, 'definition', setting]),
    }));
  return [
    ...placed('rabbitmq:policy', 'policies', section.policies),
    ...placed('rabbitmq:operator-policy', 'operatorPolicies', section.operatorPolicies),
  ];
}

export function policyResource(
  vhost: string,
  { kind, name, section }: PlacedPolicy,
): Policy | OperatorPolicy {
  const { pattern, applyTo, priority, definition } = section;
  return {
    kind,
    address: policyAddress(kind, vhost, name),
    because: `for what ${pattern} matches`,
    spec: { pattern, applyTo, priority, definition },
  };
}
