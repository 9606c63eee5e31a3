/** How long a person waits for a report of 300 services: to write it, to open it in Chromium, to find a service in it. A minute. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startBrowser } from '../test/browser/chromium.ts';
import { bin, machine, median, run } from './harness.ts';
import { makeTopology, nowhere } from './topology.ts';

const rounds = 9;
const services = 300;
const targetMs = 2000;
const folder = mkdtempSync(join(tmpdir(), 'mqwarden-bench-'));
const report = join(folder, 'report.html');
for (const [file, text] of makeTopology(services, nowhere)) writeFileSync(join(folder, file), text);

const shown = (values: readonly number[]) =>
  `${(median(values) / 1000).toFixed(2)} s (at most ${(Math.max(...values) / 1000).toFixed(2)} s)`;

const browser = await startBrowser();
try {
  const { ms, peakMB } = await run({ args: [bin, 'report', folder, '--offline', '--out', report] });
  const size = (statSync(report).size / 1e6).toFixed(1);
  console.log(
    `report --offline, ${services} services: ${(ms / 1000).toFixed(2)} s, ${peakMB.toFixed(0)} MB, a page of ${size} MB`,
  );
  const [opened, searched]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const page = await browser.newPage();
    const since = performance.now();
    await page.goto(pathToFileURL(report).href, { waitUntil: 'commit' });
    const box = page.locator('#map-search');
    await box.waitFor();
    opened.push(performance.now() - since);
    await box.pressSequentially('service-123');
    await box.press('Enter');
    await page.locator('#details h3', { hasText: 'service-123' }).waitFor();
    await page.locator('#canvas .here').waitFor();
    searched.push(performance.now() - since);
    await page.close();
  }
  const met = median(searched) <= targetMs ? 'met' : 'MISSED';
  console.log(`opened: ${shown(opened)}`);
  console.log(
    `and a service found, by its name letter by letter: ${shown(searched)}, target ${targetMs / 1000} s ${met}`,
  );
  console.log(
    `${machine(`Node.js ${process.versions.node}, Chromium ${browser.version()}`)}, ${rounds} rounds`,
  );
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
