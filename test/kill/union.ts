/** Everything that somebody is allowed, out of a fixed list of things to try: `mover publishes a x.1`. */
export type Grants = ReadonlySet<string>;

/** Those of `grants` that none of `others` has. */
export function beyond(grants: Grants, ...others: readonly Grants[]): string[] {
  return [...grants].filter((grant) => !others.some((other) => other.has(grant))).sort();
}

/**
 * Watches from outside that at no moment anybody is allowed what neither the old nor the new topology allows. What is
 * allowed is worked out here from what the broker lists, not by the code under test.
 */
export class UnionWatch {
  private readonly read: () => Promise<Grants>;
  private bounds: readonly Grants[] | undefined;
  /** What was seen that must not be, with the moment. */
  readonly violations: string[] = [];
  /** The different states that were seen. */
  readonly states = new Set<string>();

  constructor(read: () => Promise<Grants>) {
    this.read = read;
  }

  bound(old: Grants, fresh: Grants): void {
    this.bounds = [old, fresh];
  }

  async look(moment: string): Promise<Grants> {
    const grants = await this.read();
    this.states.add([...grants].sort().join('\n'));
    const { bounds } = this;
    if (bounds !== undefined) {
      this.violations.push(...beyond(grants, ...bounds).map((grant) => `${moment}: ${grant}`));
    }
    return grants;
  }
}
