import { createHash, randomBytes } from 'node:crypto';

/** How RabbitMQ keeps a password. These values are secrets. */
export interface PasswordHash {
  readonly password_hash: string;
  readonly hashing_algorithm: string;
}

/** base64(salt(4) ‖ SHA-512(salt ‖ UTF-8 password)): RabbitMQ's own scheme, so that no password is sent in clear. */
export function hashPassword(password: string): PasswordHash {
  const salt = randomBytes(4);
  const hash = createHash('sha512').update(salt).update(password, 'utf8').digest();
  return {
    password_hash: Buffer.concat([salt, hash]).toString('base64'),
    hashing_algorithm: 'rabbit_password_hashing_sha512',
  };
}
