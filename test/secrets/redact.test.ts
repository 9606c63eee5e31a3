import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asJson } from '../../src/report/json.ts';
import { printable } from '../../src/report/printable.ts';
import { generatePassword } from '../../src/secrets/generate.ts';
import { Redaction } from '../../src/secrets/redact.ts';

function redact(secrets: readonly string[], text: string): string {
  const redaction = new Redaction();
  for (const secret of secrets) redaction.add(secret);
  return redaction.redact(text);
}

describe('redaction', () => {
  const secret = 'pä/ss"wö+rd!';
  test.each([
    { name: 'as it is', text: `password ${secret}!`, want: 'password [redacted]!' },
    {
      name: 'percent-encoded',
      text: `https://u:${encodeURIComponent(secret)}@mq`,
      want: 'https://u:[redacted]@mq',
    },
    { name: 'percent-encoded in lower case', text: 'p%c3%a4%2fss%22w%c3%b6%2brd!', want: '[redacted]' },
    { name: 'percent-encoded in full', text: 'p%C3%A4%2Fss%22w%C3%B6%2Brd%21', want: '[redacted]' },
    { name: 'as JSON', text: JSON.stringify({ p: secret }), want: '{"p":"[redacted]"}' },
    {
      name: 'as JSON in JSON',
      text: JSON.stringify({ reason: JSON.stringify({ p: secret }) }),
      want: '{"reason":"{\\"p\\":\\"[redacted]\\"}"}',
    },
    { name: 'in base64', text: Buffer.from(secret).toString('base64'), want: '[redacted]=' },
    { name: 'in base64url', text: Buffer.from(secret).toString('base64url'), want: '[redacted]' },
    { name: 'twice', text: `${secret} ${secret}`, want: '[redacted] [redacted]' },
    { name: 'twice in a row', text: secret + secret, want: '[redacted][redacted]' },
    { name: 'nothing to hide', text: 'nothing to hide', want: 'nothing to hide' },
    { name: 'empty', text: '', want: '' },
  ])('$name', ({ text, want }) => {
    // The last characters of base64 are shared with what follows: at most one of them may be left.
    expect(redact([secret], text).replace(/\][A-Za-z0-9]?=*$/, ']')).toBe(want.replace(/=*$/, ''));
  });

  test('as a terminal is shown it, with its invisible characters spelt out', () => {
    const odd = 'pass\tword\u200b!';
    expect(redact([odd], printable(`login with ${odd}`))).toBe('login with [redacted]');
  });

  test('a line of a secret that has several, and not its armour', () => {
    const key =
      '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\nAgEGCCqGSM49AwEHBG0w\n-----END PRIVATE KEY-----';
    const shown = `'-----BEGIN PRIVATE KEY-----\\n' +\n  'MIGHAgEAMBMGByqGSM49\\n' +`;
    expect(redact([key], shown)).toBe(`'-----BEGIN PRIVATE KEY-----\\n' +\n  '[redacted]\\n' +`);
  });

  test('as JSON output has it, with its invisible characters spelt out', () => {
    const odd = 'pass"word\u200b\u009b!';
    expect(redact([odd], asJson({ p: `login with ${odd}` }))).toBe('{\n  "p": "login with [redacted]"\n}');
  });

  test.each(['u:', 'user:', 'admin:', 'administrator:'])(
    'inside an Authorization header after "%s"',
    (user) => {
      const password = 'correct-horse-battery';
      const header = Buffer.from(`${user}${password}`).toString('base64');
      const left = redact([password], `Basic ${header}`).replace('[redacted]', '');
      expect(left.length).toBeLessThan(`Basic ${header}`.length - password.length);
      expect(redact([password], `Basic ${header}`)).toContain('[redacted]');
    },
  );

  test.each([
    { name: 'short values are left', secrets: ['abc', ''], text: 'abc', want: 'abc' },
    {
      name: 'the longest of several',
      secrets: ['canary', 'canary-long'],
      text: 'canary-long',
      want: '[redacted]',
    },
    { name: 'overlapping ones', secrets: ['abcd1234', '1234efgh'], text: 'abcd1234efgh', want: '[redacted]' },
    { name: 'one inside another', secrets: ['abcd1234', 'cd12'], text: 'xabcd1234y', want: 'x[redacted]y' },
    { name: 'patterns are no patterns', secrets: ['a.*b$&'], text: 'a.*b$& axxb', want: '[redacted] axxb' },
    { name: 'half a surrogate pair', secrets: ['abc\ud800'], text: 'abc\ud800!', want: '[redacted]!' },
  ])('$name', ({ secrets, text, want }) => {
    expect(redact(secrets, text)).toBe(want);
  });

  test('no secret is left in any text', () => {
    const secrets = fc.array(fc.string({ minLength: 4, maxLength: 12, unit: 'grapheme' }), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(secrets, fc.string(), fc.string(), (many, before, after) => {
        const text = many.map((one) => `${before}${one}${after}${JSON.stringify(one)}`).join('');
        const clean = redact(many, text).replaceAll('[redacted]', '\0');
        for (const one of many) expect(clean).not.toContain(one);
      }),
    );
  });

  test('a large text and many secrets take a moment, not a minute', () => {
    const redaction = new Redaction();
    for (let count = 0; count < 2000; count += 1) redaction.add(generatePassword());
    const begin = performance.now();
    expect(redaction.redact('order.queue.payments '.repeat(50_000))).toHaveLength(1_050_000);
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});

test('data is redacted in its texts and names, and keeps its shape', () => {
  const redaction = new Redaction();
  redaction.add('a<b&c"d');
  const data = { is: ['said a<b&c"d', { 'of a<b&c"d': 1 }], none: null, so: true };
  expect(redaction.within(data)).toEqual({
    is: ['said [redacted]', { 'of [redacted]': 1 }],
    none: null,
    so: true,
  });
});

describe('generated passwords', () => {
  test('have 256 bit in base64url, and differ', () => {
    const many = Array.from({ length: 500 }, () => generatePassword());
    expect(new Set(many).size).toBe(500);
    for (const password of many) expect(password).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{42}$/);
  });

  test('never begin with a hyphen', () => {
    const draws = [Buffer.alloc(32, 0xfb), Buffer.alloc(32, 0xf8), Buffer.alloc(32, 1)];
    expect(draws[0]?.toString('base64url')).toMatch(/^-/);
    const password = generatePassword(() => draws.shift() ?? Buffer.alloc(32));
    expect(password).toBe(Buffer.alloc(32, 1).toString('base64url'));
  });
});
