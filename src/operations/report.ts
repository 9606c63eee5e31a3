import { cautious } from '../core/decisions.ts';
import { MqwardenError, PartialView, SecretError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import { type Ages, usualLimits } from '../core/rotation/ages.ts';
import { whyOf } from '../files/why.ts';
import { NotOrdinary, replaceFile } from '../files/write.ts';
import { mapOf, type MapSide } from '../report/map.ts';
import type { PageDrift, PageModel, Part } from '../report/page/model.ts';
import { answersOf } from './audit.ts';
import { agesIn } from './credentials.ts';
import { lint } from './lint.ts';
import { type PlanResult, planSession } from './plan.ts';
import { openSession, type Session, type SessionOptions, type Site } from './session.ts';
import { liveSource } from './source.ts';
import { desiredSide, notesOf, type Side, sideOf } from './survey.ts';

export interface ReportOptions extends SessionOptions {
  /** Only these; all if empty. */
  readonly services: readonly string[];
  /** `offline`: neither a broker nor a store is asked. `live`: the map is of what the live brokers know, not of what the topology gives. */
  readonly look: 'offline' | 'topology' | 'live';
  readonly now: Date;
  /** Of mqwarden. */
  readonly version: string;
}

/**
 * All that is known of an environment, as data for one page. Reads, tries connections as an audit does, and changes nothing. A broker
 * that cannot be asked ends it; what the store, or the rights of an administrator, keep from being known is told as that.
 */
export async function report(options: ReportOptions): Promise<PageModel> {
  const session = await openSession(options);
  const { topology, environment } = session;
  const linted = await lintPart(session, options);
  const live = options.look === 'offline' ? unasked : await asked(session, options);
  const of = options.look === 'live' ? 'live' : 'topology';
  const map = mapOf(sidesOf(session, of === 'live' ? live.plan : undefined), of, options.services);
  return {
    topology: topology.name,
    environment: environment.name,
    production: environment.production,
    createdAt: options.now.toISOString(),
    version: options.version,
    ...map,
    checklist: live.checklist,
    lint: linted,
    drift: live.drift,
    ages: live.ages,
    notes: [
      ...notesOf(of),
      ...map.notes,
      ...(of === 'live' ? (live.plan?.planned ?? []).flatMap(({ beyond }) => beyond) : []),
      ...(live.plan?.plan.unknown ?? []).map((one) => `drift cannot tell ${one}`),
    ],
  };
}

async function lintPart({ environment }: Session, options: ReportOptions): Promise<Part<readonly Finding[]>> {
  const { topology, only, services, variables, now } = options;
  const today = now.toISOString().slice(0, 10);
  const { findings } = await lint({
    topology,
    environment: environment.name,
    only,
    services,
    variables,
    today,
  });
  return told(findings);
}

/** What the brokers and the store tell. */
interface Asked extends Pick<PageModel, 'checklist' | 'drift' | 'ages'> {
  readonly plan: PlanResult | undefined;
}

const offline = left('the report was made offline: no broker and no secret store was asked');
const unasked: Asked = { checklist: offline, drift: offline, ages: offline, plan: undefined };

/** The plan first: it is the sooner to tell that a broker does not answer. */
async function asked(session: Session, options: ReportOptions): Promise<Asked> {
  const ages = await agesPart(session, options);
  const plan = await planned(session, options, ages.is === 'told');
  const { findings } = await answersOf(session, options);
  return {
    ages,
    plan: plan instanceof PartialView ? undefined : plan,
    drift: plan instanceof PartialView ? left(plan.message) : told(driftIn(plan)),
    checklist: told(findings),
  };
}

async function agesPart(session: Session, { services, now }: ReportOptions): Promise<Part<Ages>> {
  if (session.environment.secrets === undefined) return left('the environment names no store of secrets');
  try {
    return told(await agesIn(session, { services, ...usualLimits, now: () => now }));
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    return left(error.message);
  }
}

/** No decision is taken here: what would need one is told as blocked. A map of what is live needs all of it. */
async function planned(
  session: Session,
  { services, look, now }: ReportOptions,
  askStore: boolean,
): Promise<PlanResult | PartialView> {
  const decisions = { ...cautious, services };
  try {
    return await planSession(session, { decisions, now: () => now }, liveSource(session, askStore));
  } catch (error) {
    if (error instanceof PartialView && look !== 'live') return error;
    throw error;
  }
}

function driftIn({ plan }: PlanResult): PageDrift {
  const { changes, blocked, unmanaged, warnings, access = [] } = plan;
  return { changes, blocked, unmanaged, warnings, access };
}

/** It holds no secret, and shows an attacker all that there is and the ways to it. */
export async function saveReport(file: string, text: string): Promise<void> {
  try {
    await replaceFile(file, text);
  } catch (cause) {
    throw new MqwardenError('MQWARDEN_FILE', `cannot save the report as ${file}: ${whyOf(cause)}`, {
      hint:
        cause instanceof NotOrdinary
          ? 'for a pipe or a device, leave --out away: the report goes to stdout'
          : 'name a file in a folder that you may write to',
      cause,
    });
  }
}

function told<T>(value: T): Part<T> {
  return { is: 'told', value };
}

function left(why: string): { readonly is: 'left'; readonly why: string } {
  return { is: 'left', why };
}

/** By the topology, or by what the plan has read. */
function sidesOf(session: Session, live: PlanResult | undefined): MapSide[] {
  if (live === undefined)
    return session.sites.map((site) => mapSide(session, desiredSide(site), serviceByAddress(site)));
  return live.planned.map(({ difference, ...site }) => {
    const resources = [...difference.live.values()];
    const owners = serviceByAddress(site);
    const side = sideOf(site, site.broker.access(resources));
    return mapSide(session, side, new Map(resources.map(({ address }) => [address, owners.get(address)])));
  });
}

function serviceByAddress({ compiled }: Site): MapSide['resources'] {
  return new Map(compiled.resources.map(({ address, service }) => [address, service]));
}

function mapSide(
  { topology }: Session,
  { site, model, principals, holder }: Side,
  resources: MapSide['resources'],
): MapSide {
  const { broker, landscape } = site;
  const services = landscape.services.map(({ name, suspended }) => ({
    name,
    suspended,
    owner: topology.services.get(name)?.owner,
  }));
  return { broker, model, principals, holder, services, resources };
}
