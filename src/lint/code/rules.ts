import type { CodeRule } from './rule.ts';
import { unverifiedTls } from './rules/mqc01-unverified-tls.ts';
import { unverifiedProcess } from './rules/mqc02-unverified-process.ts';
import { plaintextAmqp } from './rules/mqc04-plaintext-amqp.ts';
import { ownClient } from './rules/mqc11-own-client.ts';

/** The rules about source code, by their ids: a file each, and a line here. */
export const codeRules: readonly CodeRule[] = [unverifiedTls, unverifiedProcess, plaintextAmqp, ownClient];
