import type { Broker } from '../core/broker.ts';
import type { BrokerRule, RuleInfo, Site, Spot } from '../core/rule.ts';
import type { ParsedFile } from '../topology/document.ts';
import type { EnvironmentDeclaration, Topology } from '../topology/topology.ts';

/** What the rules look at that are not one broker's. Those that are stand in the broker's folder: core/rule.ts. */

/** A file as it is written, whether or not it is a topology. */
export interface LintFile extends ParsedFile {
  readonly text: string;
}

/** One environment on one broker, with the port to ask about it what only the broker knows. */
export interface EnvironmentSite extends Site {
  readonly port: Broker;
}

/** The whole topology, as it holds together. */
export interface View {
  readonly topology: Topology;
  /** All of them: those whose endpoints are not known, since variables are not set, too. */
  readonly environments: readonly EnvironmentDeclaration[];
  readonly files: readonly LintFile[];
  /** Each environment on each of its brokers, in the order of the topology. */
  readonly sites: readonly EnvironmentSite[];
}

/** About what is written: asked even where the topology does not load. */
export interface FileRule extends RuleInfo {
  inFile(file: LintFile): Iterable<Spot>;
}

/** About the whole topology: environments beside each other, owners, both brokers. */
export interface TopologyRule extends RuleInfo {
  inTopology(view: View): Iterable<Spot>;
}

export type Rule = FileRule | TopologyRule | BrokerRule;
