import type { StoredAge, StoredSecrets, Told } from '../core/audit.ts';
import type { Credential } from '../core/broker.ts';
import { SecretError } from '../core/errors.ts';
import { ageOf, usualLimits } from '../core/rotation/ages.ts';
import { credentialPath } from '../secrets/store.ts';
import { type Knowledge, knowledgeOf } from './generations.ts';
import type { Session, Site } from './session.ts';
import { heldFor } from './source.ts';

/** The stored credentials, by the service's path; or why they cannot be read, as a sentence. */
export interface Held {
  readonly knowledge: ReadonlyMap<Site, Knowledge>;
  readonly credentials: ReadonlyMap<string, Credential>;
  readonly secrets: Told<StoredSecrets>;
}

/** A store that does not answer keeps nobody from looking at the brokers. */
export async function heldOf(session: Session, now: Date, wanted = true): Promise<Held> {
  if (!wanted) return unheld('the stored credentials were not to be read (--no-credentials)');
  const credentials = new Map<string, Credential>();
  const ages: StoredAge[] = [];
  const asked = session.sites.flatMap(({ broker, landscape }) =>
    landscape.services.map(({ name }) => credentialPath({ broker: broker.name, service: name })),
  );
  const keeping = {
    known: async (broker: string, service: string, base: string) => {
      const of = { broker, service, base };
      const { known, credential, record } = await heldFor(session, of);
      if (credential === undefined) return known;
      const path = credentialPath(of);
      credentials.set(path, credential);
      const { status } = ageOf(of, record, credential, usualLimits, now);
      if (status !== 'none') ages.push({ path, status });
      return known;
    },
  };
  try {
    if (session.store() === undefined) return unheld(noStore);
    const known = await Promise.all(
      session.sites.map(async (site) => [site, await knowledgeOf(keeping, site)] as const),
    );
    const secrets = { is: 'told', value: { ...comparedWith(asked, credentials), ages } } as const;
    return { knowledge: new Map(known), credentials, secrets };
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    return unheld(`the stored passwords cannot be read: ${error.message}`);
  }
}

/** Then those that live are the services' generations. */
function unheld(why: string): Held {
  return { knowledge: new Map(), credentials: new Map(), secrets: { is: 'unknown', why } };
}

const noStore = 'the environment names no store of secrets, so that passwords cannot be compared';

/** Compared here, in memory: nothing but the names goes on. */
function comparedWith(
  asked: readonly string[],
  credentials: ReadonlyMap<string, Credential>,
): Omit<StoredSecrets, 'ages'> {
  const groups = Map.groupBy(credentials.entries(), ([, { password }]) => password);
  return {
    found: [...credentials.keys()],
    missing: asked.filter((path) => !credentials.has(path)),
    shared: [...groups.values()]
      .map((group) => group.map(([path]) => path).sort())
      .filter((one) => one.length > 1),
  };
}
