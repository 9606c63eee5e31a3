/** Phases, in the order of execution: up, grants, down. */
export const phases = {
  topic: 0,
  user: 1,
  quota: 2,
  // A DENY is in before an ALLOW beside it, and goes when that is gone.
  denyCreate: 10,
  allowCreate: 11,
  allowDelete: 12,
  denyDelete: 13,
  quotaDelete: 20,
  userDelete: 21,
  topicDelete: 22,
} as const;
