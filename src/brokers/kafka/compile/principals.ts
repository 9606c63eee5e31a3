import type { Position, Problem } from '../../../core/errors.ts';
import { isDistinguishedName, principalProblem } from '../names.ts';
import type { KafkaLandscape, PlacedService } from './landscape.ts';

/** The user that a service logs in as: its own name, unless `principal` says otherwise, in the generation that is in use. */
export function principalOfService(service: PlacedService): string {
  return service.generations?.inUse ?? service.section.principal ?? service.name;
}

/** The service under each principal that it has while it is rotated; the one in use first. */
export function generationsOf(service: PlacedService): readonly PlacedService[] {
  const others = [...(service.generations?.others.keys() ?? [])];
  return [service, ...others.map((principal) => knownAs(service, principal))];
}

/** The service as one that has this principal. */
export function knownAs(service: PlacedService, principal: string): PlacedService {
  return { ...service, generations: undefined, section: { ...service.section, principal } };
}

/** Where the principal of a service is written, or the section that it is taken for. */
function principalPosition(service: PlacedService): Position {
  return service.locate(service.section.principal === undefined ? [] : ['principal']);
}

/** Each principal is one service's, and none is the administrator or protected. */
export function principalProblems(
  landscape: KafkaLandscape,
  isProtected: (user: string) => boolean,
): Problem[] {
  const admin = landscape.environment.section.admin.username;
  const first = new Map<string, PlacedService>();
  const problems: Problem[] = [];
  for (const service of landscape.services) {
    const principal = principalOfService(service);
    const position = principalPosition(service);
    problems.push(...namelessProblems(service, admin));
    const other = first.get(principal);
    if (other !== undefined) {
      problems.push({
        message: `services ${other.name} and ${service.name} are the same principal ${principal}`,
        position,
        hint: 'give each service a principal of its own: grants and credentials cannot be told apart otherwise',
        related: [{ message: `also principal ${principal}`, position: principalPosition(other) }],
      });
    } else first.set(principal, service);
    if (service.section.auth === 'password' && isDistinguishedName(principal)) {
      problems.push({
        message: `principal ${principal} of service ${service.name} is the name in a certificate: it has no password`,
        position: service.locate(['auth']),
        hint: 'write auth: certificate, or another principal',
      });
    }
    if (principal === admin || isProtected(principal)) {
      const whose = principal === admin ? "the administrator's own" : 'protected';
      problems.push({
        message: `principal ${principal} of service ${service.name} is ${whose}: mqwarden never touches its grants`,
        position,
        hint: 'let the service log in as a principal of its own',
      });
    }
  }
  return problems;
}

/** A service's own name may be one that Kafka reads as everyone's; a former one is given grants, too. */
function namelessProblems(service: PlacedService, admin: string): Problem[] {
  const { name, formerly = [] } = service;
  const given = [
    { what: 'principal', principal: principalOfService(service), position: principalPosition(service) },
    ...formerly.map((principal) => ({ what: 'former principal', principal, position: service.locate([]) })),
  ];
  return given.flatMap(({ what, principal, position }) => {
    const isAdmin = what === 'former principal' && principal === admin;
    const why = isAdmin ? "is the administrator's own" : principalProblem(principal);
    return why === undefined ? [] : [{ message: `${what} ${principal} of service ${name} ${why}`, position }];
  });
}
