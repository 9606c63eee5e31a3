import { describe, expect, it, test } from 'vitest';
import { formatsIn, maskedLine, maskingOf, randomIn } from '../../src/lint/secrets.ts';

describe('a file may hold anything', () => {
  // Whatever a pattern of these could try in more ways than one, many times over.
  const long = [
    ...['-', '_', '-_', '-1', 'a.', 'a://', 'eyJ-', 'hvs.', 'password=', '$2a$', 'a+', ' - '].map((piece) =>
      piece.repeat(50_000),
    ),
    `a://${'b:'.repeat(50_000)}`,
    `-----BEGIN ${'A '.repeat(50_000)}`,
    `"${'- '.repeat(50_000)}password`,
  ];

  it.each(long.flatMap((text) => [text, `${text}+`, `${text}!`]).map((text) => [text.slice(0, 12), text]))(
    'and %s… is looked at in time',
    (_, text) => {
      const from = performance.now();
      formatsIn(text);
      randomIn(text);
      maskedLine([text], 0);
      // A second where it is linear takes milliseconds, and years where it is not.
      expect(performance.now() - from).toBeLessThan(5_000);
    },
  );
});

describe('a file may be huge', () => {
  it.each(['x', 'password=', '-----BEGIN ', 'a://b:', 'ghp_', 'password: '])('%s…, on one line', (start) => {
    const text = start + 'x'.repeat(20_000_000);
    expect(() => [formatsIn(text), randomIn(text), maskedLine([text], 0)]).not.toThrow();
  });

  it('a finding in each line costs no more than the lines', () => {
    const lines = ['a:', ...Array.from({ length: 100_000 }, (_, at) => `    k${at}: 1`)];
    const masked = maskingOf(lines);
    const from = performance.now();
    for (const at of lines.keys()) masked(at);
    // Some 0.2 s; where each line looked at all above it, minutes.
    expect(performance.now() - from).toBeLessThan(10_000);
  });
});

test('names are no secrets, and what is random is one', () => {
  expect(randomIn('order-service-2024-archive-of-Everything')).toEqual([]);
  expect(randomIn('----------------------------------------')).toEqual([]);
  expect(randomIn('x9Kd82hQpLmZ7vRtYw3Bn5Cs')).toHaveLength(1);
  // The examples of AWS's own documents: their slashes are no separators of names.
  for (const key of ['wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY'])
    expect(randomIn(`its key is ${key}.`).map(({ at, length }) => [at, length])).toEqual([[11, 40]]);
  expect(randomIn('services/OrderService2/src/Handlers/Bill')).toEqual([]);
  expect(randomIn('a/Kd82hQpLmZ7vRtYw3Bn5CsX/9fK2mQ8zT4vB1x')).toHaveLength(1);
});

test('private keys begin in several ways', () => {
  for (const kind of ['', 'RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED '])
    expect(formatsIn(`-----BEGIN ${kind}PRIVATE KEY-----`)).toHaveLength(1);
  expect(formatsIn('-----BEGIN PGP PRIVATE KEY BLOCK-----')).toHaveLength(1);
  expect(formatsIn('-----BEGIN PUBLIC KEY-----')).toEqual([]);
});

test('a password in an address, and a token, are seen wherever they stand', () => {
  expect(formatsIn('see git+ssh://me:hunter22@example.org').map(({ what }) => what)).toEqual([
    'a password in an address',
  ]);
  const token = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`;
  expect(formatsIn(`Bearer ${token}`).map(({ what, length }) => [what, length])).toEqual([
    ['a JSON web token', token.length],
  ]);
});
