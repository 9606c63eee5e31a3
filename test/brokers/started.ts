/** A broker of the test run: how to reach it, and how to end it. */
export interface Started<C> {
  readonly connection: C;
  stop(): Promise<void>;
}
