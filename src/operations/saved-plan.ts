import { randomUUID } from 'node:crypto';
import { lstat, rename, rm } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf, MqwardenError, RefusedError } from '../core/errors.ts';
import { type Plan, planDigest, sealOf } from '../core/plan.ts';
import { readRegularFile } from '../files/read.ts';
import { writeNewFile } from '../files/write.ts';
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
});

/** Only what an approval is compared by; the rest is covered by the seal. */
const savedPlan = z.looseObject({
  version: z.literal(1),
  topology: z.string(),
  environment: z.string(),
  digest: z.string(),
  seal: z.string(),
  createdAt: z.string(),
  decisions,
  brokers: z.array(z.string()),
  digests: z.object({ topology: z.string(), live: z.string() }),
  changes: z.array(z.looseObject({ address: z.string(), action: z.string() })),
  blocked: z.array(z.looseObject({ address: z.string() })),
});

/** `/dev/stdout`, a pipe, a folder or a link: what cannot be replaced by a whole new file. */
class NotOrdinary extends Error {}

/**
 * A saved plan holds no secret, but names everything: it is for its owner. Written whole or not at all, to a new file that
 * nobody could have put there before, and never over anything but an ordinary file.
 */
export async function savePlan(file: string, plan: Plan): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    const there = await lstat(file).catch(() => undefined);
    if (there !== undefined && !there.isFile())
      throw new NotOrdinary('it is there, and is not an ordinary file');
    await writeNewFile(temporary, readable(`${asJson(plan)}\n`));
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new MqwardenError('MQWARDEN_FILE', `cannot save the plan as ${file}: ${messageOf(cause)}`, {
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
    throw new MqwardenError('MQWARDEN_FILE', `cannot read the plan ${file}: ${messageOf(cause)}`, {
      hint: 'name a file that mqwarden plan --out FILE made',
      cause,
    });
  });
  const text = bytes.toString('utf8');
  const document = parseJson(text);
  if (!savedPlan.safeParse(document).success) {
    throw new RefusedError(`${file} is not a saved plan`, { hint: 'make one with mqwarden plan --out FILE' });
  }
  const plan = document as Plan;
  if (planDigest(plan) !== plan.digest || sealOf(plan) !== plan.seal || !saysOnly(text, plan)) {
    throw new RefusedError(`${file} was changed since it was saved: its digests do not match what it says`, {
      hint: 'make a new plan, and have that one approved',
    });
  }
  return plan;
}

/** Laid out anew it may be, but not say a thing twice: a reader sees the first, a parser takes the last. */
function saysOnly(text: string, plan: Plan): boolean {
  const bare = (json: string) => json.replace(/\s/g, '');
  return bare(text) === bare(asJson(plan));
}

/** Refuses now what `readPlan` would refuse once it was approved. */
function readable(text: string): string {
  if (Buffer.byteLength(text) <= maxMegabytes * 1024 * 1024) return text;
  throw new Error(
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
