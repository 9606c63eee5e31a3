import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFile } from '../../src/topology/document.ts';
import { fileNames } from '../../src/topology/file-names.ts';
import { rebased } from '../../src/topology/rebase.ts';
import { asYaml } from '../../src/topology/write.ts';

const awkward = ['<<', 'true', 'null', '~', '404', '1e3', '# x', 'a: b', '- a', '*a', '&a', '!t', '"', "'", '', ' a ', '@', '%'];
const text = fc
  .oneof(fc.constantFrom(...awkward, '\u202eright to left', '\u0085', '\u2028'), fc.string({ unit: 'grapheme' }))
  .filter((one) => !one.includes('\0') && one !== '__proto__');
const data = fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text), fc.dictionary(text, text)));

describe('a file that import writes', () => {
  it('is read back as the same data, whatever the names are', () => {
    fc.assert(
      fc.property(data, (value) => {
        const written = asYaml({ data: { value }, head: ['a comment\nwith: a break'] });
        const { data: read, problems } = parseFile('x.yaml', written);
        expect(problems).toEqual([]);
        expect(read).toEqual({ value: { ...value } });
      }),
    );
  });

  it('shows no mark that turns text around, not in data and not in comments', () => {
    const written = asYaml({ data: { a: '\u202ex' }, foot: ['\u202ey'] });
    expect(written).not.toMatch(/\p{Cf}/u);
    expect(written).toContain('"\\u202ex"');
  });

  it('has each comment above what it is about', () => {
    const comments = [{ path: ['a', 'b', 1], text: 'second' }, { path: ['a', 'c'], text: 'third' }];
    expect(asYaml({ data: { a: { b: ['x', 'y'], c: 1 } }, comments })).toBe(
      'a:\n  b:\n    - x\n    # second\n    - y\n  # third\n  c: 1\n',
    );
  });
});

describe('the name of a file', () => {
  it('leads nowhere else, hides nowhere and is no device', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('../x', '/etc', 'CON', 'nul.x', '.a', '..', '')), (service) => {
        const name = fileNames([service]).get(service) ?? '';
        expect(name).toMatch(/^[a-z0-9_][a-z0-9._-]*\.yaml$/);
        expect(name.length).toBeLessThan(100);
        expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)\./);
      }),
    );
  });

  it('is never that of another service, also where upper and lower case are one', () => {
    const services = ['orders', 'Orders', 'ORDERS', 'a/b', 'a-b', 'a b', `orders-${'0'.repeat(10)}`, 'x'.repeat(99), 'x'.repeat(98)];
    const names = [...fileNames(services).values()].map((name) => name.toLowerCase());
    expect(new Set(names).size).toBe(services.length);
    expect(fileNames(['order-service']).get('order-service')).toBe('order-service.yaml');
  });
});

it('paths of an environment fit the folder that it moves to', () => {
  const environment = {
    secrets: 'file:secrets',
    rabbitmq: { vhost: 'a', tls: { ca: 'ca.pem', key: '/etc/key.pem', serverName: 'x' }, admin: { username: 'u', password: 'file:../pw#field' } },
    kafka: { admin: { username: 'file:u', password: 'env:PASSWORD' } },
  };
  expect(rebased(environment, 'topology', 'out/new')).toEqual({
    secrets: 'file:../../topology/secrets',
    rabbitmq: {
      vhost: 'a',
      tls: { ca: '../../topology/ca.pem', key: '/etc/key.pem', serverName: 'x' },
      admin: { username: 'u', password: 'file:../../pw#field' },
    },
    kafka: environment.kafka,
  });
});
