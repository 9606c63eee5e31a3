/** What a person decided on the command line. Part of a saved plan. */
export interface Decisions {
  readonly prune: boolean;
  readonly allowDataLoss: readonly string[];
  readonly allowWidening: readonly string[];
  /** Percent of the owned live objects of a broker that one apply may delete. */
  readonly maxDeletes: number;
  readonly keepConnections: boolean;
  /** Only these services; empty for all. Nothing outside is deleted. */
  readonly services: readonly string[];
  /** Whether the broker takes the stored passwords is asked, and where it does not they are written again. */
  readonly checkCredentials?: true | undefined;
}

/** What a person who decided nothing decided: nothing is pruned, lost or widened. */
export const cautious: Decisions = {
  prune: false,
  allowDataLoss: [],
  allowWidening: [],
  maxDeletes: 30,
  keepConnections: false,
  services: [],
};
