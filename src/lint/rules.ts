import type { Rule } from './rule.ts';
import { literalSecret } from './rules/mq101-literal-secret.ts';
import { defaultUser } from './rules/mq102-default-user.ts';
import { sharedAdminSecret } from './rules/mq103-shared-admin-secret.ts';
import { sharedStore } from './rules/mq104-shared-store.ts';
import { environmentSecrets } from './rules/mq105-environment-secrets.ts';
import { storeCollision } from './rules/mq107-store-collision.ts';
import { claimedAdmin } from './rules/mq108-claimed-admin.ts';
import { noStore } from './rules/mq109-no-store.ts';
import { broadClaim } from './rules/mq110-broad-claim.ts';
import { sharedCertificate } from './rules/mq111-shared-certificate.ts';
import { secretsBesideTopology } from './rules/mq112-secrets-beside-topology.ts';
import { secretsByCommand } from './rules/mq113-secrets-by-command.ts';
import { adminSecretOfService } from './rules/mq114-admin-secret-of-service.ts';
import { claimedNeighbour } from './rules/mq115-claimed-neighbour.ts';
import { twinPrincipals } from './rules/mq116-twin-principals.ts';
import { plaintextEndpoint } from './rules/mq201-plaintext-endpoint.ts';
import { noAuthority } from './rules/mq203-no-authority.ts';
import { verificationOff } from './rules/mq204-verification-off.ts';
import { localEndpoint } from './rules/mq205-local-endpoint.ts';
import { addressEndpoint } from './rules/mq206-address-endpoint.ts';
import { escapeHatch } from './rules/mq313-escape-hatch.ts';
import { openAllow } from './rules/mq318-open-allow.ts';
import { allowedStranger } from './rules/mq319-allowed-stranger.ts';
import { nothingAtAll } from './rules/mq611-nothing-at-all.ts';
import { sharedCluster } from './rules/mq701-shared-cluster.ts';
import { unmarkedProduction } from './rules/mq704-unmarked-production.ts';
import { weakerProduction } from './rules/mq705-weaker-production.ts';
import { noOwner } from './rules/mq801-no-owner.ts';
import { ownerSpeltTwice } from './rules/mq802-owner-spelt-twice.ts';
import { noClaims } from './rules/mq803-no-claims.ts';
import { formerName } from './rules/mq804-former-name.ts';
import { rotationInPlace } from './rules/mq807-rotation-in-place.ts';
import { repeatedEntry } from './rules/mq808-repeated-entry.ts';

/** The rules that are not one broker's, by their ids: a file each, and a line here. */
export const rules: readonly Rule[] = [
  literalSecret,
  defaultUser,
  sharedAdminSecret,
  sharedStore,
  environmentSecrets,
  storeCollision,
  claimedAdmin,
  noStore,
  broadClaim,
  sharedCertificate,
  secretsBesideTopology,
  secretsByCommand,
  adminSecretOfService,
  claimedNeighbour,
  twinPrincipals,
  plaintextEndpoint,
  noAuthority,
  verificationOff,
  localEndpoint,
  addressEndpoint,
  escapeHatch,
  openAllow,
  allowedStranger,
  nothingAtAll,
  sharedCluster,
  unmarkedProduction,
  weakerProduction,
  noOwner,
  ownerSpeltTwice,
  noClaims,
  formerName,
  rotationInPlace,
  repeatedEntry,
];
