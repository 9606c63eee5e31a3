import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** A real browser for tests, and for pictures of the docs: Chromium or what is built from it, as the machine has it. */

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

export async function startBrowser(): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: found(),
    // Its sandbox does not start as root, and a container has little shared memory.
    args: [...(isRoot ? ['--no-sandbox'] : []), '--disable-dev-shm-usage'],
  });
}

function found(): string {
  const given = process.env['MQWARDEN_TEST_CHROMIUM'];
  if (given !== undefined) return given;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const all = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const first = all.find(isProgram);
  if (first === undefined)
    throw new Error(
      `no browser on PATH (${names.join(', ')}): npm run setup -- stores installs Debian's chromium; elsewhere set MQWARDEN_TEST_CHROMIUM to one`,
    );
  return first;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
