/** Whoever knocks gets an answer in time, whatever stands behind the door. */
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type Door, knock, shakeHands } from '../../src/probe/door.ts';
import { listening } from './listening.ts';

const greeting = { say: Buffer.from('hello'), isWhole: (heard: Buffer) => heard.length > 1000 };
const timeoutMs = 300;

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

/** A byte now and then, so that no connection is ever idle. */
function dripping(): Promise<Door> {
  const made = createServer((socket) => {
    sockets.add(socket);
    const drip = setInterval(() => socket.write(Buffer.from([0x16])), timeoutMs / 10);
    socket.on('error', () => undefined).on('close', () => clearInterval(drip));
  });
  server = made;
  return listening(made);
}

it('a door that answers a byte now and then is left after the time allowed', async () => {
  const said = await knock(await dripping(), greeting, timeoutMs);
  expect(said).toMatchObject({ is: 'answered' });
});

it('and so is one that never comes to the end of a handshake', async () => {
  const shaken = await shakeHands(await dripping(), { greeting, timeoutMs });
  expect(shaken.is).toBe('shut');
});
