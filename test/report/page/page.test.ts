import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readPageAssets } from '../../../src/files/page.ts';
import { type Packed, unpacked } from '../../../src/report/page/packed.ts';
import { pageOf } from '../../../src/report/page/page.ts';
import { hashOf } from '../../../src/report/page/browser/place.ts';
import { idsOf } from '../../../src/report/page/sections/ids.ts';
import { attacked, hostile, shop, sized } from './models.ts';

const assets = await readPageAssets();
const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, one = '']) => one);
const plain = (text: string) => text.replaceAll('&#39;', "'");

describe('the policy of the page', () => {
  test.each([
    ['a small report', shop()],
    ['names that want to run', attacked()],
  ])('%s: it lets run the one script and the one style that are there, by their hashes', (_, model) => {
    const page = pageOf(model, assets);
    const [policy = ''] = matches(page, /http-equiv="Content-Security-Policy" content="([^"]*)"/g).map(plain);
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hash(assets.script)}`,
      `style-src ${hash(assets.style)}`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    expect(matches(page, /<script>([\s\S]*?)<\/script>/g).map(hash)).toEqual([hash(assets.script)]);
    expect(matches(page, /<style>([\s\S]*?)<\/style>/g).map(hash)).toEqual([hash(assets.style)]);
    expect(matches(page, /<(script|style|link|iframe|object|embed|img|base|form)\b/g)).toEqual([
      'style',
      'script',
      'script',
    ]);
  });

  test('nothing is fetched: no element of the page names an address but links that a person follows', () => {
    const page = pageOf(shop(), assets);
    expect(matches(page, /\s(src|srcset|action|data|poster|background)=/g)).toEqual([]);
    expect(matches(page, /<(\w+)[^>]*\shref="https?:/g)).toEqual(['a']);
    expect(assets.style).not.toMatch(/url\(|@import/);
    expect(assets.script).not.toMatch(
      /<\/script|fetch\(|XMLHttpRequest|WebSocket|import\(|innerHTML|\beval\(/,
    );
    expect(assets.script).toContain('Permission is hereby granted');
  });
});

describe('names that want to run', () => {
  const page = pageOf(attacked(), assets);

  test('none of them is markup: all elements and attributes of the body are ours', () => {
    const [body = ''] = matches(page, /<body>([\s\S]*)<script type/g);
    const tag = /<\/?([a-z0-9]+)((?:\s+[a-z-]+(?:="[^"<>]*")?)*)\s*\/?>/g;
    expect(body.replaceAll(tag, '').match(/.{0,20}[<>].{0,20}/)).toBeNull();
    const attributes = [...body.matchAll(tag)].flatMap(([, , all = '']) =>
      matches(all.replaceAll(/"[^"]*"/g, ''), /([a-z-]+)/g),
    );
    expect([...new Set(attributes)].filter((name) => /^(on|src|style|auto(?!complete))/.test(name))).toEqual(
      [],
    );
    expect(matches(body, /href="(?!#)([^"]*)"/g)).toEqual([]);
  });

  test('what turns text, breaks lines or controls a terminal is shown as what it is', () => {
    const [body = ''] = matches(page, /<body>([\s\S]*)<script type/g);
    expect(body).toContain('turned\\u{202e}gnihtemos');
    expect(body).toContain('line\\u{2028}break');
    expect(body).toContain('\\u{0}nothing\\u{1b}[31m');
    expect(body).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|[^\P{Cc}\n]/u);
  });

  test('a name of another direction is apart from what stands beside it', () => {
    const [row = ''] = matches(page, /(<th scope="row"><bdi[^>]*>מלכים\/5<\/bdi>)/g);
    expect(row).toContain('<bdi class="name"');
  });

  test('half a character in a name is no error', () => {
    const half = 'service:\ud800';
    const { nodes, access } = shop();
    const [node, row] = [nodes[0], access[0]];
    if (node === undefined || row === undefined) throw new Error('the shop is empty');
    const broken = {
      ...shop(),
      nodes: [{ ...node, id: half, label: '\ud800' }],
      access: [{ ...row, who: half }],
    };
    expect(pageOf(broken, assets)).toContain('\\u{d800}');
    expect(hashOf(new Map([['at', half]]))).toBe('#at=service%3A%EF%BF%BD');
  });

  test('the data come back as they were', () => {
    const [data = ''] = matches(page, /<script type="application\/json" id="data">([\s\S]*?)<\/script>/g);
    const { nodes, edges } = attacked();
    const found = JSON.parse(data) as Packed;
    expect(unpacked(found)).toEqual({ nodes, edges });
    expect(data).not.toMatch(/[<\u2028\u2029]/);
  });
});

test('the same report is the same page to the letter', () => {
  expect(pageOf(shop(), assets)).toBe(pageOf(shop(), assets));
});

test('the place of a thing is told where its broker has several', () => {
  const [one, other] = [shop(), shop()].map(({ access }) => access);
  const elsewhere = (other ?? []).map((row) => ({
    ...row,
    at: row.at.replace('shop/', 'mall/') as typeof row.at,
  }));
  expect(pageOf({ ...shop(), access: one ?? [] }, assets)).not.toContain('order.events <i>in shop</i>');
  const both = pageOf({ ...shop(), access: [...(one ?? []), ...elsewhere] }, assets);
  expect(both).toContain('order.events <i>in shop</i>');
  expect(both).toContain('order.events <i>in mall</i>');
});

test('a report of 300 services is small enough to be mailed', () => {
  expect(pageOf(sized(300), assets).length).toBeLessThan(1_500_000);
});

test('every row of access is in the page without its script', () => {
  const model = sized(30);
  const page = pageOf(model, assets);
  expect(matches(page, /(<tr>\s*<th scope="row">)/g)).toHaveLength(model.access.length);
});

describe('the blast radius', () => {
  const rows = matches(pageOf(shop(), assets), /<tr data-effect="\w+">([\s\S]*?)(?=<tr|<\/table)/g).map(
    (row) =>
      row
        .replaceAll(/<[^>]*>|\s+/g, ' ')
        .replaceAll(/\s+/g, ' ')
        .trim(),
  );

  test('a way goes on from what is written to, by arrows', () => {
    expect(rows[0]).toBe('mail-service gets its messages order.events → mail.orders write on the exchange');
  });

  test('what is read and written itself has no way, and no arrow', () => {
    expect(rows[1]).toBe('order-service is listened to orders read on the topic');
  });
});

describe('ids that a link can be kept of', () => {
  test('the same for the same text, plain names as they are, nothing of any other', () => {
    expect(idsOf('access-of', ['order-service', 'a.b_c'])).toEqual([
      'access-of-order-service',
      'access-of-a.b_c',
    ]);
    expect(idsOf('x', hostile)).toEqual(idsOf('x', hostile));
    expect(idsOf('x', hostile).filter((id) => !/^[A-Za-z0-9._~-]+$/.test(id))).toEqual([]);
  });

  test('no text takes the id of another', () => {
    const [hidden = ''] = idsOf('x', ['</script>']);
    const texts = [...hostile, '</script>', hidden.slice(2), 'a', 'a', 'a~2', 'a-2'];
    expect(new Set(idsOf('x', texts)).size).toBe(texts.length);
  });

  test('no id is there twice, and every link within the page leads to one', () => {
    for (const page of [pageOf(attacked(), assets), pageOf(shop(), assets)]) {
      const ids = matches(page, /\sid="([^"]*)"/g);
      expect(new Set(ids).size).toBe(ids.length);
      const links = matches(page, /href="#([^"=]*)"/g);
      expect(links.filter((link) => !ids.includes(link))).toEqual([]);
    }
  });
});
