/** How a credential is rotated: by a second user, or by another password of the same one. */
export const modes = ['dual', 'in-place'] as const;
export type Mode = (typeof modes)[number];

export function isMode(text: string | undefined): text is Mode {
  return modes.some((mode) => mode === text);
}

const steps = [
  /** A user for the next generation, with the tags and limits of the service. */
  'create',
  /** The grants and quotas of the service, for it. */
  'grant',
  /** A login with the new credential, before anybody is given it. */
  'test',
  /** The new credential is the one that services read. */
  'publish',
  /** In place: the broker is given the new password. */
  'set',
  /** Those who use the old credential come in with the new one in their own time. */
  'drain',
  /** Whoever has not is made to. */
  'close',
  /** The grants of the old one, */
  'revoke',
  /** then the user itself. */
  'remove',
  /** The old credential is refused at login. */
  'prove',
] as const;
export type Step = (typeof steps)[number];

export function isStep(text: string | undefined): text is Step {
  return steps.some((step) => step === text);
}
