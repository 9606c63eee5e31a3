/**
 * As much of a Kubernetes API server as Vault asks of one: whose a service account's token is. The token itself says, and who
 * reviews it is not checked: what Vault makes of the answer is tested, not Kubernetes.
 */
import { createServer } from 'node:https';
import { createAuthority } from '../brokers/certificates.ts';
import { listen, socketSet, stopServer } from '../brokers/proxy-sockets.ts';

export interface TokenReviews {
  readonly address: string;
  readonly ca: string;
  /** A token of a service account in the namespace `shop`. */
  jwt(account: string): string;
  stop(): Promise<void>;
}

export async function tokenReviews(): Promise<TokenReviews> {
  const authority = await createAuthority('mqwarden test CA of Kubernetes');
  const sockets = socketSet();
  const server = createServer(await authority.server(), (request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => (text += part));
    request.on('end', () => {
      const { spec } = JSON.parse(text) as { spec: { token: string } };
      const status = {
        authenticated: true,
        user: { username: subjectOf(spec.token), uid: 'uid', groups: [] },
      };
      const body = {
        kind: 'TokenReview',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: {},
        spec,
        status,
      };
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  server.on('connection', (socket) => sockets.add(socket));
  const port = await listen(server);
  return {
    address: `https://localhost:${port}`,
    ca: authority.ca,
    jwt: (account) => {
      const sub = `system:serviceaccount:shop:${account}`;
      const kubernetes = { namespace: 'shop', serviceaccount: { name: account, uid: 'uid' } };
      const claims = { sub, iss: 'kubernetes', 'kubernetes.io': kubernetes };
      const parts = [{ alg: 'RS256', typ: 'JWT' }, claims];
      return [...parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')), 'c2ln'].join(
        '.',
      );
    },
    stop: () => stopServer(server, sockets),
  };
}

function subjectOf(token: string): string {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
    sub: string;
  };
  return claims.sub;
}
