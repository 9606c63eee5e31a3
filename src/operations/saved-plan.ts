import { z } from 'zod';
import { MqwardenError, RefusedError } from '../core/errors.ts';
import { type Plan, planDigest, sealOf } from '../core/plan.ts';
import { readRegularFile, TooLarge } from '../files/read.ts';
import { whyOf } from '../files/why.ts';
import { NotOrdinary, replaceFile } from '../files/write.ts';
import { asJson } from '../report/json.ts';

/** Some 60,000 changes; past this it is no plan, and parsing would eat the memory. */
const maxMegabytes = 32;

const decisions = z.strictObject({
  prune: z.boolean(),
  allowDataLoss: z.array(z.string()),
  allowWidening: z.array(z.string()),
  maxDeletes: z.number().int().min(0).max(100),
  keepConnections: z.boolean(),
  services: z.array(z.string()),
  checkCredentials: z.literal(true).optional(),
});

const spec = z.record(z.string(), z.json());
const action = z.enum(['create', 'update', 'replace', 'delete']);
const count = z.number().int().min(0);
const text = z.string();

/** Enough to tell a saved plan from another file, and to compute its digests. */
const outline = z.looseObject({
  version: z.literal(1),
  topology: text,
  environment: text,
  digest: text,
  seal: text,
  decisions,
  brokers: z.array(text),
  digests: z.object({ topology: text, live: text }),
  changes: z.array(z.looseObject({})),
  blocked: z.array(z.looseObject({})),
});

const changedRight = z.looseObject({
  right: text,
  keys: text.optional(),
  may: z.literal('perhaps').optional(),
});
const accessChange = z.looseObject({
  broker: text,
  principal: text,
  is: z.enum(['service', 'administrator', 'protected', 'everyone', 'other']),
  service: text.optional(),
  at: text,
  gains: z.array(changedRight),
  loses: z.array(changedRight),
});

/** What is shown, too: a plan that was made and sealed by hand is no reason to fall over. */
const savedPlan = outline.extend({
  createdAt: z.iso.datetime(),
  changes: z.array(
    z.looseObject({
      action,
      address: text,
      kind: text,
      service: text.optional(),
      reason: text,
      before: spec.nullable(),
      after: spec.nullable(),
      cost: text.optional(),
    }),
  ),
  blocked: z.array(
    z.looseObject({
      action,
      address: text,
      service: text.optional(),
      reason: text,
      hint: text,
      cost: text.optional(),
    }),
  ),
  unmanaged: z.array(z.looseObject({ address: text, claimed: z.boolean() })),
  warnings: z.array(z.looseObject({ address: text, message: text })),
  summary: z.looseObject({
    create: count,
    update: count,
    replace: count,
    delete: count,
    blocked: count,
    unmanaged: count,
  }),
  access: z.array(accessChange).optional(),
  against: z.looseObject({ digest: text, takenAt: z.iso.datetime() }).optional(),
  unknown: z.array(text).optional(),
});

/** A saved plan holds no secret, but names everything: it is for its owner. */
export async function savePlan(file: string, plan: Plan): Promise<void> {
  try {
    await replaceFile(file, readable(`${asJson(plan)}\n`));
  } catch (cause) {
    throw new MqwardenError('MQWARDEN_FILE', `cannot save the plan as ${file}: ${whyOf(cause)}`, {
      hint:
        cause instanceof NotOrdinary
          ? 'for a pipe or a device, leave --out away: --format json prints the same document on stdout'
          : 'name a file in a folder that you may write to',
      cause,
    });
  }
}

/** Reads a plan that `plan --out` saved, and refuses one that was edited since. */
export async function readPlan(file: string): Promise<Plan> {
  const { bytes } = await readRegularFile(file, { maxMegabytes }).catch((cause: unknown) => {
    throw new MqwardenError('MQWARDEN_FILE', `cannot read the plan ${file}: ${whyOf(cause)}`, {
      hint: 'name a file that mqwarden plan --out FILE made',
      cause,
    });
  });
  const text = bytes.toString('utf8');
  const document = parseJson(text);
  if (!outline.safeParse(document).success) throw notSaved(file);
  const plan = document as Plan;
  if (planDigest(plan) !== plan.digest || sealOf(plan) !== plan.seal || !saysOnly(text, plan)) {
    throw new RefusedError(`${file} was changed since it was saved: its digests do not match what it says`, {
      hint: 'make a new plan, and have that one approved',
    });
  }
  if (!savedPlan.safeParse(document).success) throw notSaved(file);
  return plan;
}

function notSaved(file: string): RefusedError {
  return new RefusedError(`${file} is not a saved plan`, { hint: 'make one with mqwarden plan --out FILE' });
}

/** Laid out anew it may be, but not say a thing twice: a reader sees the first, a parser takes the last. */
function saysOnly(text: string, plan: Plan): boolean {
  const bare = (json: string) => json.replace(/\s/g, '');
  return bare(text) === bare(asJson(plan));
}

/** Refuses now what `readPlan` would refuse once it was approved. */
function readable(text: string): string {
  if (Buffer.byteLength(text) <= maxMegabytes * 1024 * 1024) return text;
  throw new TooLarge(
    `it is larger than ${maxMegabytes} MB; make one a broker or service, with --only or --service`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
