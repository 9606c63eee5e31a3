import { verdictsOf } from '../core/access/model.ts';
import type { Address } from '../core/address.ts';
import type { Credential, Warning } from '../core/broker.ts';
import { creation, kindOf } from '../core/diff.ts';
import { UsageError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { PlacedService } from '../core/landscape.ts';
import { inPool } from '../core/pool.ts';
import {
  type Answer,
  choose,
  type Expected,
  type Proof,
  type Question,
  type ServiceProof,
} from '../core/proof.ts';
import { findingsOf, sampledFindings } from '../core/verdict.ts';
import { fingerprintsOf } from '../core/fingerprint.ts';
import { knowledgeOf, withKnown } from './generations.ts';
import { openSession, type Session, type SessionOptions, type Site } from './session.ts';
import { heldFor } from './source.ts';
import { type Applicant, attempt } from './verify/attempt.ts';

export interface VerifyOptions extends SessionOptions {
  /** Only these services; all if there are none. */
  readonly services: readonly string[];
  /** Of the things that a service is granted nothing on, and that are closed to it by the live grants, at most so many are asked about. */
  readonly most: number;
  /** Services that are logged in at a time, on each broker. */
  readonly atATime: number;
}

/** What is known of every service after all. */
export interface Verification {
  readonly topology: string;
  readonly environment: string;
  readonly services: readonly ServiceProof[];
  readonly findings: readonly Finding[];
  readonly fingerprints: ReadonlyMap<Finding, string>;
}

/**
 * Logs in as each service and asks what it may do: what is granted must work, and what is not must be refused. Nothing has an effect.
 * Where one service cannot be proved for want of a broker, nothing is said at all.
 */
export async function verify(options: VerifyOptions): Promise<Verification> {
  const session = await openSession(options);
  requireKnown(session, options.services);
  const halt = new AbortController();
  const ended = await Promise.allSettled(
    session.sites.map((site) => haltingAll(halt, () => verifySite(session, site, options, halt.signal))),
  );
  const services = ended.flatMap((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  const { topology, environment } = session;
  const findings = [...services.flatMap(findingsOf), ...sampledFindings(services)];
  return {
    topology: topology.name,
    environment: environment.name,
    services,
    findings,
    fingerprints: fingerprintsOf(findings, options.topology),
  };
}

/** What one cannot do ends the others soon, too. */
async function haltingAll<T>(halt: AbortController, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    halt.abort();
    throw error;
  }
}

function requireKnown({ topology }: Session, names: readonly string[]): void {
  const stranger = names.find((name) => !topology.services.has(name));
  if (stranger === undefined) return;
  throw new UsageError(`the topology has no service ${stranger}`, 'see the names under services:');
}

async function verifySite(
  session: Session,
  site: Site,
  { services: named, most, atATime }: VerifyOptions,
  halted: AbortSignal,
): Promise<ServiceProof[]> {
  const { broker, landscape } = site;
  const { context } = session;
  context.progress(`reading ${broker.title}`);
  const ask = await subjectsOf(session, site);
  const wanted = landscape.services.filter(({ name }) => named.length === 0 || named.includes(name));
  const done = new Map<string, ServiceProof>();
  const failed = new AbortController();
  const over = AbortSignal.any([halted, failed.signal]);
  await inPool(wanted, atATime, async (service) => {
    if (over.aborted) return;
    context.progress(`${broker.title}: proving ${service.name} (${done.size + 1} of ${wanted.length})`);
    const proof = await haltingAll(failed, () => proveOne(ask(service), most));
    done.set(service.name, proof);
  });
  return wanted.flatMap(({ name }) => done.get(name) ?? []);
}

/** What is read once for all services of a broker. */
async function subjectsOf(
  session: Session,
  site: Site,
): Promise<(service: PlacedService<unknown>) => Subject> {
  const { broker, landscape, compiled } = site;
  const stored = new Map<string, Credential>();
  const keeping = {
    known: async (name: string, service: string, base: string) => {
      const { known, credential } = await heldFor(session, { broker: name, service, base });
      if (credential !== undefined) stored.set(service, credential);
      return known;
    },
  };
  // Who was rotated has the user of another generation; what it may do is asked under the one that it is declared by.
  const lived = withKnown(site, await knowledgeOf(keeping, site));
  const scope = { desired: lived.compiled.resources };
  const { resources: live, warnings } = await broker.read(landscape.environment, scope, session.context);
  const owners = new Map(compiled.resources.map(({ address, service }) => [address, service]));
  const same = {
    session,
    site,
    live,
    questions: broker.questions(landscape, compiled),
    desired: verdictsOf(broker.access(compiled.resources)),
    actual: verdictsOf(broker.access(live)),
    ownerOf: (thing: Address) => owners.get(thing),
  };
  return (service) => ({
    ...same,
    service,
    stored: stored.get(service.name),
    warnings: aboutUser(warnings, lived, service.name),
  });
}

/** Of what the reading warns of: how the credential of this service's user is kept. */
function aboutUser(warnings: readonly Warning[], { broker, compiled }: Site, service: string): Warning[] {
  if (warnings.length === 0) return [];
  const users = compiled.resources.filter(
    (one) => one.service === service && kindOf(broker.kinds, one).credential?.(creation(one)) === true,
  );
  return warnings.filter(({ address }) => users.some((user) => user.address === address));
}

interface Subject extends Applicant {
  readonly warnings: readonly Warning[];
  readonly questions: ReturnType<Site['broker']['questions']>;
  readonly desired: ReturnType<typeof verdictsOf>;
  readonly actual: ReturnType<typeof verdictsOf>;
  readonly ownerOf: (thing: Address) => string | undefined;
}

async function proveOne(subject: Subject, most: number): Promise<ServiceProof> {
  const { site, service, stored, actual, desired, ownerOf, warnings } = subject;
  const identity = site.broker.identity(service);
  const evaluate = (question: Question, principal = identity.principal) => actual({ ...question, principal });
  const expected = subject.questions(service.name).map((question): Expected => ({
    question,
    granted: desired(question),
    evaluated: evaluate(question, identity.by === 'password' ? stored?.username : undefined),
  }));
  const { chosen, skipped, ungranted } = choose(expected, most, ownerOf);
  const { login, answers } = await attempt(
    subject,
    identity,
    chosen.map(({ question }) => question),
  );
  const username = 'username' in login ? login.username : undefined;
  const proofs = chosen.map(({ question, granted }, at): Proof => {
    const answer = answers[at] ?? unasked;
    return { question, granted, answer, evaluated: evaluate(question, username) };
  });
  return {
    broker: site.broker.name,
    service,
    identity,
    login,
    proofs,
    skipped: { skipped, ungranted },
    warnings,
  };
}

const unasked: Answer = { is: 'unknown', why: 'nobody could log in to ask' };
