import type { Address } from '../address.ts';
import type { Against } from '../snapshot.ts';
import type { Answer, Reached } from './answers.ts';
import type { Hit } from './blast.ts';
import type { Basis, Verb } from './model.ts';

/** What who-can, access and blast-radius answer: the documents that every format shows. Holds no secret. */

/** Whose rights are told of: those that the topology gives, or those that the brokers know, now or when a snapshot was taken. */
export type Of = 'topology' | 'live' | 'snapshot';

export interface Holder {
  readonly broker: string;
  readonly principal: string;
  readonly is: 'service' | 'administrator' | 'protected' | 'everyone' | 'other';
  /** The service that it is, or was. */
  readonly service?: string | undefined;
}

interface About {
  readonly topology: string;
  readonly environment: string;
  readonly of: Of;
  readonly against?: Against | undefined;
  /** What the answer leaves out, as sentences. */
  readonly notes: readonly string[];
}

export interface WhoCanDocument extends About {
  readonly verb: Verb;
  readonly resource: Address;
  readonly key?: string | undefined;
  /** Whether anything tells of the resource; the answer is for its name in any case. */
  readonly known: boolean;
  readonly answers: readonly (Answer & { readonly holder: Holder })[];
  /** Who could give themselves the right. */
  readonly powers: readonly { readonly holder: Holder; readonly by: string }[];
}

/** What one principal of a service reaches. */
export interface HolderAccess {
  readonly holder: Holder;
  readonly reached: readonly Reached[];
  /** Grants that are for names that there are not yet, too. */
  readonly wide: readonly Basis[];
  readonly power?: string | undefined;
}

export interface AccessDocument extends About {
  readonly service: string;
  readonly suspended: boolean;
  readonly access: readonly HolderAccess[];
}

export interface BlastDocument extends AccessDocument {
  readonly hops: number;
  readonly hits: readonly (Hit & { readonly holder: Holder; readonly from: Holder })[];
}
