import { randomBytes } from 'node:crypto';

/** 256 bit, base64url; never beginning with `-`, which a command line would take for an option. */
export function generatePassword(random: (size: number) => Buffer = randomBytes): string {
  for (;;) {
    const password = random(32).toString('base64url');
    if (!password.startsWith('-')) return password;
  }
}
