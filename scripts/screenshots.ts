/** `npm run docs:screenshots`: pictures of the report of `topology/` for the docs, made in the browser that the tests use. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { startBrowser } from '../test/browser/chromium.ts';

const root = join(import.meta.dirname, '..');
const images = join(root, 'docs/images');
const folder = mkdtempSync(join(tmpdir(), 'mqwarden-screenshots-'));
const report = join(folder, 'report.html');

const pictures = [
  {
    file: 'report-map.webp',
    at: '#at=service%3Aorder-service',
    colorScheme: 'light',
    show: (page: Page) => page.locator('#map'),
  },
  { file: 'report-access.webp', at: '', colorScheme: 'dark', show: (page: Page) => page.locator('#access') },
] as const;

async function picture(
  page: Page,
  file: string,
  show: (page: Page) => ReturnType<Page['locator']>,
): Promise<void> {
  const place = await show(page).boundingBox();
  if (place === null) throw new Error(`nothing to see for ${file}`);
  const session = await page.context().newCDPSession(page);
  // Playwright itself writes no WebP, which is a third of a PNG.
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 80,
    clip: {
      ...place,
      x: place.x - 12,
      width: place.width + 24,
      height: Math.min(place.height, 720),
      scale: 1,
    },
    captureBeyondViewport: true,
  });
  writeFileSync(join(images, file), Buffer.from(data, 'base64'));
}

const args = ['report', join(root, 'topology'), '--env', 'production', '--offline', '--out', report];
const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin/mqwarden.js'), ...args], {
  encoding: 'utf8',
});
if (status !== 0) throw new Error(stderr);
mkdirSync(images, { recursive: true });
const browser = await startBrowser();
try {
  for (const { file, at, colorScheme, show } of pictures) {
    const page = await browser.newPage({ viewport: { width: 1560, height: 900 }, colorScheme });
    await page.goto(pathToFileURL(report).href + at);
    await page.evaluate('scrollTo(0, 0)');
    await picture(page, file, show);
    await page.close();
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
