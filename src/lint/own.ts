import type { RuleInfo } from '../core/rule.ts';

/** What lint itself has to say: about loading, and about comments that ignore something. */

export const unreadable: RuleInfo = {
  id: 'MQ001',
  name: 'unreadable',
  severity: 'error',
  summary: 'A file cannot be read as YAML.',
  why: 'Nothing of the topology can be judged before all of its files can be read: another file may hold what this one seems to lack. Until then the rules about single files are the only ones that look.',
  instead: 'Repair what the message names, and run lint again.',
};

export const invalid: RuleInfo = {
  id: 'MQ002',
  name: 'invalid',
  severity: 'error',
  summary: 'The topology has a key or a value that its language does not know.',
  why: 'What the language does not know is never passed over: a right that was meant and not given breaks a service, and one that was meant to be taken stays.',
  instead: 'Write what the message asks for. [The reference](../reference/topology.md) has every key.',
};

export const inconsistent: RuleInfo = {
  id: 'MQ003',
  name: 'inconsistent',
  severity: 'error',
  summary: 'The parts of the topology contradict each other, or cannot be said to the broker.',
  why: '`plan` and `apply` refuse such a topology: a service asks for what the owner did not allow, two environments would take things from each other, or a name is taken.',
  instead: 'Make the two places agree that the message names.',
};

export const warned: RuleInfo = {
  id: 'MQ004',
  name: 'compiler-warning',
  severity: 'warning',
  summary: '`plan` and `apply` warn of something, and no rule of its own is about it.',
  why: 'A warning that is printed by every plan is soon read by nobody.',
  instead: 'Change what it is about, or say in a comment why it is meant.',
};

export const unreadableCode: RuleInfo = {
  id: 'MQC00',
  name: 'unreadable-code',
  severity: 'error',
  summary: 'A source file cannot be read as JavaScript or TypeScript.',
  why: 'Nothing in it was looked at: what the rules about code look for may be there.',
  instead:
    'Repair what the message names. What is no source of yours need not be among those that `--code` names.',
};

const asComment = `\`# mqwarden-ignore MQ101: why it is meant here\`, behind what it is about or on the line above; with a date where it is for a
time, \`# mqwarden-ignore MQ101 until 2027-01-31: why\`; with several rules, \`MQ101, MQ105\`.`;

export const unreadableIgnore: RuleInfo = {
  id: 'MQ010',
  name: 'ignore-unreadable',
  severity: 'error',
  summary: 'A comment that begins with `mqwarden-ignore` does not say what to ignore.',
  why: 'It ignores nothing, and looks as if it did: what it was meant for may be found by nobody who reads the file.',
  instead: asComment,
};

export const ungroundedIgnore: RuleInfo = {
  id: 'MQ011',
  name: 'ignore-without-reason',
  severity: 'error',
  summary: 'A comment to ignore something does not say why.',
  why: 'Who reads it later can neither agree nor take it back. Until it has a reason, it ignores nothing.',
  instead: asComment,
};

export const unknownIgnore: RuleInfo = {
  id: 'MQ012',
  name: 'ignore-unknown-rule',
  severity: 'error',
  summary: 'A comment to ignore something names a rule that there is not.',
  why: 'It ignores nothing, and looks as if it did. What lint says about loading, and about such comments, cannot be ignored.',
  instead: 'The id or the name of one of the [rules](README.md).',
};

export const unusedIgnore: RuleInfo = {
  id: 'MQ013',
  name: 'ignore-unused',
  severity: 'warning',
  summary: 'A comment ignores something that is not there.',
  why: 'What it was about is repaired or has moved; what takes its place would be ignored unseen.',
  instead: 'Delete the comment.',
};

export const expiredIgnore: RuleInfo = {
  id: 'MQ014',
  name: 'ignore-expired',
  severity: 'error',
  summary: 'The date until which something was to be ignored has passed.',
  why: 'Somebody decided that it is to be repaired by then. It ignores nothing any more.',
  instead: 'Repair what it is about, or decide on another date.',
};

export const staleBaseline: RuleInfo = {
  id: 'MQ020',
  name: 'baseline-stale',
  severity: 'error',
  summary: 'The baseline has a finding that is no longer there.',
  why: 'It was repaired, which is what a baseline is for. Until its entry goes, the same finding could come back without being told.',
  instead:
    '`mqwarden lint --baseline FILE --prune-baseline` takes out what is no longer found, and adds nothing.',
};

export const ownRules: readonly RuleInfo[] = [
  unreadable,
  invalid,
  inconsistent,
  warned,
  unreadableIgnore,
  ungroundedIgnore,
  unknownIgnore,
  unusedIgnore,
  expiredIgnore,
  staleBaseline,
  unreadableCode,
];
