import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readPageAssets } from '../../src/files/page.ts';
import type { PageModel } from '../../src/report/page/model.ts';
import { pageOf } from '../../src/report/page/page.ts';
import { mqwarden } from '../cli/run.ts';
import { startBrowser } from './chromium.ts';
import { attacked, hostile, shop, sized } from '../report/page/models.ts';

// What a person does with the report, in a real browser.

const folder = mkdtempSync(join(tmpdir(), 'mqwarden-page-'));
let browser: Browser;
/** What no page may do: ask for anything, complain, break its own policy. */
let wrongs: string[] = [];

beforeAll(async () => {
  browser = await startBrowser();
}, 60_000);

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  const found = wrongs;
  wrongs = [];
  expect(found).toEqual([]);
});

async function open(model: PageModel, options: BrowserContextOptions = {}, at = ''): Promise<Page> {
  const file = join(folder, 'report.html');
  writeFileSync(file, pageOf(model, await readPageAssets()));
  return visit(file, options, at);
}

async function visit(file: string, options: BrowserContextOptions = {}, at = ''): Promise<Page> {
  const address = pathToFileURL(file).href;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.on('console', (message) => wrongs.push(`said ${message.text()}`));
  page.on('pageerror', ({ message }) => wrongs.push(`threw ${message}`));
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== address) wrongs.push(`asked for ${request.url()}`);
  });
  page.on('dialog', (dialog) => {
    wrongs.push(`opened ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address + at);
  return page;
}

/** The machine may be busy. */
const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 15_000 });
const title = (page: Page) => page.locator('#details h3').textContent();
const drawn = (page: Page) =>
  page
    .locator('#canvas .node')
    .evaluateAll((nodes) => nodes.map((node) => node.getAttribute('data-id') ?? '').sort());
const focusedText = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? '');
/** Of rows that a person sees. */
const rows = (page: Page, section: string) =>
  page.locator(`#${section} :is(tbody > tr:not(.as, .grid *), [data-row]):visible`).count();

async function brokenRules(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map(({ html }) => html)].join(' '));
  });
}

describe('the map', () => {
  test('a service is searched, found and shown with the keyboard alone, and Back goes back', async () => {
    const page = await open(shop());
    await page.getByRole('combobox', { name: 'Search' }).focus();
    await page.keyboard.type('mail');
    await eventually(() => page.locator('#map-found').textContent()).toBe('2 found');
    await page.keyboard.press('Enter');
    expect(await title(page)).toBe('mail-service');
    expect(await focusedText(page)).toBe('mail-service');
    expect(await drawn(page)).toEqual([
      'rabbitmq:exchange:shop/order.events',
      'rabbitmq:queue:shop/mail.orders',
      'service:mail-service',
      'service:order-service',
    ]);
    expect(await page.locator('#details').innerText()).toContain('Reads (1)');
    await page.goBack();
    await eventually(() => title(page)).toBe('Everything');
    expect(await drawn(page)).toHaveLength(8);
  });

  test('the second hit is chosen by the arrow keys, and Escape closes the list', async () => {
    const page = await open(shop());
    const box = page.getByRole('combobox', { name: 'Search' });
    await box.fill('mail');
    await box.press('ArrowDown');
    expect(await page.locator('#map-hits [aria-selected=true] .name').textContent()).toBe('mail.orders');
    expect(await box.getAttribute('aria-activedescendant')).toBe('hit-1');
    await box.press('Escape');
    expect(await page.locator('#map-hits').isVisible()).toBe(false);
    await box.fill('mail.o');
    await page.locator('#map-hits li').first().click();
    expect(await title(page)).toBe('mail.orders');
  });

  test('an edge is followed to the neighbour: by its name beside the map, by the arrow keys and by the mouse on it', async () => {
    const page = await open(shop(), {}, '#at=service%3Aorder-service');
    await page.locator('#details').getByRole('button', { name: 'order.events' }).click();
    expect(await title(page)).toBe('order.events');
    expect(await page.locator('#details h4').allTextContents()).toEqual([
      'Written by (1)',
      'Hands messages on to (2)',
    ]);
    await page.locator('#canvas .here').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-id'))).toMatch(/queue:shop/);
    await page.keyboard.press('ArrowRight');
    const reader = await page.evaluate(() => document.activeElement?.getAttribute('data-id'));
    await page.keyboard.press('Enter');
    expect(`service:${(await title(page)) ?? ''}`).toBe(reader);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-id'))).toBe(reader);
    await page.locator('#canvas [data-id="service:order-service"]').click();
    expect(await title(page)).toBe('order-service');
  });

  test('a line is chosen by a click near it, and says what goes there by which right; its ends are buttons', async () => {
    const page = await open(shop());
    const line = page.locator('#canvas .edge', { hasText: 'order-service writes to order.events' });
    const { x, y } = await line.locator('.line').evaluate((path: SVGPathElement) => {
      const point = path.getPointAtLength(path.getTotalLength() / 2);
      return new DOMPoint(point.x, point.y).matrixTransform(path.getScreenCTM() ?? undefined);
    });
    await page.mouse.click(x + 3, y + 3);
    expect(await title(page)).toBe('order-service → order.events');
    const words = await page.locator('#details').innerText();
    expect(words).toContain('order-service writes to order.events by the right write: order.#');
    expect(await line.getAttribute('class')).toContain('chosen');
    const shared = await page.evaluate(() => location.hash);
    await page.locator('#details').getByRole('button', { name: 'order.events' }).click();
    expect(await title(page)).toBe('order.events');
    await page.goBack();
    await eventually(() => title(page)).toBe('order-service → order.events');
    expect(await title(await open(shop(), {}, shared))).toBe('order-service → order.events');
  });

  test('a line is chosen with the keyboard, too: Shift and an arrow stop on it', async () => {
    const page = await open(shop(), {}, '#at=rabbitmq%3Aexchange%3Ashop%2Forder.events');
    const at = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    await page.locator('#canvas .here').focus();
    await page.keyboard.press('Shift+ArrowRight');
    const [first, second] = [await at(), (await page.keyboard.press('ArrowDown'), await at())];
    expect([first, second].sort()).toEqual([
      'order.events hands messages on to bill.orders: binding order.#',
      'order.events hands messages on to mail.orders: binding order.paid',
    ]);
    await page.keyboard.press('Enter');
    expect(await title(page)).toBe(
      second.includes('bill') ? 'order.events → bill.orders' : 'order.events → mail.orders',
    );
    expect(await at()).toBe(second);
    await page.keyboard.press('ArrowRight');
    expect(await at()).toContain(second.includes('bill') ? 'bill.orders' : 'mail.orders');
  });

  test('what is filtered and searched stands in the address, and a link with it shows the same to others', async () => {
    const page = await open(shop());
    await page.getByLabel('Broker').first().selectOption('rabbitmq');
    await page.getByLabel('queues').uncheck();
    await page.locator('#access').getByRole('searchbox').fill('bill');
    await page.locator('#checklist').getByLabel('Verdict').selectOption('pass');
    await page.getByRole('combobox', { name: 'Search' }).fill('order');
    const hash = () => page.evaluate(() => location.hash);
    await eventually(hash).toContain('find=order');
    const before = await drawn(page);
    const other = await open(shop(), {}, await hash());
    expect(await drawn(other)).toEqual(before);
    expect(await other.getByLabel('queues').isChecked()).toBe(false);
    expect(await other.getByRole('combobox', { name: 'Search' }).inputValue()).toBe('order');
    expect(await rows(other, 'checklist')).toBe(1);
    expect(await other.locator('#access-grid tbody tr').count()).toBe(1);
  });

  test('an address that somebody made up chooses nothing, and breaks nothing', async () => {
    for (const hash of [
      '#at=%E0%A4%A',
      '#at=nobody&broker=x&owner=__proto__&reach=99&without=%00',
      '#=&&a=',
      '#from=a&to=b',
    ])
      expect(await drawn(await open(shop(), {}, hash)), hash).toHaveLength(8);
  });

  test('a broker is left out, a kind is folded into lines, and everything comes back', async () => {
    const page = await open(shop());
    await page.getByLabel('Broker').first().selectOption('rabbitmq');
    expect(await drawn(page)).not.toContain('kafka:topic:orders');
    await page.getByLabel('queues').uncheck();
    expect((await drawn(page)).filter((id) => id.includes('queue'))).toEqual([]);
    await page.getByLabel('Broker').first().selectOption('');
    await page.getByLabel('queues').check();
    expect(await drawn(page)).toHaveLength(8);
  });

  test('300 services: by owner, then by search', async () => {
    const page = await open(sized(300));
    expect(await page.locator('#map-told').textContent()).toContain('too many');
    expect(await drawn(page)).toHaveLength(20);
    await page.getByRole('combobox', { name: 'Search' }).fill('service-123');
    await page.keyboard.press('Enter');
    expect(await title(page)).toBe('service-123');
    expect(await page.locator('#canvas .here').count()).toBe(1);
  });
});

describe('the tables', () => {
  test('access is a grid of who and what, and a list of all that is known of each right', async () => {
    const page = await open(shop());
    const line = page.locator('#access-grid tbody tr', { hasText: 'order.events' });
    expect(await line.locator('td').allInnerTexts()).toEqual(['W', '', '', '']);
    expect(await line.locator('abbr').getAttribute('title')).toBe('write');
    expect(await page.locator('#access-grid thead th').allTextContents()).toEqual([
      'Thing',
      'order-service',
      'mail-service',
      'bill-service',
      'report-service',
    ]);
    await page.getByRole('button', { name: 'As a list' }).click();
    expect(await page.locator('#access-grid').isVisible()).toBe(false);
    expect(await page.locator('#access-list tr', { hasText: 'order.events' }).innerText()).toContain(
      'order.#',
    );
  });

  test('access is filtered by words, broker and right, and says how much is left', async () => {
    const page = await open(shop());
    const section = page.locator('#access');
    await section.getByRole('searchbox').fill('bill');
    expect(await page.locator('#access-grid tbody tr').allInnerTexts()).toEqual([
      expect.stringContaining('bill.orders'),
    ]);
    expect(await section.getByRole('status').textContent()).toBe('1 of 5 rows');
    await page.getByRole('button', { name: 'As a list' }).click();
    expect(await rows(page, 'access')).toBe(1);
    await section.getByRole('searchbox').fill('');
    expect(await rows(page, 'access')).toBe(5);
    await section.getByLabel('Broker').selectOption('kafka');
    await section.getByLabel('Right').selectOption('write');
    expect(await rows(page, 'access')).toBe(1);
    expect(await page.locator('#access-list tbody > tr:not(.as):visible th').innerText()).toBe('orders');
  });

  test('what is too much for a grid is a list, until a filter leaves less', async () => {
    const page = await open(sized(60));
    expect(await page.locator('#access-grid').isVisible()).toBe(false);
    await page.locator('#access').getByRole('searchbox').fill('service-007');
    expect(await page.locator('#access-grid').isVisible()).toBe(true);
  });

  test('what was seen is opened, and what fails is open already', async () => {
    const page = await open(shop());
    await eventually(() => page.getByText('a login as guest was accepted').isVisible()).toBe(true);
    expect(await page.getByText('listeners: amqp/ssl 5671').isVisible()).toBe(false);
    await page.getByText('only TLS is listened for').click();
    expect(await page.getByText('listeners: amqp/ssl 5671').isVisible()).toBe(true);
  });

  test('a check has a link that is labelled, opens it, and shows it where a filter had hidden it', async () => {
    const page = await open(shop(), {}, '#check-2');
    await eventually(() => page.getByText('listeners: amqp/ssl 5671').isVisible()).toBe(true);
    const anchor = page.getByRole('link', { name: 'Link to: guest can log in' });
    expect(await anchor.getAttribute('href')).toBe('#check-1');
    await page.locator('#checklist').getByLabel('Verdict').selectOption('pass');
    expect(await anchor.isVisible()).toBe(false);
    await page.evaluate(() => (location.hash = '#check-1'));
    await eventually(() => anchor.isVisible()).toBe(true);
    const lint = page.getByRole('link', { name: 'Link to: a grant is wide' });
    expect(await lint.getAttribute('href')).toMatch(/^#lint-MQ101-[0-9a-f]{10}$/);
    await lint.click();
    await eventually(() => page.getByText('topology/order.yaml:3:7').isVisible()).toBe(true);
  });

  test('a link to the access of a service shows the list', async () => {
    const page = await open(shop(), {}, '#access-of-mail-service');
    expect(await page.locator('#access-list').isVisible()).toBe(true);
    expect(await focusedText(page)).toContain('mail-service');
  });

  test('what is told of a service elsewhere is one link away', async () => {
    const page = await open(shop(), {}, '#at=service%3Aorder-service');
    await page.locator('#details').getByRole('link', { name: 'Its blast radius' }).click();
    await eventually(() => page.locator('#blast-of-order-service').getAttribute('open')).toBe('');
    await page.locator('#blast-of-order-service').getByRole('link', { name: 'On the map' }).click();
    await eventually(() => title(page)).toBe('order-service');
  });
});

describe('for everybody', () => {
  test('Tab goes from the link that skips, over the parts and the map, to the tables; the picture is one stop', async () => {
    const page = await open(shop());
    const stops: string[] = [];
    for (let press = 0; press < 30; press += 1) {
      await page.keyboard.press('Tab');
      stops.push(
        await page.evaluate(() => {
          const at = document.activeElement;
          const name =
            at?.id === '' || at?.id === undefined ? (at?.getAttribute('class') ?? at?.tagName ?? '') : at.id;
          return at?.closest('#canvas') instanceof Element ? 'picture' : name;
        }),
      );
    }
    expect(stops[0]).toBe('skip');
    expect(stops.filter((stop) => stop === 'picture')).toHaveLength(1);
    expect(stops.indexOf('map-search')).toBeLessThan(stops.indexOf('picture'));
    expect(stops.indexOf('picture')).toBeLessThan(stops.indexOf('SUMMARY'));
  });

  test.each([
    ['light', 'light'],
    ['dark', 'dark'],
  ] as const)('no rule of axe is broken: %s', async (_, colorScheme) => {
    const page = await open(shop(), { colorScheme, bypassCSP: true }, '#at=service%3Aorder-service');
    expect(await brokenRules(page)).toEqual([]);
  });

  test('dark where the machine is', async () => {
    const page = await open(shop(), { colorScheme: 'dark' });
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(20, 24, 28)',
    );
  });

  test('on paper everything is open, and nothing is there to press', async () => {
    const page = await open(shop(), { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await page.locator('details:not([open])').count()).toBe(0);
    expect(await page.locator('.controls:visible, nav:visible, #access-grid:visible').count()).toBe(0);
    expect(await rows(page, 'access')).toBe(5);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(255, 255, 255)',
    );
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    expect(await page.locator('details:not([open])').count()).toBeGreaterThan(0);
  });

  test('without JavaScript the tables are there, and the controls are not', async () => {
    const page = await open(shop(), { javaScriptEnabled: false });
    expect(await rows(page, 'access')).toBe(5);
    expect(await page.locator('.controls:visible').count()).toBe(0);
    expect(await page.getByText('The map needs JavaScript').isVisible()).toBe(true);
  });

  test('a narrow window scrolls down, never to the side', async () => {
    const page = await open(attacked(), { viewport: { width: 400, height: 800 } });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
  });
});

test('the 23 services of topology/, as the command writes them: all things are drawn, in letters that can be read', async () => {
  const root = join(import.meta.dirname, '../..');
  const out = join(folder, 'topology.html');
  const args = ['report', join(root, 'topology'), '--env', 'production', '--offline', '--out', out];
  const { code, stderr } = await mqwarden(args, { cwd: folder });
  expect(code, stderr).toBe(0);
  const page = await visit(out, { colorScheme: 'dark', bypassCSP: true });
  expect(await page.locator('#canvas .is-queue').count()).toBeGreaterThan(25);
  const widest = async () =>
    page
      .locator('#canvas svg')
      .evaluate((svg: SVGSVGElement) => svg.width.baseVal.value / svg.viewBox.baseVal.width);
  expect(await widest()).toBeGreaterThanOrEqual(0.89);
  expect(await page.locator('#access-grid td.has').count()).toBeGreaterThan(100);
  await page.locator('#map-search').fill('payment-service');
  expect(await brokenRules(page)).toEqual([]);
  await page.locator('#map-search').press('Enter');
  expect(await title(page)).toBe('payment-service');
  expect(await widest()).toBeGreaterThanOrEqual(0.89);
});

test('names that want to run do nothing, wherever they are shown', async () => {
  const page = await open(attacked());
  const box = page.getByRole('combobox', { name: 'Search' });
  const ids = [...new Set(await drawn(page))];
  expect(ids.length).toBe(hostile.length * 3);
  for (const id of ids)
    await page.evaluate((hash) => (location.hash = hash), `#at=${encodeURIComponent(id)}`);
  await box.fill('script');
  await page.keyboard.press('Enter');
  expect(await title(page)).toContain('<script>');
  for (const group of await page.locator('details').all())
    await group.evaluate((one) => one.setAttribute('open', ''));
  expect(await page.evaluate(() => (globalThis as { ran?: number }).ran)).toBeUndefined();
  expect(await page.locator('img, iframe, body script:not([id]):not(:last-of-type)').count()).toBe(0);
});

test('the policy holds: what would be put into the page all the same does not run', async () => {
  const page = await open(shop());
  const blocked = await page.evaluate(() => {
    try {
      document.body.innerHTML = '<img src=x onerror="globalThis.ran = 1">';
      return 'not blocked';
    } catch (error) {
      return (error as Error).name;
    }
  });
  expect(blocked).toBe('TypeError');
  expect(wrongs.every((wrong) => wrong.includes('TrustedHTML'))).toBe(true);
  wrongs = [];
});
