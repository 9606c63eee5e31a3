import { aside, type AuditRule, pass, type Point, some } from './audit.ts';
import type { ShownHandshake, TriedDoor } from './doors.ts';

/**
 * What the checklist asks of identities by certificate, as far as listeners show it. That certificates are asked for, and in good time
 * before they expire, is seen, too: the brokers' own checks. Pure.
 */

const link = 'https://cheatsheetseries.owasp.org/cheatsheets/Transport_Layer_Security_Cheat_Sheet.html';

/** About all brokers: each shows its part, and the answer is one. */
export interface SharedCheck extends AuditRule {
  /** What no listener tells. */
  readonly untold: string;
}

function check(id: string, name: string, title: string, untold: string, instead: string): SharedCheck {
  const why = 'Whoever holds a certificate that is taken is whoever it names.';
  return { id, name, title, severity: 'warning', why, instead, link, untold };
}

const authority = check(
  'MQA33',
  'certificates-authority',
  'Certificates: only those of the internal authority are taken',
  'which authorities the brokers trust for clients is not told',
  'see that ssl_options.cacertfile (RabbitMQ) and ssl.truststore.location or .certificates (Kafka) hold the internal authority alone',
);
const names = check(
  'MQA34',
  'certificates-names',
  'Certificates: the name in them is checked',
  'which part of a certificate says who somebody is, is not told',
  'see ssl_cert_login_from (RabbitMQ, with EXTERNAL) and ssl.principal.mapping.rules (Kafka); clients check the host name: the connection factories do',
);
const revocation = check(
  'MQA35',
  'certificates-revocation',
  'Certificates: revocation is checked',
  'whether the brokers look at revoked certificates is not told',
  'see ssl_options.crl_check (RabbitMQ) and com.sun.net.ssl.checkRevocation (Kafka); certificates of some days need none',
);
const renewal = check(
  'MQA36',
  'certificates-rotation',
  'Certificates: their rotation is automated',
  'who renews the certificates of brokers and services is not known here',
  'see that a job does it before the last third of their time; MQA41 and MQA51 tell what is left',
);

export const certificateChecks: readonly SharedCheck[] = [authority, names, revocation, renewal];

/** What a broker shows towards them, by rule. */
export interface Showing {
  readonly doors: readonly TriedDoor[];
  /** Whom it takes somebody for, by their certificate. */
  readonly named: readonly Point[];
  /** Why not all of its doors are known. */
  readonly lacked?: readonly Point[];
}

export type Shares = ReadonlyMap<string, readonly Point[]>;

export function sharesOf({ doors, named, lacked = [] }: Showing, now: Date): Shares {
  const each = (pointsOf: (at: string, seen: Certificate) => Iterable<Point>) =>
    doors.flatMap(({ at, tls }) =>
      'why' in tls || tls.shown === undefined ? [] : [...pointsOf(at, tls.shown)],
    );
  return new Map([
    [authority.id, [...lacked, ...doors.flatMap(authorityPoints), ...each(chainPoints)]],
    [names.id, [...lacked, ...named, ...each(hostPoints)]],
    [revocation.id, [...lacked, ...each(revocationPoints)]],
    [renewal.id, [...lacked, ...each((at, seen) => renewalPoints(at, seen, now))]],
  ]);
}

type Certificate = NonNullable<ShownHandshake['shown']>;

/** What is never told stands first; only the authorities of clients may all be named, and be known here. */
export function sharedPoints({ id, untold }: SharedCheck, shares: readonly Shares[]): Point[] {
  const each = shares.flatMap((one) => {
    const points = one.get(id);
    return points === undefined ? [] : [points];
  });
  const isAnswered = (points: readonly Point[]) =>
    id === authority.id && points.some(({ is }) => is !== 'aside');
  const isWhole = each.length > 0 && each.every(isAnswered);
  return [...(isWhole ? [] : [{ is: 'manual', says: untold } as const]), ...each.flat()];
}

/** More than that are those of the operating system or of Java. */
const mostAuthorities = 20;

function authorityPoints({ at, tls, authorities, trusted = [] }: TriedDoor): Point[] {
  if (authorities === 'no certificate') return [{ is: 'na', says: `${at} asks for no certificate` }];
  // Not TLS at all is another check.
  if (authorities === undefined)
    return 'why' in tls && tls.reached
      ? []
      : [{ is: 'manual', says: `${at}: whose certificates it takes is not told` }];
  const strangers = authorities.filter((name) => !trusted.includes(name));
  if (authorities.length === 0)
    return [{ is: 'manual', says: `${at} asks for a certificate, and does not say whose` }];
  if (strangers.length === 0)
    return [pass(`${at} asks for certificates of ${some(authorities)}, which tls.ca holds`)];
  if (authorities.length > mostAuthorities)
    return [
      {
        is: 'fail',
        says: `${at} takes certificates of ${authorities.length} authorities: ${some(strangers)}`,
      },
    ];
  return [
    { is: 'manual', says: `${at} takes certificates of ${some(strangers)}, which tls.ca does not hold` },
  ];
}

function* chainPoints(at: string, { issuer, chain = [] }: Certificate): Iterable<Point> {
  yield aside(
    chain.length === 0
      ? `${at} sends no certificate of an authority beside its own: ${issuer} must be trusted itself`
      : `${at} sends the certificates of ${some(chain)} beside its own`,
  );
}

function* hostPoints(at: string, { names: all }: Certificate): Iterable<Point> {
  const wildcards = all.split(', ').filter((name) => name.includes('*'));
  if (wildcards.length > 0)
    yield aside(`${at} has a certificate for ${some(wildcards)}: whoever has its key is each of these hosts`);
  else yield aside(`${at} has a certificate for ${all === 'none' ? 'no host' : all}`);
}

const day = 86_400_000;
/** Gone before anybody would have read that they are revoked (CA/Browser Forum, baseline requirements). */
const shortDays = 10;
/** The longest that public authorities gave for years. */
const longDays = 398;

function lifeOf({ from, until }: Certificate): number | undefined {
  return from === undefined ? undefined : Math.round((Date.parse(until) - Date.parse(from)) / day);
}

function* revocationPoints(at: string, shown: Certificate): Iterable<Point> {
  const { revocation: told } = shown;
  const life = lifeOf(shown);
  if (life !== undefined && life <= shortDays)
    yield aside(`${at} has a certificate of ${life} days, which needs no revocation`);
  else if (told !== undefined)
    yield aside(
      told.length === 0
        ? `${at} has a certificate that names neither OCSP nor a list: nobody can look whether it is revoked`
        : `${at} has a certificate whose revocation is told by ${some(told)}`,
    );
}

function* renewalPoints(at: string, shown: Certificate, now: Date): Iterable<Point> {
  const life = lifeOf(shown);
  if (life === undefined) return;
  const left = (Date.parse(shown.until) - now.getTime()) / day;
  if (life > longDays)
    yield {
      is: 'fail',
      says: `${at} has a certificate of ${life} days, more than ${longDays}: it is renewed less than once a year`,
      hint: 'let a job renew certificates of 90 days or less',
    };
  else if (life <= shortDays) yield pass(`${at} has a certificate of ${life} days, which only a job renews`);
  else if (left < life / 3)
    yield {
      is: 'manual',
      says: `${at} has a certificate in the last third of its ${life} days, not renewed yet`,
    };
  else yield aside(`${at} has a certificate of ${life} days, of which ${Math.floor(left)} days are left`);
}
