import type { Mode, Step } from './words.ts';

/** What came, or is to come, of a rotate: the document of `rotate --format json`. Holds no secret. */
export interface Rotations {
  readonly version: 1;
  readonly topology: string;
  readonly environment: string;
  readonly correlationId: string;
  readonly dryRun: boolean;
  readonly rotations: readonly Rotation[];
  readonly summary: Readonly<Record<RotationResult, number>>;
}

const rotationResults = ['rotated', 'aborted', 'adopted', 'planned', 'skipped', 'blocked', 'failed'] as const;
export type RotationResult = (typeof rotationResults)[number];

export interface Rotation {
  readonly broker: string;
  readonly service: string;
  readonly result: RotationResult;
  readonly mode?: Mode | undefined;
  /** Principals; the same where only the password is another. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** It went on from a rotation that had been begun before. */
  readonly resumed?: boolean | undefined;
  readonly steps: readonly DoneStep[];
  /** Why nothing was done, or no more. */
  readonly reason?: string | undefined;
  readonly hint?: string | undefined;
  /** What is left when all steps are done, and what was not proved. */
  readonly remainder?: string | undefined;
}

export interface DoneStep {
  readonly step: Step;
  readonly result: 'planned' | 'done' | 'failed';
  readonly detail: string;
}

/** What a person agrees to, as a text: not what is left alone, of which the reasons tell ages. */
export function agreedTo(planned: readonly Rotation[]): string {
  return JSON.stringify(planned.filter(({ result }) => result !== 'skipped'));
}

export function summarizeRotations(rotations: readonly Rotation[]): Rotations['summary'] {
  const count = (result: RotationResult) => rotations.filter((one) => one.result === result).length;
  return Object.fromEntries(rotationResults.map((result) => [result, count(result)])) as Rotations['summary'];
}
