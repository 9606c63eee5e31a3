import type { Turned } from '../core/audit-comparison.ts';
import { type Audited } from './audit.ts';
import { findingsAsJson } from './findings-json.ts';

/** The findings' document, with when it was made, what is accepted, and how it stands to an earlier one. */
export function auditAsJson(audited: Audited): string {
  const { topology, environment, auditedAt, findings, accepted, stale, comparison } = audited;
  const all = findings.map((one) => (accepted.has(one) ? { ...one, accepted: true } : one));
  const against =
    comparison === undefined
      ? {}
      : {
          against: {
            auditedAt: comparison.since,
            same: comparison.same,
            turned: comparison.turned.map(bare),
          },
        };
  return findingsAsJson([...all, ...stale], { topology, environment, auditedAt, ...against }, [
    ...findings.filter((one) => !accepted.has(one)),
    ...stale,
  ]);
}

/** Without what is empty. */
function bare({ appeared, vanished, ...rest }: Turned): object {
  return {
    ...rest,
    ...(appeared.length === 0 ? {} : { appeared }),
    ...(vanished.length === 0 ? {} : { vanished }),
  };
}
