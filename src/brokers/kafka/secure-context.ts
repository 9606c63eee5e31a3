import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Context } from '../../core/broker.ts';
import { ConnectionError, messageOf } from '../../core/errors.ts';
import type { Placed } from '../../core/landscape.ts';

/** Files that an environment or a service names, and where. */
export interface TlsFiles {
  readonly files: {
    readonly ca?: string | undefined;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
  };
  readonly at: Pick<Placed<unknown>, 'locate'>;
}

/** Of several that name a file, the last one wins. Throws ConnectionError for a file that is no PEM. */
export async function secureContext(given: readonly TlsFiles[], context: Context): Promise<SecureContext> {
  const load = async (key: 'ca' | 'cert' | 'key') => {
    for (const { files, at } of given.toReversed()) {
      const path = files[key];
      if (path !== undefined) return context.file(path, at.locate(['tls', key]));
    }
    return undefined;
  };
  const [ca, cert, key] = [await load('ca'), await load('cert'), await load('key')];
  if (key !== undefined) context.conceal(key);
  try {
    // A file without any certificate would be taken in silence, and trust nobody.
    for (const pem of [ca, cert]) if (pem !== undefined) new X509Certificate(pem);
    return createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    });
  } catch (error) {
    throw new ConnectionError(`the TLS files for Kafka cannot be used: ${messageOf(error)}`, {
      position: given.at(-1)?.at.locate(['tls']),
      hint: 'tls.ca, tls.cert and tls.key must be PEM files; the key must belong to the certificate, without a passphrase',
    });
  }
}
