import type { RuleInfo } from './rule.ts';

/** What verify finds. */
export const verdictRules = {
  login: {
    id: 'MQ401',
    name: 'login-refused',
    severity: 'error',
    summary: 'The broker does not take the stored password, or the certificate.',
    why: 'The service cannot connect with what the secret store has: at its next start it stands still. Somebody changed the password on the broker or in the store by hand, or a user is gone.',
    instead: '`mqwarden apply --check-credentials` writes the stored password to the broker again.',
  },
  open: {
    id: 'MQ402',
    name: 'works-unasked',
    severity: 'error',
    summary: 'A service may do what the topology does not grant.',
    why: 'Whoever takes over the service, takes over this, too, and nobody who reads the topology knows of it. Usually it is a grant that was made by hand, or a pattern that is wider than it looks.',
    instead:
      '`mqwarden plan` shows grants that are not in the topology; what it does not show is allowed by the broker itself. Take the grant away, or declare what the service does.',
  },
  fails: {
    id: 'MQ403',
    name: 'refused-though-granted',
    severity: 'error',
    summary: 'A service may not do what the topology grants, or there is nothing of that name.',
    why: 'The service will fail when it comes to it, perhaps months later.',
    instead: '`mqwarden plan` shows what the broker lacks, `mqwarden apply` makes it.',
  },
  suspended: {
    id: 'MQ404',
    name: 'suspended-logs-in',
    severity: 'error',
    summary: 'A suspended service still gets in.',
    why: 'It was suspended so that its credential opens nothing any more.',
    instead: '`mqwarden apply` takes its credential away.',
  },
  unproven: {
    id: 'MQ405',
    name: 'not-proven',
    severity: 'warning',
    summary: 'A service could not be logged in, or some questions have no answer.',
    why: 'What is said of it follows from the live grants, which tell what the broker should do; only a login tells what it does.',
    instead:
      'What the message names: a credential in the store, a certificate, room for one more connection.',
  },
  sampled: {
    id: 'MQ406',
    name: 'not-all-asked',
    severity: 'note',
    summary: 'Not everything that is closed to the services was asked about.',
    why: 'All that topology and live grants differ in is asked, and a sample of what both call closed. The rest is as the live grants say.',
    instead: 'A higher `--most`, where there is time.',
  },
  weak: {
    id: 'MQ407',
    name: 'weak-credential',
    severity: 'warning',
    summary: 'The broker keeps a password by a weak hash, or with few iterations.',
    why: 'Whoever gets hold of the broker’s data finds such a password by trying.',
    instead: '`mqwarden apply --check-credentials` writes it again, with a new salt and a strong hash.',
  },
} as const satisfies Readonly<Record<string, RuleInfo>>;
