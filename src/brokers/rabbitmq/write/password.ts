import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** How RabbitMQ keeps a password. These values are secrets. */
export interface PasswordHash {
  readonly password_hash: string;
  readonly hashing_algorithm: string;
}

/** The algorithms that RabbitMQ has; MD5 is what it had before 3.6, and is broken. */
const algorithms = {
  rabbit_password_hashing_sha512: 'sha512',
  rabbit_password_hashing_sha256: 'sha256',
  rabbit_password_hashing_md5: 'md5',
} as const;

export type Kept = 'same' | 'other' | 'weak' | 'unknown';

/** Whether a live hash is of this password: computed again with its own salt, and compared in constant time. */
export function keptOf(password: string, live: Partial<PasswordHash>): Kept {
  const algorithm = algorithmOf(live);
  if (algorithm === undefined || live.password_hash === undefined) return 'unknown';
  const kept = Buffer.from(live.password_hash, 'base64');
  const [salt, hash] = [kept.subarray(0, saltBytes), kept.subarray(saltBytes)];
  const own = createHash(algorithm).update(salt).update(password, 'utf8').digest();
  if (own.length !== hash.length || !timingSafeEqual(own, hash)) return 'other';
  return algorithm === 'md5' ? 'weak' : 'same';
}

function algorithmOf({ hashing_algorithm: named = '' }: Partial<PasswordHash>) {
  return Object.entries(algorithms).find(([name]) => name === named)?.[1];
}

/** Whether a hash is of an algorithm that is broken. */
export function isWeaklyKept(live: Partial<PasswordHash>): boolean {
  return live.password_hash !== undefined && live.password_hash !== '' && algorithmOf(live) === 'md5';
}

const saltBytes = 4;

/** base64(salt(4) ‖ SHA-512(salt ‖ UTF-8 password)): RabbitMQ's own scheme, so that no password is sent in clear. */
export function hashPassword(password: string): PasswordHash {
  const salt = randomBytes(saltBytes);
  const hash = createHash('sha512').update(salt).update(password, 'utf8').digest();
  return {
    password_hash: Buffer.concat([salt, hash]).toString('base64'),
    hashing_algorithm: 'rabbit_password_hashing_sha512',
  };
}
