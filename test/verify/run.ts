import { join } from 'node:path';
import { verify, type Verification, type VerifyOptions } from '../../src/operations/verify.ts';
import { standingOf, type Standing } from '../../src/core/proof.ts';
import { Redaction } from '../../src/secrets/redact.ts';
import type { Standing as Stood } from '../proof/services.ts';
import type { Surroundings } from '../contract/subject.ts';

/** Runs verify on a topology that stands. */
export async function verifyIn(
  { workspace }: Stood,
  { variables }: Pick<Surroundings, 'variables'>,
  over: Partial<VerifyOptions> = {},
): Promise<Verification> {
  return verify({
    topology: join(workspace.folder, 'mqwarden.yaml'),
    variables,
    redaction: new Redaction(),
    progress: () => undefined,
    services: [],
    most: 1000,
    atATime: 4,
    ...over,
  });
}

/** `right[ with key K] ADDRESS` of all that stands like this, by service. */
export function standing({ services }: Verification, service: string, wanted: Standing): string[] {
  const of = services.filter((one) => one.service.name === service);
  return of.flatMap(({ proofs }) =>
    proofs
      .filter((proof) => standingOf(proof) === wanted)
      .map(
        ({ question: { right, key, at } }) =>
          `${right}${key === undefined ? '' : ` ${key}`} ${decodeURIComponent(at)}`,
      ),
  );
}

/** What was not asked at the broker, though it could be. */
export function unasked({ services }: Verification): string[] {
  return services.flatMap(({ proofs }) =>
    proofs.flatMap(({ question, answer }) =>
      answer.is === 'unknown' ? [`${question.service} ${question.right} ${question.at}: ${answer.why}`] : [],
    ),
  );
}
