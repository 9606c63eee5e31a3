import type { Edit } from '../../core/rule.ts';
import { placeAt, positionAt, showPath } from '../../topology/places.ts';
import type { FileRule, LintFile } from '../rule.ts';
import { positionOf, type Scalar, scalarsOf } from '../scalars.ts';

/** By the words of brokers, client libraries and their command line tools, without case and punctuation. */
const off: Readonly<Record<string, readonly string[]>> = {
  verify: ['false', 'none', 'verifynone', 'no'],
  rejectunauthorized: ['false'],
  nodetlsrejectunauthorized: ['0'],
  checkhostname: ['false'],
  verifyhostname: ['false'],
  tlsverify: ['false'],
  sslverify: ['false'],
  insecure: ['true'],
  insecureskipverify: ['true'],
  skipverify: ['true'],
  failifnopeercert: ['false'],
  ssl: ['false'],
  tls: ['false'],
  sslendpointidentificationalgorithm: ['', 'none'],
};

export const verificationOff: FileRule = {
  id: 'MQ204',
  name: 'verification-off',
  severity: 'error',
  summary: 'TLS, or its check of who is there, is turned off.',
  why: `Encryption to whoever answers protects from nobody: who stands between shows a certificate of their own. There is no such setting
in a topology, since mqwarden and its connection factories always check; but people look for one, in arguments and in settings of topics
too.`,
  instead:
    'The authority that signs the certificates, `tls: { ca: … }`, and the name in them where it is not the host, `serverName`.',
  *inFile(file) {
    for (const scalar of scalarsOf(file)) {
      if (!turnsOff(scalar)) continue;
      const message = `${showPath(scalar.path)}: turns off what makes TLS worth anything`;
      const hint = 'trust the authority of the certificates instead: tls: { ca: FILE }';
      yield { position: positionOf(file, scalar), message, hint, fix: removalOf(scalar, file) };
    }
  },
};

function turnsOff({ path, value }: Scalar): boolean {
  const key = path.at(-1);
  if (typeof key !== 'string') return false;
  const word = plain(key);
  return Object.hasOwn(off, word) && off[word]?.includes(plain(String(value ?? ''))) === true;
}

/** Under `tls` no such key was ever known: it does nothing but keep the topology from loading. */
function removalOf({ path }: Scalar, { root, source }: LintFile): Edit[] {
  if (path.at(-2) !== 'tls') return [];
  const tls = placeAt(root, path.slice(0, -1));
  // A mapping cannot be left empty.
  const whole = tls.children?.size === 1 ? tls : placeAt(root, path);
  return [{ is: 'remove', at: positionAt(source, whole.key) }];
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}
