import {
  type Check,
  type Point,
  some,
  type StoredAge,
  type StoredSecrets,
  type Told,
  untold,
} from './audit.ts';
import { usualAges } from './duration.ts';

/** What the checklist asks of secrets, whatever the broker. Most of it is known outside of brokers and topology: MANUAL. Pure. */

export interface SecretsSubject {
  readonly environment: string;
  readonly production: boolean;
  /** `vault`, `aws-sm`, `file`, `env`; undefined where the environment names none. */
  readonly store: string | undefined;
  /** The texts of the environment, references among them. */
  readonly written: readonly string[];
  readonly services: number;
  readonly secrets: Told<StoredSecrets>;
}

type SecretCheck = Check<SecretsSubject>;

const link = 'https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html';

const manager: SecretCheck = {
  id: 'MQA21',
  name: 'secrets-manager',
  title: 'Secrets: a secrets manager in use',
  severity: 'error',
  why: 'Files and variables are copied, backed up and shown, and nobody notices who reads them.',
  instead: 'name Vault or AWS Secrets Manager in `secrets` of the environment',
  link,
  *points({ store, environment, production }) {
    if (store === 'vault' || store === 'aws-sm')
      yield { is: 'pass', says: `the store of ${environment} is ${store}` };
    else if (store === undefined)
      yield { is: 'manual', says: `the environment ${environment} names no store of secrets` };
    else
      yield {
        is: production ? 'fail' : 'manual',
        says: `the store of ${environment} is ${store}:, and no secrets manager`,
      };
  },
};

const variables: SecretCheck = {
  id: 'MQA23',
  name: 'secrets-in-variables',
  title: 'Secrets: none in environment variables for production',
  severity: 'warning',
  why: 'Variables are inherited by every child process, and end up in dumps and error reports.',
  instead: 'refer to the secrets manager in place of env:',
  link,
  *points({ written, environment, production }) {
    if (!production) {
      yield { is: 'na', says: `${environment} is not production` };
      return;
    }
    const names = written.filter((text) => /^env:[A-Za-z_]/.test(text));
    if (names.length > 0)
      yield {
        is: 'fail',
        says: `the environment ${environment} takes secrets from variables: ${names.join(', ')}`,
      };
    else
      yield {
        is: 'manual',
        says: 'the topology takes none from variables; what services are started with is not known',
        hint: 'look at the services’ deployments',
      };
  },
};

const unique: SecretCheck = {
  id: 'MQA26',
  name: 'secrets-unique',
  title: 'Secrets: unique per service',
  severity: 'error',
  why: 'One stolen secret opens more than one door.',
  instead: 'rotate all but one of them: mqwarden rotate --service …',
  link,
  *points({ secrets }): Iterable<Point> {
    if (secrets.is !== 'told') {
      yield untold(secrets);
      return;
    }
    const { found, shared } = secrets.value;
    for (const group of shared) yield { is: 'fail', says: `one stored password for ${group.join(', ')}` };
    if (found.length === 0) yield { is: 'manual', says: 'the store has no credential of any service' };
    else yield { is: 'pass', says: `${found.length} stored passwords, compared with one another` };
  },
};

const days = { due: usualAges.due.replace('d', ''), overdue: usualAges.overdue.replace('d', '') };

const rotation: SecretCheck = {
  id: 'MQA27',
  name: 'secrets-rotation',
  title: 'Secrets: automatic rotation',
  severity: 'warning',
  why: 'A password that was stolen, and nobody knows of it, is good until it is changed.',
  instead: `run mqwarden rotate --older-than ${usualAges.due} on a schedule; mqwarden credentials list tells all ages`,
  link,
  *points({ secrets }): Iterable<Point> {
    if (secrets.is !== 'told') {
      yield untold(secrets);
      return;
    }
    const of = (status: StoredAge['status']) =>
      secrets.value.ages.flatMap((one) => (one.status === status ? one.path : [])).sort();
    const [overdue, due, unknown, fresh] = [of('overdue'), of('due'), of('unknown'), of('ok')];
    if (overdue.length > 0)
      yield {
        is: 'fail',
        says: `${overdue.length} stored passwords are older than ${days.overdue} days: ${some(overdue)}`,
      };
    if (due.length > 0)
      yield {
        is: 'manual',
        says: `${due.length} stored passwords are older than ${days.due} days: ${some(due)}`,
      };
    if (unknown.length > 0)
      yield { is: 'manual', says: `${unknown.length} stored passwords were never rotated: ${some(unknown)}` };
    if (fresh.length > 0)
      yield { is: 'pass', says: `${fresh.length} were rotated in the last ${days.due} days` };
    if (secrets.value.ages.length === 0)
      yield { is: 'manual', says: 'the store has no credential of any service' };
  },
};

/** What neither brokers nor topology know. */
function manual(id: string, name: string, title: string, says: string, instead: string): SecretCheck {
  const why = 'A secret that is somewhere else, too, is only as safe as that place.';
  return { id, name, title, severity: 'warning', why, instead, link, points: () => [{ is: 'manual', says }] };
}

export const secretChecks: readonly SecretCheck[] = [
  manager,
  manual(
    'MQA22',
    'secrets-in-source',
    'Secrets: none in source',
    'the topology can hold none; other source was not looked at',
    'run mqwarden lint, and a scanner for secrets on the repositories of the services',
  ),
  variables,
  manual(
    'MQA24',
    'secrets-in-ci',
    'Secrets: none in CI configuration',
    'CI was not looked at',
    'look at the variables and files of the pipelines; plan in pull requests needs no secret (--against a snapshot)',
  ),
  manual(
    'MQA25',
    'secrets-logged',
    'Secrets: none logged anywhere',
    'mqwarden redacts its own output; other logs were not looked at',
    'search the logs of services and brokers for stored values',
  ),
  unique,
  rotation,
  manual(
    'MQA28',
    'secrets-audited',
    'Secrets: access audited',
    'the audit log of the store was not looked at',
    'see that the audit device of Vault, or CloudTrail, is on, and who reads it',
  ),
  manual(
    'MQA29',
    'secrets-store-rights',
    'Secrets: least privilege on the store',
    'the policies of the store were not looked at',
    'see that each service may read its own paths alone',
  ),
  manual(
    'MQA30',
    'secrets-emergency',
    'Secrets: emergency rotation documented',
    'one command does it: mqwarden rotate --emergency --service NAME',
    'see that the runbook (docs/rotation.md) is known, and was tried in staging',
  ),
];
