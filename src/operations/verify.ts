import type { Credential, Warning } from '../core/broker.ts';
import { creation, kindOf } from '../core/diff.ts';
import { LoginRefused, UsageError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { PlacedService } from '../core/landscape.ts';
import { inPool } from '../core/pool.ts';
import {
  type Answer,
  choose,
  type Choice,
  type Expected,
  type Identity,
  type LoginResult,
  type Proof,
  type ServiceProof,
} from '../core/proof.ts';
import type { Resource } from '../core/resource.ts';
import { findingsOf } from '../core/verdict.ts';
import { knowledgeOf, withKnown } from './generations.ts';
import { openSession, type Session, type SessionOptions, type Site } from './session.ts';
import { liveSource } from './source.ts';

export interface VerifyOptions extends SessionOptions {
  /** Only these services; all if there are none. */
  readonly services: readonly string[];
  /** Of the things that a service is granted nothing on, at most so many are asked about. */
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
}

/** Logs in as each service and asks what it may do: what is granted must work, and what is not must be refused. Nothing has an effect. */
export async function verify(options: VerifyOptions): Promise<Verification> {
  const session = await openSession(options);
  requireKnown(session, options.services);
  const all = await Promise.all(session.sites.map((site) => verifySite(session, site, options)));
  const services = all.flat();
  const { topology, environment } = session;
  return {
    topology: topology.name,
    environment: environment.name,
    services,
    findings: services.flatMap(findingsOf),
  };
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
): Promise<ServiceProof[]> {
  const { broker, landscape, compiled } = site;
  const { context } = session;
  context.progress(`reading ${broker.title}`);
  // Who was rotated has the user of another generation; what it may do is asked under the one that it is declared by.
  const lived = withKnown(site, await knowledgeOf(liveSource(session), site));
  const { resources: live, warnings } = await broker.read(
    landscape.environment,
    { desired: lived.compiled.resources },
    context,
  );
  const questions = broker.questions(landscape, compiled);
  const [desired, actual] = [broker.allows(compiled.resources), broker.allows(live)];
  const wanted = landscape.services.filter(({ name }) => named.length === 0 || named.includes(name));
  const done = new Map<string, ServiceProof>();
  await inPool(wanted, atATime, async (service) => {
    context.progress(`${broker.title}: proving ${service.name} (${done.size + 1} of ${wanted.length})`);
    const expected = questions(service.name).map((question): Expected => ({
      question,
      granted: desired(question),
    }));
    const choice = choose(expected, most);
    done.set(
      service.name,
      await proveOne(
        { session, site, service, live, actual, warnings: aboutUser(warnings, lived, service.name) },
        choice,
      ),
    );
  });
  return wanted.flatMap(({ name }) => done.get(name) ?? []);
}

/** Of what the reading warns of: how the credential of this service's user is kept. */
function aboutUser(warnings: readonly Warning[], { broker, compiled }: Site, service: string): Warning[] {
  const users = compiled.resources.filter(
    (one) => one.service === service && kindOf(broker.kinds, one).credential?.(creation(one)) === true,
  );
  return warnings.filter(({ address }) => users.some((user) => user.address === address));
}

interface Subject {
  readonly session: Session;
  readonly site: Site;
  readonly service: PlacedService<unknown>;
  readonly live: readonly Resource[];
  readonly warnings: readonly Warning[];
  readonly actual: ReturnType<Site['broker']['allows']>;
}

async function proveOne(subject: Subject, choice: Choice): Promise<ServiceProof> {
  const { session, site, service, actual } = subject;
  const identity = site.broker.identity(service);
  const stored =
    identity.by === 'password'
      ? await session.credentials.read(`${site.broker.name}/${service.name}`)
      : undefined;
  const { login, answers } = await attempt(subject, identity, stored, choice);
  const principal = 'username' in login ? (login.username ?? identity.principal) : identity.principal;
  const proofs = choice.chosen.map(({ question, granted }, at): Proof => {
    const answer = answers[at] ?? unasked;
    const evaluated = answer.is === 'unknown' ? { evaluated: actual({ ...question, principal }) } : {};
    return { question, granted, answer, ...evaluated };
  });
  const { skipped, ungranted } = choice;
  return {
    broker: site.broker.name,
    service,
    identity,
    login,
    proofs,
    skipped: { skipped, ungranted },
    warnings: subject.warnings,
  };
}

const unasked: Answer = { is: 'unknown', why: 'nobody could log in to ask' };

interface Attempt {
  readonly login: LoginResult;
  readonly answers: readonly Answer[];
}

async function attempt(
  { session, site, service, live }: Subject,
  identity: Identity,
  stored: Credential | undefined,
  { chosen }: Choice,
): Promise<Attempt> {
  const unproven = unprovenBy(session, service, identity, stored);
  if (unproven !== undefined) return { login: unproven, answers: [] };
  const username = stored?.username ?? identity.principal;
  const { broker, landscape } = site;
  const as = { service, username, password: stored?.password, live };
  try {
    const prover = await broker.prove(landscape.environment, as, session.context);
    try {
      const answers = await prover.ask(chosen.map(({ question }) => question));
      return { login: { is: 'in', username }, answers };
    } finally {
      await prover.close().catch(() => undefined);
    }
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error;
    const shut = service.suspended === true;
    return { login: shut ? { is: 'shut', username } : { is: 'refused', error, username }, answers: [] };
  }
}

/** Why nobody can log in as this service, if that is so. */
function unprovenBy(
  { environment }: Session,
  service: PlacedService<unknown>,
  { by, hasCertificate }: Identity,
  stored: Credential | undefined,
): LoginResult | undefined {
  const { suspended = false } = service;
  switch (by) {
    case 'external':
      return {
        is: 'unproven',
        why: 'its identity is made elsewhere (auth: external), and mqwarden has no credential of it',
      };
    case 'certificate':
      if (hasCertificate) return undefined;
      return {
        is: 'unproven',
        why: 'no certificate is given',
        hint: 'name its files: tls: { cert: …, key: … }',
      };
    case 'password':
      if (stored !== undefined) return undefined;
      if (suspended) return { is: 'shut', username: undefined };
      return environment.secrets === undefined
        ? {
            is: 'unproven',
            why: 'the environment names no secret store',
            hint: 'name one, such as `secrets: file:secrets`',
          }
        : {
            is: 'unproven',
            why: 'the secret store has no credential of it',
            hint: 'apply makes one for a user that is new',
          };
  }
}
