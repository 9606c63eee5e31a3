/** AWS Secrets Manager as moto has it (setup.sh installs it), over TLS. It checks no signature and no policy. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAuthority, writeIssued } from '../brokers/certificates.ts';
import { namedPorts } from '../brokers/ports.ts';
import { removeFolder, startProcess, temporaryFolder, untilReady } from '../brokers/process.ts';

export interface Moto {
  readonly address: string;
  readonly ca: string;
  readonly caKey: string;
  readonly caFile: string;
  /** What a client needs to reach it. */
  readonly variables: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const program = join(import.meta.dirname, '../../.cache/moto/bin/moto_server');

export async function startMoto(): Promise<Moto> {
  if (!existsSync(program)) throw new Error(`${program} is not there: npm run setup -- stores installs it`);
  const folder = temporaryFolder('mqwarden-moto-');
  const authority = await createAuthority('mqwarden test CA of moto');
  const { certFile, keyFile } = writeIssued(folder, 'server', await authority.server());
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.ca, { mode: 0o600 });
  const { port } = await namedPorts('port');
  const server = startProcess({
    name: 'moto',
    command: program,
    args: ['-H', '127.0.0.1', '-p', String(port), '-c', certFile, '-k', keyFile],
    folder,
    logFile: join(folder, 'moto.log'),
  });
  await untilReady('moto', server, () => server.said('Running on'), 120_000);
  const address = `https://localhost:${port}`;
  return {
    address,
    ca: authority.ca,
    caKey: authority.caKey,
    caFile,
    variables: {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: address,
      AWS_CA_BUNDLE: caFile,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    stop: async () => {
      await server.kill();
      removeFolder(folder);
    },
  };
}
