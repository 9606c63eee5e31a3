import type { AccessChange } from '../../core/access/gains.ts';
import type { Hit } from '../../core/access/blast.ts';
import type { Address } from '../../core/address.ts';
import type { Refusal, Warning } from '../../core/broker.ts';
import type { Finding } from '../../core/finding.ts';
import type { Holder } from '../../core/access/documents.ts';
import type { Change } from '../../core/resource.ts';
import type { Ages } from '../../core/rotation/ages.ts';

/** All that the page shows, as data: it holds no secret. Names in it are whatever somebody called things: never markup. */
export interface PageModel {
  readonly topology: string;
  readonly environment: string;
  readonly production: boolean;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Of mqwarden. */
  readonly version: string;
  /** Whether the map shows what the topology gives or what the live brokers know. */
  readonly of: 'topology' | 'live';
  readonly brokers: readonly { readonly name: string; readonly title: string }[];
  readonly nodes: readonly PageNode[];
  readonly edges: readonly PageEdge[];
  readonly access: readonly PageAccess[];
  /** By service. */
  readonly blast: Part<readonly PageBlast[]>;
  readonly checklist: Part<readonly Finding[]>;
  readonly lint: Part<readonly Finding[]>;
  readonly drift: Part<PageDrift>;
  readonly ages: Part<Ages>;
  /** What the page leaves out, as sentences. */
  readonly notes: readonly string[];
}

/** What was asked, or why it was not. */
export type Part<T> =
  { readonly is: 'told'; readonly value: T } | { readonly is: 'left'; readonly why: string };

/** A service, another principal, or a thing that messages pass. */
export interface PageNode {
  /** Begins with its kind: the address of a thing; `service:NAME` of a service, which has one node for all brokers; `principal:BROKER/NAME` of whoever else there is. */
  readonly id: string;
  /** `service`, `principal`, or the kind of the address: `rabbitmq:queue`. */
  readonly kind: string;
  /** The last part of the address, as a person writes it. */
  readonly label: string;
  /** Where it is: the vhost, the cluster; empty where there is only one place. */
  readonly place: string;
  /** Absent for services. */
  readonly broker?: string;
  /** Of a service: who answers for it; of a thing: the service that it belongs to. */
  readonly owner?: string;
  readonly suspended?: true;
  /** Of a principal: what it is, if no service. */
  readonly is?: Exclude<Holder['is'], 'service'>;
  /** Of whoever could give themselves any right: by what. */
  readonly power?: string;
  /** Of whoever has grants that are for names that there are not yet, too. */
  readonly wide?: readonly string[];
}

export interface PageEdge {
  readonly from: string;
  readonly to: string;
  /** `writes` and `reads` go the way of the messages; `flows`: by a binding, an alternate exchange or dead letters. */
  readonly is: 'writes' | 'reads' | 'flows';
  /** In the broker's words, of whoever writes or reads. */
  readonly right?: string;
  /** The routing keys, the binding, the group: what a person reads on it. */
  readonly says: string;
  /** Cannot be told for sure: by which doubt. */
  readonly doubt?: string;
}

/** A row of the matrix has one entry for each thing that is reached. */
export interface PageAccess {
  /** The id of the service's or principal's node. */
  readonly who: string;
  readonly holder: Holder;
  readonly at: Address;
  /** In the broker's words: `read`, `write`, `configure`; `READ`, `WRITE`. */
  readonly rights: readonly {
    readonly right: string;
    readonly may: 'yes' | 'perhaps';
    readonly keys?: string;
  }[];
}

export interface PageBlast {
  /** The id of the node, and its label. */
  readonly who: string;
  readonly service: string;
  /** Of the ways to hit somebody alike, the surest; `ways` is how many there are, where more than one. */
  readonly hits: readonly (Hit & { readonly holder: Holder; readonly ways?: number })[];
  /** Grants that are for names that there are not yet, too. */
  readonly wide: readonly string[];
}

/** What a plan would change, before any decision is taken. */
export interface PageDrift {
  readonly changes: readonly Change[];
  readonly blocked: readonly Refusal[];
  readonly unmanaged: readonly { readonly address: Address; readonly claimed: boolean }[];
  readonly warnings: readonly Warning[];
  readonly access: readonly AccessChange[];
}
