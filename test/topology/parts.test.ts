import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  adminSchema,
  globList,
  integer,
  name,
  path,
  reference,
  scalar,
  text,
  tlsSchema,
} from '../../src/topology/parts.ts';

const bounded = integer({ min: 1, max: 10 });

describe('what the parts accept, and make of it', () => {
  test.each([
    { part: 'text', schema: text(), given: '', want: '' },
    { part: 'text', schema: text(), given: 'a\nb', want: 'a\nb' },
    { part: 'name', schema: name(), given: 'order.queue/ü "x"', want: 'order.queue/ü "x"' },
    { part: 'path', schema: path(), given: '/etc/ssl/ca.pem', want: '/etc/ssl/ca.pem' },
    { part: 'reference', schema: reference(), given: 'env:A', want: 'env:A' },
    // Known, though it cannot be resolved yet: other commands need not fail for it.
    { part: 'reference', schema: reference(), given: 'vault:secret/a#b', want: 'vault:secret/a#b' },
    { part: 'integer', schema: bounded, given: 10, want: 10 },
    { part: 'integer', schema: z.strictObject({ n: bounded.optional() }), given: {}, want: {} },
    { part: 'scalar', schema: scalar(), given: 90071992547409931n, want: '90071992547409931' },
    { part: 'scalar', schema: scalar(), given: false, want: 'false' },
    { part: 'globs', schema: globList(), given: '*-service', want: ['*-service'] },
    { part: 'globs', schema: globList(), given: ['a', 'b'], want: ['a', 'b'] },
    { part: 'tls', schema: tlsSchema, given: { ca: 'ca.pem', serverName: 'mq' }, want: { ca: 'ca.pem', serverName: 'mq' } },
    { part: 'tls', schema: tlsSchema, given: { cert: 'c', key: 'k' }, want: { cert: 'c', key: 'k' } },
  ])('$part: $given', ({ schema, given, want }) => {
    expect(schema.parse(given)).toEqual(want);
  });
});

describe('what the parts refuse', () => {
  test.each([
    { part: 'text', schema: text(), given: 'a\0b' },
    { part: 'name', schema: name(), given: '' },
    { part: 'name', schema: name(), given: 'a\u0085b' },
    { part: 'name', schema: name(), given: 7 },
    { part: 'path', schema: path(), given: '-----BEGIN PRIVATE KEY-----\ncanary' },
    { part: 'reference', schema: reference(), given: 'canary' },
    { part: 'reference', schema: reference(), given: 'env:' },
    { part: 'integer', schema: bounded, given: 0 },
    { part: 'integer', schema: bounded, given: 11 },
    { part: 'integer', schema: bounded, given: 2n ** 64n },
    { part: 'integer', schema: bounded, given: -(2n ** 64n) },
    { part: 'integer', schema: bounded, given: 1.5 },
    { part: 'integer', schema: bounded, given: '5' },
    { part: 'integer', schema: bounded, given: undefined },
    { part: 'scalar', schema: scalar(), given: null },
    { part: 'scalar', schema: scalar(), given: ['a'] },
    { part: 'globs', schema: globList(), given: [''] },
    { part: 'tls', schema: tlsSchema, given: { key: 'k' } },
    { part: 'tls', schema: tlsSchema, given: { rejectUnauthorized: false } },
    { part: 'admin', schema: adminSchema, given: { username: 'a' } },
    { part: 'admin', schema: adminSchema, given: { username: 'a', password: 'canary' } },
  ])('$part: $given', ({ schema, given }) => {
    const { success, error } = schema.safeParse(given);
    expect(success).toBe(false);
    expect(JSON.stringify(error?.issues)).not.toContain('canary');
  });
});
