/**
 * A service in a process of its own, which reads its credential again and again as the factories do: `node poll.ts STORE SERVICE`.
 * By a store whose document has both fields, and by a source that is asked for them one by one. Whatever differs from what it read
 * before is a line of JSON on its output.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Secrets } from '../../src/core/connect-options.ts';
import { openStore } from '../../src/secrets/open.ts';
import { credentialReader } from '../../src/secrets/source.ts';

export interface Polled {
  readonly way: 'whole' | 'apart';
  readonly username: string;
  readonly password: string;
  /** Readings so far. */
  readonly count: number;
}

async function poll(way: Polled['way'], service: string, secrets: Secrets): Promise<never> {
  const read = credentialReader('rabbitmq', { service, secrets }, () => undefined);
  let last = '';
  for (let count = 1; ; count += 1) {
    const { username, password = '', version } = await read({ fresh: true });
    if (version !== last) {
      const polled: Polled = { way, username, password, count };
      process.stdout.write(`${JSON.stringify(polled)}\n`);
    }
    last = version;
    // Reading a file is synchronous inside: the other one gets its turn.
    await sleep(0);
  }
}

const [reference = '', service = ''] = process.argv.slice(2);
const store = openStore(reference, undefined, { variables: process.env });
const source = {
  async getSecret(path: string) {
    const [broker = '', name = '', field = ''] = path.split('/');
    return (await store.read(`${broker}/${name}`))?.document[field] ?? '';
  },
};
await Promise.all([poll('whole', service, reference), poll('apart', service, source)]);
