/** On a pseudo-terminal (util-linux's `script` makes one): colour, and the question before anything is written. */
import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { bin, expectNoCanary } from './run.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const brokers = brokersForTests();
const rabbit = rabbitAdmin(brokers.rabbitmq);
let place: Workspace;

beforeAll(async () => {
  place = await openWorkspace(brokers);
  await place.write({ [`order-${place.mark}`]: { rabbitmq: { exchanges: { events: {} } } } });
});
afterAll(() => place.remove());

const question = "Apply this to test? Only 'yes' goes on: ";

/** What stood on the screen, with its colours, and the exit code; `answer` is typed when the question is asked. */
async function onTerminal(args: readonly string[], answer?: string, variables: object = {}) {
  const command = [process.execPath, bin, ...args].map((part) => `'${part}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: place.cwd,
    env: { PATH: process.env['PATH'], TERM: 'xterm', ...place.variables, ...variables },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  let typed = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    if (answer === undefined || typed || !screen.includes(question)) return;
    typed = true;
    child.stdin.write(answer);
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  expectNoCanary(screen, Object.values(place.variables));
  return { code, screen, text: stripVTControlCharacters(screen) };
}

const vhostExists = async () =>
  (await rabbit.request('GET', `/vhosts/${encodeURIComponent(place.vhost)}`)).status === 200;
const green = '\u001b[32m+\u001b[39m';

describe('colour', () => {
  it('is there on a terminal', async () => {
    expect((await onTerminal(['plan', '--only', 'rabbitmq'])).screen).toContain(green);
  });

  it.each([
    ['--no-color', ['--no-color'], {}],
    ['NO_COLOR', [], { NO_COLOR: '1' }],
    ['a dumb terminal', [], { TERM: 'dumb' }],
  ])('is not with %s', async (_name, args, variables) => {
    const { screen } = await onTerminal(['plan', '--only', 'rabbitmq', ...args], undefined, variables);
    expect(screen).toMatch(/^ {4}\+ rabbitmq exchange/m);
    expect(screen).not.toContain('\u001b[3');
    expect(screen).not.toContain('\u001b[1m');
  });
});

describe('the question', () => {
  it.each(['no\r', 'y\r', 'YES\r', '\r', '\u0004', '\u0003'])(
    '%j: nothing is written, exit 1',
    async (answer) => {
      const { code, text } = await onTerminal(['apply', '--only', 'rabbitmq', '--no-lock'], answer);
      expect(text).toContain(question);
      expect(text.indexOf('to create')).toBeLessThan(text.indexOf(question));
      expect(text).toContain('Nothing was written.');
      expect(code).toBe(1);
      expect(await vhostExists()).toBe(false);
    },
  );

  it('yes: applied', async () => {
    const { code, text } = await onTerminal(['apply', '--only', 'rabbitmq', '--no-lock'], 'yes\r');
    expect(text).toContain('Read again: nothing is left.');
    expect(code).toBe(0);
    expect(await vhostExists()).toBe(true);
  });

  it('is not asked when there is nothing to do', async () => {
    const { code, text } = await onTerminal(['apply', '--only', 'rabbitmq', '--no-lock']);
    expect(text).not.toContain(question);
    expect(text).toContain('No changes');
    expect(code).toBe(0);
  });
});
