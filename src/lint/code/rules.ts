import type { CodeRule } from './rule.ts';
import { unverifiedTls } from './rules/mqc01-unverified-tls.ts';
import { unverifiedProcess } from './rules/mqc02-unverified-process.ts';
import { oldTls } from './rules/mqc03-old-tls.ts';
import { plaintextAmqp } from './rules/mqc04-plaintext-amqp.ts';
import { plaintextHttp } from './rules/mqc05-plaintext-http.ts';
import { saslWithoutTls } from './rules/mqc06-sasl-without-tls.ts';
import { plaintextKafka } from './rules/mqc07-plaintext-kafka.ts';
import { saslPlain } from './rules/mqc08-sasl-plain.ts';
import { literalCredential } from './rules/mqc09-literal-credential.ts';
import { guestLogin } from './rules/mqc10-guest-login.ts';
import { ownClient } from './rules/mqc11-own-client.ts';
import { environmentCredential } from './rules/mqc12-environment-credential.ts';
import { loggedCredential } from './rules/mqc13-logged-credential.ts';

/** The rules about source code, by their ids: a file each, and a line here. */
export const codeRules: readonly CodeRule[] = [
  unverifiedTls,
  unverifiedProcess,
  oldTls,
  plaintextAmqp,
  plaintextHttp,
  saslWithoutTls,
  plaintextKafka,
  saslPlain,
  literalCredential,
  guestLogin,
  ownClient,
  environmentCredential,
  loggedCredential,
];
