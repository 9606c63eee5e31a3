import { type Address, address } from '../../src/core/address.ts';
import type { Compiled, Reading } from '../../src/core/broker.ts';
import type { Ground, Kind } from '../../src/core/kind.ts';
import { cautious } from '../../src/core/decisions.ts';
import { matchesAny } from '../../src/core/glob.ts';
import { assemble, type Plan, type PlanInput } from '../../src/core/plan.ts';
import type { Change, Resource } from '../../src/core/resource.ts';

/** A broker with a box that holds data, a lid that needs its box, and a grant: enough for the planner's own rules. */
export type Box = Resource<'fake:box', { readonly size: number }>;
export type Lid = Resource<'fake:lid', Record<string, never>>;
export type Grant = Resource<'fake:grant', { readonly may: string }>;
export type Thing = Box | Lid | Grant;

export const box = (name: string, size = 1, service?: string): Box => ({
  kind: 'fake:box',
  address: address('fake:box', name),
  service,
  spec: { size },
  because: `owned by ${service ?? 'nobody'}`,
});
export const lid = (name: string, service?: string): Lid => ({
  kind: 'fake:lid',
  address: address('fake:lid', name),
  service,
  spec: {},
});
export const grant = (principal: string, may: string, service?: string): Grant => ({
  kind: 'fake:grant',
  address: address('fake:grant', principal),
  service,
  spec: { may },
});

const principalOf = (at: Address) => decodeURIComponent(at.slice('fake:grant:'.length));

export const kinds: Readonly<Record<string, Kind<Thing>>> = {
  'fake:box': {
    label: 'box',
    order: 1,
    holdsData: true,
    ownership: (live) => ({ fate: live.address.includes('internal') ? 'internal' : 'prunable' }),
    judge: (live, desired) => {
      const [old, wanted] = [live.spec, desired.spec] as [Box['spec'], Box['spec']];
      if (wanted.size === 99) return { is: 'blocked', why: 'boxes are never that large', hint: 'use two' };
      return wanted.size > old.size
        ? { is: 'update', why: 'grows' }
        : { is: 'replace', why: 'cannot shrink' };
    },
    needs: () => [],
    hazard: (change) =>
      change.action === 'delete' || change.action === 'replace'
        ? { needs: 'data-loss', why: 'a box holds things' }
        : undefined,
    phase: (change) => (change.action === 'delete' ? 30 : 1),
    show: (spec) => [['size', String((spec as Box['spec']).size)]],
  },
  'fake:lid': {
    label: 'lid',
    order: 2,
    holdsData: false,
    ownership: () => ({ fate: 'prunable' }),
    judge: () => ({ is: 'update', why: 'never differs' }),
    needs: (one) => [address('fake:box', decodeURIComponent(one.address.slice('fake:lid:'.length)))],
    hazard: (change, view) => {
      const under = address('fake:box', decodeURIComponent(change.address.slice('fake:lid:'.length)));
      return change.action === 'delete' && view.live.has(under) && !view.going.has(under)
        ? { needs: 'data-loss', why: 'leaves its box open' }
        : undefined;
    },
    phase: (change) => (change.action === 'delete' ? 20 : 2),
    show: () => [],
  },
  'fake:grant': {
    label: 'grant',
    order: 3,
    holdsData: false,
    ownership: (live, ground) => {
      const principal = principalOf(live.address);
      const service = ground.principals.get(principal);
      if (service !== undefined) return { fate: 'managed', service };
      if (matchesAny(ground.protected, principal) || principal === ground.admin) return { fate: 'internal' };
      return { fate: matchesAny(ground.claims, principal) ? 'claimed' : 'unmanaged' };
    },
    judge: () => ({ is: 'update', why: 'may differ' }),
    needs: () => [],
    phase: () => 10,
    tiedTo: (change, blocked) =>
      change.action === 'delete' && blocked.has(box('gate').address) ? box('gate').address : undefined,
    after: (change, others) =>
      others
        .filter((other) => other.kind === 'fake:box' && change.kind === 'fake:grant')
        .map((other) => other.address),
    show: (spec) => [['may', (spec as Grant['spec']).may]],
  },
};

export const ground: Ground = {
  principals: new Map([
    ['order', 'order-service'],
    ['pay', 'payment-service'],
  ]),
  claims: ['*-claimed'],
  protected: ['monitor*'],
  admin: 'root',
  containers: new Set(),
};

export const compiled = (...resources: Thing[]): Compiled<Thing> => ({
  resources,
  blocked: [],
  warnings: [],
  principals: ground.principals,
});
export const reading = (...resources: Thing[]): Reading<Thing> => ({ resources, refusals: [], warnings: [] });

export const brief = (changes: readonly Change[]): string[] =>
  changes.map((change) => `${change.action} ${change.address}`);

/** A plan in which nothing changes, but for what is said. */
export const planOf = (over: Partial<PlanInput> = {}): Plan =>
  assemble({
    topology: 'shop',
    topologyDigest: 't',
    environment: 'test',
    createdAt: new Date(0),
    decisions: cautious,
    brokers: new Map(),
    ...over,
  });
