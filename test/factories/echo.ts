/** A proxy in front of RabbitMQ's AMQPS listener, which puts into a refusal what the client said to log in. */
import { connect, createServer, type TLSSocket } from 'node:tls';
import { type Issued, restoreAuthority } from '../brokers/certificates.ts';
import type { SharedRabbitMQ } from '../brokers/connection.ts';
import { listen, socketSet, stopServer } from '../brokers/proxy-sockets.ts';

/** Connection.Close of AMQP 0-9-1, with a reply of 403. */
function closeFrame(words: string): Buffer {
  const text = Buffer.from(words).subarray(0, 255);
  const head = Buffer.alloc(7);
  head.writeUInt16BE(10, 0);
  head.writeUInt16BE(50, 2);
  head.writeUInt16BE(403, 4);
  head.writeUInt8(text.length, 6);
  const payload = Buffer.concat([head, text, Buffer.alloc(4)]);
  const start = Buffer.alloc(7);
  start.writeUInt8(1, 0);
  start.writeUInt32BE(payload.length, 3);
  return Buffer.concat([start, payload, Buffer.from([0xce])]);
}

export async function closingWithEcho(
  rabbitmq: SharedRabbitMQ,
  { cert, key }: Issued,
): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const authority = await restoreAuthority(rabbitmq.ca, rabbitmq.caKey);
  const { port } = new URL(rabbitmq.amqpsUrl);
  const sockets = socketSet();
  const pipe = (client: TLSSocket): void => {
    const broker = connect({ port: Number(port), host: 'localhost', ca: rabbitmq.ca, cert, key });
    for (const socket of [client, broker]) sockets.add(socket);
    client.once('close', () => broker.destroy());
    broker.on('data', (bytes: Buffer) => client.write(bytes));
    client.on('data', (bytes: Buffer) => {
      // Connection.StartOk: what the client says after the password is of no interest.
      const plain = bytes.indexOf('PLAIN');
      if (plain < 0) {
        broker.write(bytes);
        return;
      }
      const [, , password = ''] = bytes
        .subarray(plain + 9)
        .toString('utf8')
        .split('\0');
      const said = password.slice(0, password.indexOf('\u0005en_US'));
      client.write(closeFrame(`ACCESS_REFUSED - Login was refused for ${said}`));
    });
  };
  const server = createServer(await authority.server(), pipe);
  server.on('tlsClientError', () => undefined);
  const at = await listen(server);
  return { url: `amqps://localhost:${at}`, stop: () => stopServer(server, sockets) };
}
