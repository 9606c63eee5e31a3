import { canonical, type JsonObject } from '../../../core/json.ts';
import type { RabbitLandscape } from '../compile/landscape.ts';
import type { VhostSpec } from '../resources.ts';
import { draftPosition } from '../../../core/import/judge.ts';
import type { RabbitEnvironment } from '../schema.ts';
import { parsedPolicies, type policiesIn, policyKinds } from './policies.ts';

type VhostSection = RabbitEnvironment['vhost'];

type Policies = ReturnType<typeof policiesIn>;

/**
 * The vhost's settings and policies as they are: limits and policies count as a whole, the others only where the environment names
 * them. What is wrong with a policy is an objection to the draft.
 */
export function withLiveVhost(
  landscape: RabbitLandscape,
  live: VhostSpec | undefined,
  policies: Policies,
): RabbitLandscape {
  if (live === undefined) return landscape;
  const { environment } = landscape;
  const vhost = { ...liveSection(environment.section.vhost, live), ...parsedPolicies(policies) };
  const locate = (path: readonly (string | number)[]) =>
    path[0] === 'vhost' ? draftPosition(environmentItself, path) : environment.locate(path);
  return {
    ...landscape,
    environment: { ...environment, section: { ...environment.section, vhost }, locate },
  };
}

/** In the place of a service's name. */
export const environmentItself = '';

function liveSection(declared: VhostSection, live: VhostSpec): VhostSection {
  const type = live.defaultQueueType as VhostSection['defaultQueueType'];
  return {
    ...declared,
    ...(declared.description === undefined ? {} : { description: live.description }),
    ...(declared.tags === undefined ? {} : { tags: live.tags }),
    // A broker that does not show the type does not keep one: what is declared stays.
    ...(declared.defaultQueueType === undefined || type === undefined ? {} : { defaultQueueType: type }),
    limits: { ...live.limits },
  };
}

/** The environment's section with these settings, its own words kept where they say the same. */
export function asWritten(
  written: JsonObject,
  vhost: VhostSection,
  live: VhostSpec | undefined,
  policies: Policies,
): JsonObject {
  const { vhost: said } = written;
  const whole = (typeof said === 'string' ? { name: said } : (said ?? {})) as JsonObject;
  const rest = Object.entries(whole).filter(([key]) => !Object.hasOwn(policyKinds, key));
  const settings: JsonObject = { ...Object.fromEntries(rest), ...pickSettings(vhost, whole), ...policies };
  const same = live === undefined || canonical(withoutEmpty(settings)) === canonical(withoutEmpty(whole));
  return same ? written : { ...written, vhost: withoutEmpty(settings) };
}

/** What a live vhost can say otherwise than the environment does. */
function pickSettings(
  { description, tags, defaultQueueType, limits }: VhostSection,
  said: JsonObject,
): JsonObject {
  const all = { description, tags, defaultQueueType, limits: { ...limits } };
  return Object.fromEntries(
    Object.entries(all).filter(([key]) => key === 'limits' || said[key] !== undefined),
  );
}

function withoutEmpty({ limits, ...rest }: JsonObject): JsonObject {
  return limits === undefined || Object.keys(limits as JsonObject).length === 0 ? rest : { ...rest, limits };
}
