import type { Rule } from './rule.ts';
import { literalSecret } from './rules/mq101-literal-secret.ts';
import { defaultUser } from './rules/mq102-default-user.ts';
import { sharedStore } from './rules/mq104-shared-store.ts';
import { environmentSecrets } from './rules/mq105-environment-secrets.ts';
import { plaintextEndpoint } from './rules/mq201-plaintext-endpoint.ts';

/** The rules that are not one broker's, by their ids: a file each, and a line here. */
export const rules: readonly Rule[] = [
  literalSecret,
  defaultUser,
  sharedStore,
  environmentSecrets,
  plaintextEndpoint,
];
