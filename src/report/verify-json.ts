import { findingsAsJson } from './findings-json.ts';
import { loginText, matrixOf, tallyOf, type Verified } from './verify.ts';

/** The findings' document, with how each login went and the matrix of service by thing. */
export function verifyAsJson(verified: Verified): string {
  const { topology, environment, services, findings } = verified;
  return findingsAsJson(findings, {
    topology,
    environment,
    services: services.map((proof) => ({
      service: proof.service.name,
      broker: proof.broker,
      login: proof.login.is,
      says: loginText(proof),
      tally: tallyOf(proof.proofs),
      ...proof.skipped,
    })),
    matrix: matrixOf(verified).map(({ rights, ...row }) => ({ ...row, ...rights })),
  });
}
