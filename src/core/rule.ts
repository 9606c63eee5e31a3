import type { Address } from './address.ts';
import type { Position } from './errors.ts';
import type { Finding, Related, Severity } from './finding.ts';
import type { Landscape } from './landscape.ts';
import type { Resource } from './resource.ts';

/** Rules of lint: what they are, and what a broker's own rules look at. Pure. */

/** A rule without how it looks: its page is made of this and of its examples. */
export interface RuleInfo {
  /** Stable: `MQ101`. */
  readonly id: string;
  /** Stable, too, and readable: `literal-secret`. */
  readonly name: string;
  readonly severity: Severity;
  /** What it finds, as a sentence. */
  readonly summary: string;
  /** What goes wrong where it is found, for its page: Markdown. */
  readonly why: string;
  /** What to write instead, for its page: Markdown. */
  readonly instead: string;
  /** Where others say more. */
  readonly link?: string | undefined;
}

/** One thing that a rule found, where it stands. The engine makes a finding of it. */
export interface Spot {
  readonly position: Position;
  /** With the names that it is about; never with a secret. */
  readonly message: string;
  readonly hint?: string | undefined;
  readonly service?: string | undefined;
  /** What it is about on the broker. A warning of the compiler about the same address is not told beside it. */
  readonly address?: Address | undefined;
  readonly evidence?: Finding['evidence'];
  /** Where it is not that of the rule: milder outside production, for example. */
  readonly severity?: Severity | undefined;
  /** The other places that it is about. */
  readonly related?: readonly Related[] | undefined;
  /** What `--fix` does. Only what is safe: nobody gets more rights, nothing loses data, and what works goes on. */
  readonly fix?: readonly Edit[] | undefined;
}

/** A change to the text of a file: all around it, comments too, stays as it is. */
export type Edit =
  /** The value that stands there becomes another. */
  | { readonly is: 'replace'; readonly at: Position; readonly from: string; readonly to: string }
  /** The key, or the entry of a list, that begins there goes, with its value. */
  | { readonly is: 'remove'; readonly at: Position }
  /** The comment that begins there goes, or becomes another. */
  | { readonly is: 'uncomment'; readonly at: Position; readonly to?: string };

/** One environment on one broker: what the topology says, and what comes of it. */
export interface Site<Environment = unknown, Service = unknown, R extends Resource = Resource> {
  /** The broker's name. */
  readonly broker: string;
  /** The environment's name. */
  readonly environment: string;
  readonly production: boolean;
  /** False where variables of its endpoints are not set: then others, of no use, stand for them. */
  readonly placed: boolean;
  /** As the environment has it: names and sizes are filled in. `locate` leads from each section back to the files. */
  readonly landscape: Landscape<Environment, Service>;
  /** All that this compiles to: objects and grants, each with its service. */
  readonly resources: readonly R[];
  /** Which service a RabbitMQ user or Kafka principal belongs to. */
  readonly principals: ReadonlyMap<string, string>;
}

/** What a rule found, as the finding that is told of it; a finding of lint has a position, always. */
export interface LintFinding extends Finding {
  readonly position: Position;
  readonly fix?: readonly Edit[] | undefined;
  /** It is told in the place of what keeps the topology from loading, and hides what would be found else: it can be neither ignored nor accepted. */
  readonly firm?: true | undefined;
}

/** A rule about one broker. The same spot in several environments is told once. */
interface SiteRule<Environment = unknown, Service = unknown, R extends Resource = Resource> extends RuleInfo {
  onSite(site: Site<Environment, Service, R>): Iterable<Spot>;
}

/** A rule about one broker that compares environments: it gets all that have the broker, in the order of the topology. */
interface SitesRule<
  Environment = unknown,
  Service = unknown,
  R extends Resource = Resource,
> extends RuleInfo {
  acrossSites(sites: readonly Site<Environment, Service, R>[]): Iterable<Spot>;
}

/** What a broker has of its own. */
export type BrokerRule<Environment = unknown, Service = unknown, R extends Resource = Resource> =
  SiteRule<Environment, Service, R> | SitesRule<Environment, Service, R>;
