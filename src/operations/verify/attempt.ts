import type { Credential } from '../../core/broker.ts';
import { LoginRefused } from '../../core/errors.ts';
import type { PlacedService } from '../../core/landscape.ts';
import type { Answer, Identity, LoginResult, Question } from '../../core/proof.ts';
import type { Resource } from '../../core/resource.ts';
import type { Session, Site } from '../session.ts';

/** Who logs in, and with what. */
export interface Applicant {
  readonly session: Session;
  readonly site: Site;
  readonly service: PlacedService<unknown>;
  readonly stored: Credential | undefined;
  readonly live: readonly Resource[];
}

interface Attempt {
  readonly login: LoginResult;
  readonly answers: readonly Answer[];
}

/** Logs in as the service, if anybody can, and asks. Throws ConnectionError where the broker is not there to be asked. */
export async function attempt(
  applicant: Applicant,
  identity: Identity,
  questions: readonly Question[],
): Promise<Attempt> {
  const { session, service, stored } = applicant;
  const unproven = unprovenBy(session, service, identity, stored);
  if (unproven !== undefined) return { login: unproven, answers: [] };
  const as = identity.by === 'password' ? stored : undefined;
  const first = await attemptAs(applicant, identity, as, questions);
  if (first.login.is !== 'refused' || as === undefined) return first;
  // A rotation may have gone on since the credential was read.
  const again = await session.credentials.read(`${applicant.site.broker.name}/${service.name}`);
  if (again === undefined || again.password === as.password) return first;
  return attemptAs(applicant, identity, again, questions);
}

async function attemptAs(
  { session, site, service, live }: Applicant,
  { principal }: Identity,
  stored: Credential | undefined,
  questions: readonly Question[],
): Promise<Attempt> {
  const username = stored?.username ?? principal;
  const { broker, landscape } = site;
  const as = { service, username, password: stored?.password, live };
  try {
    const prover = await broker.prove(landscape.environment, as, session.context);
    try {
      return { answers: await prover.ask(questions), login: { is: 'in', username } };
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
