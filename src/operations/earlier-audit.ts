import { z } from 'zod';
import type { Address } from '../core/address.ts';
import type { EarlierAudit } from '../core/audit-comparison.ts';
import { MqwardenError, type Position, RefusedError } from '../core/errors.ts';
import { jsonFaultAt } from '../core/json.ts';
import { readRegularFile } from '../files/read.ts';
import { whyOf } from '../files/why.ts';
import { parseFile } from '../topology/document.ts';
import { check } from '../topology/issues.ts';
import { placeAt, positionAt, showPath, sourceOf } from '../topology/places.ts';

/** An audit of a large broker has some MB. */
const maxMegabytes = 32;

const verdict = z.enum(['pass', 'fail', 'na', 'manual']);
const line = z.string().max(100_000);
const address = z
  .string()
  .regex(/^[a-z]+(?:@[^:]+)?:[a-z-]+:/)
  .transform((text) => text as Address);
const finding = z.object({
  rule: z.string().regex(/^[A-Z]+\d+$/),
  name: line,
  verdict: verdict.optional(),
  evidence: line.optional(),
  address: address.optional(),
  related: z
    .array(z.object({ message: line, verdict: verdict.optional(), address: address.optional() }))
    .optional(),
});
const schema = z.object({
  version: z.literal(1),
  topology: line,
  environment: line,
  auditedAt: z.iso.datetime(),
  findings: z.array(finding).max(10_000),
});

const hint = 'name what an audit of before printed as JSON: mqwarden audit --env NAME --format json > FILE';

/** Reads what an audit of before printed as JSON. Whoever wrote it, it is only looked at, and shown as any other text of others. */
export async function readEarlierAudit(file: string): Promise<EarlierAudit> {
  const { bytes } = await readRegularFile(file, { maxMegabytes }).catch((cause: unknown) => {
    throw new MqwardenError('MQWARDEN_FILE', `cannot read the audit ${file}: ${whyOf(cause)}`, {
      hint,
      cause,
    });
  });
  const text = bytes.toString('utf8');
  const checked = check(schema, parsed(file, text));
  if (checked.ok) {
    const { findings, ...rest } = checked.value;
    // A baseline's own findings have no verdict.
    const judged = findings.flatMap((one) =>
      one.verdict === undefined ? [] : [{ ...one, verdict: one.verdict }],
    );
    requireOnce(file, judged);
    return { ...rest, findings: judged };
  }
  const [first, ...more] = checked.issues;
  const { path = [], message = 'is not valid' } = first ?? {};
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  throw new RefusedError(`this is no audit: ${showPath(path) || 'the document'} ${message}${others}`, {
    position: positionOf(file, text, path),
    hint,
  });
}

function requireOnce(file: string, findings: readonly { readonly rule: string }[]): void {
  const rules = findings.map(({ rule }) => rule);
  const twice = rules.find((rule, at) => rules.indexOf(rule) !== at);
  if (twice !== undefined)
    throw new RefusedError(`${file} is no audit: it has two findings of ${twice}`, { hint });
}

/** The engine's own words repeat the text: only where it stumbled is told. */
function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = positionAt(sourceOf(file, text), jsonFaultAt(text, error));
    throw new RefusedError('this is no audit: the file is not JSON', { position, hint });
  }
}

/** Only now, since it takes some ten times the memory: positions of a large file are left out. */
const largest = 4 * 1024 * 1024;

function positionOf(file: string, text: string, path: readonly (string | number)[]): Position {
  if (text.length > largest) return { file, line: 1, column: 1 };
  const { source, root } = parseFile(file, text);
  return positionAt(source, placeAt(root, path).at);
}
