import type { Against } from './snapshot.ts';
import type { AccessChange } from './access/gains.ts';
import type { Address } from './address.ts';
import type { Refusal, Warning } from './broker.ts';
import type { Decisions } from './decisions.ts';
import { digest } from './json.ts';
import type { Change, Resource } from './resource.ts';

export interface Summary {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly blocked: number;
  readonly unmanaged: number;
}

/** What one broker contributes to a plan. */
export interface BrokerPlan<R extends Resource = Resource> {
  readonly changes: readonly Change<R>[];
  readonly blocked: readonly Refusal[];
  readonly unmanaged: readonly { readonly address: Address; readonly claimed: boolean }[];
  readonly warnings: readonly Warning[];
  readonly owned: readonly R[];
  /** Who gains or loses access by the changes. */
  readonly access?: readonly AccessChange[];
  /** What could not be told, as sentences. */
  readonly unknown?: readonly string[];
}

/** The document of `plan --format json` and `--out`: see the contract in docs/commands.md. Holds no secret. */
export interface Plan {
  readonly version: 1;
  readonly topology: string;
  readonly environment: string;
  /** Over everything below but `createdAt`, warnings and costs: equal digests mean the same approval. */
  readonly digest: string;
  /** Over the whole document but itself: an edit of a warning or a cost is seen too. No signature: whoever edits can seal anew. */
  readonly seal: string;
  readonly createdAt: string;
  readonly decisions: Decisions;
  /** The brokers planned for. */
  readonly brokers: readonly string[];
  readonly digests: { readonly topology: string; readonly live: string };
  readonly changes: readonly Change[];
  readonly blocked: readonly Refusal[];
  readonly unmanaged: readonly { readonly address: Address; readonly claimed: boolean }[];
  readonly warnings: readonly Warning[];
  readonly summary: Summary;
  /** Who gains or loses access by the changes: what follows from them, so part of no digest. Absent where nobody does. */
  readonly access?: readonly AccessChange[];
  /** Absent where live brokers were read. */
  readonly against?: Against;
  /** What this plan could not tell, as sentences; absent where it tells all. */
  readonly unknown?: readonly string[];
}

export interface PlanInput {
  readonly topology: string;
  readonly topologyDigest: string;
  readonly environment: string;
  readonly createdAt: Date;
  readonly decisions: Decisions;
  readonly brokers: ReadonlyMap<string, BrokerPlan>;
  /** Beyond what each broker warns of. */
  readonly warnings?: readonly Warning[];
  readonly against?: Against | undefined;
  /** Beyond what each broker could not tell. */
  readonly unknown?: readonly string[];
}

/** Joins what each broker contributes. Pure: the clock's reading is passed in. */
export function assemble(input: PlanInput): Plan {
  const parts = [...input.brokers.values()];
  const changes = parts.flatMap((part) => part.changes);
  const blocked = parts.flatMap((part) => part.blocked);
  const unmanaged = parts.flatMap((part) => part.unmanaged);
  const access = parts.flatMap((part) => part.access ?? []);
  const live = digest(parts.flatMap((part) => part.owned.map((one) => [one.address, one.spec])));
  const body = {
    version: 1 as const,
    topology: input.topology,
    environment: input.environment,
    decisions: input.decisions,
    brokers: [...input.brokers.keys()],
    digests: { topology: input.topologyDigest, live },
    changes,
    blocked,
    unmanaged,
    warnings: [...(input.warnings ?? []), ...parts.flatMap((part) => part.warnings)],
    summary: summarize(changes, blocked.length, unmanaged.length),
    ...(access.length === 0 ? {} : { access }),
    ...notLive(input, parts),
  };
  const { version, topology, environment, ...rest } = body;
  const approval = planDigest(body);
  const createdAt = input.createdAt.toISOString();
  const seal = sealOf({ ...body, digest: approval, createdAt });
  return { version, topology, environment, digest: approval, createdAt, seal, ...rest };
}

/** What `seal` must be in a plan that nobody has edited. */
export function sealOf(plan: Omit<Plan, 'seal'>): string {
  return digest({ ...plan, seal: undefined });
}

function notLive(input: PlanInput, parts: readonly BrokerPlan[]): Pick<Plan, 'against' | 'unknown'> {
  const unknown = [...(input.unknown ?? []), ...parts.flatMap((part) => part.unknown ?? [])];
  return {
    ...(input.against === undefined ? {} : { against: input.against }),
    ...(unknown.length === 0 ? {} : { unknown }),
  };
}

/** The digest that an approval is about. Unmanaged things, warnings and costs may move without a new approval. */
export function planDigest(plan: Omit<Plan, 'digest' | 'seal' | 'createdAt'>): string {
  const { version, topology, environment, decisions, brokers, digests } = plan;
  const changes = plan.changes.map((change) => ({ ...change, cost: undefined }));
  const blocked = plan.blocked.map((refusal) => ({ ...refusal, cost: undefined }));
  return digest({ version, topology, environment, decisions, brokers, digests, changes, blocked });
}

function summarize(changes: readonly Change[], blocked: number, unmanaged: number): Summary {
  const count = (action: Change['action']) => changes.filter((change) => change.action === action).length;
  return {
    create: count('create'),
    update: count('update'),
    replace: count('replace'),
    delete: count('delete'),
    blocked,
    unmanaged,
  };
}

/** Why a saved plan no longer stands for what would be done now, or undefined if it does. */
export function staleness(saved: Plan, fresh: Plan): string | undefined {
  if (saved.digest === fresh.digest) return undefined;
  if (saved.topology !== fresh.topology || saved.environment !== fresh.environment) {
    return `it was made for ${saved.topology}, environment ${saved.environment}`;
  }
  if (saved.digests.topology !== fresh.digests.topology) return 'the topology has changed since it was made';
  if (saved.digests.live !== fresh.digests.live) return 'the brokers have changed since it was made';
  return 'the changes that it lists are no longer those that would be made';
}
