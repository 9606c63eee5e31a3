import { type Address, partOf } from '../../core/address.ts';
import type { Context, Credential, CredentialDrift, Warning } from '../../core/broker.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Placed } from '../../core/landscape.ts';
import { inPool } from '../../core/pool.ts';
import { logsIn } from './admin.ts';
import { canLogIn } from './names.ts';
import { type KafkaResource, newUser, type UserResource } from './resources.ts';
import type { KafkaEnvironment } from './schema.ts';

/**
 * Kafka shows neither password nor salt: each stored password is tried by a login. Few at a time, and after so many refusals no
 * more: each one is in the log of the broker, and alarms count them.
 */
const atATime = 2;
const mostRefusals = 20;

export async function drift(
  target: Placed<KafkaEnvironment>,
  stored: ReadonlyMap<Address, Credential>,
  live: readonly KafkaResource[],
  context: Context,
): Promise<CredentialDrift> {
  const users = new Map(
    live.flatMap((one) => (one.kind === 'kafka:user' ? [[one.address, one.spec] as const] : [])),
  );
  const drifted = new Map<Address, { why: string; after?: JsonObject }>();
  const unknown: Warning[] = [];
  let refusals = 0;
  await inPool([...stored], atATime, async ([address, credential]) => {
    const spec = users.get(address);
    const name = partOf(address, 0);
    if (spec?.mechanism !== newUser.mechanism || !canLogIn(name)) return;
    const after = { ...spec, iterations: Math.max(spec.iterations, newUser.iterations) };
    if (spec.iterations < newUser.iterations) drifted.set(address, { why: fewIterations(spec), after });
    else if (refusals >= mostRefusals) unknown.push({ address, message: notTried });
    else if (!(await logsIn(target, context, credential))) {
      refusals += 1;
      drifted.set(address, { why: otherPassword, after });
    }
  });
  return { drifted, unknown };
}

const otherPassword = 'update user credential: the broker has another password than the secret store';
const notTried = `whether the broker has the stored password is not known: after ${mostRefusals} refused logins no more are tried; apply, and check again`;

function fewIterations({ iterations }: UserResource['spec']): string {
  return `update user credential: the broker keeps the password with ${iterations} iterations, fewer than ${newUser.iterations}`;
}
