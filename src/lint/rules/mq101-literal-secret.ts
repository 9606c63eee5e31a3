import type { Spot } from '../../core/rule.ts';
import { parseReference } from '../../secrets/reference.ts';
import { positionAt, showPath } from '../../topology/places.ts';
import type { FileRule, LintFile } from '../rule.ts';
import { positionOf, scalarsOf } from '../scalars.ts';
import { formatsIn, isSecretKey, randomIn, type Sight } from '../secrets.ts';

const hint =
  'give it another value wherever it is in use, then write a reference to it: env:NAME, file:PATH, vault:PATH#field';

export const literalSecret: FileRule = {
  id: 'MQ101',
  name: 'literal-secret',
  severity: 'error',
  summary: 'A secret stands in the topology, in clear.',
  why: `A topology is read by everybody who can read its repository, and its history keeps what was ever in it. The rule knows the formats
of private keys, of AWS, GitHub, Vault, Slack, Stripe and Google credentials, of web tokens, of password hashes and of addresses with a
password in them, wherever they stand, comments too; values of keys such as \`password\` that are no reference; and text that is too random
to be a name. The secret itself is never shown.`,
  instead: `A reference: \`env:NAME\`, \`file:PATH\`, \`vault:MOUNT/PATH#field\`, \`aws-sm:NAME#field\`. What was once in a repository is
no secret any more: give it a new value first.`,
  inFile: (file) => {
    const sights = formatsIn(file.text);
    return [...sights.map((sight) => spotOf(sight, file)), ...inValues(file, sights.length > 0)];
  },
};

/** By format, in values and comments alike. */
function spotOf({ what, at }: Sight, { source }: LintFile): Spot {
  return { position: positionAt(source, at), message: `what stands here is ${what}`, hint };
}

function* inValues(file: LintFile, hasFormats: boolean): Generator<Spot> {
  for (const scalar of scalarsOf(file)) {
    const { path, value } = scalar;
    if (typeof value === 'boolean' || value === null || value === '') continue;
    const text = typeof value === 'string' ? value : value.toString();
    const key = path.findLast((step) => typeof step === 'string') ?? '';
    const is = isSecretKey(key)
      ? 'a secret stands here, in clear'
      : randomIn(text).length > 0
        ? 'text as random as a key'
        : undefined;
    // Those with a format were found in the text.
    if (is === undefined || parseReference(text).ok || (hasFormats && formatsIn(text).length > 0)) continue;
    yield { position: positionOf(file, scalar), message: `${showPath(path)}: ${is}`, hint };
  }
}
