import type { Problem } from '../../../core/errors.ts';
import type { PlacedService } from './landscape.ts';
import type { OwnedTopics } from './topics.ts';

/**
 * A Streams application owns the names that begin with its id and a hyphen: it makes and deletes the topics there. So it may hold
 * nothing of another service, whatever that one allows: no topic, and no other application, whose own topics no file names.
 */
export function streamsProblems(services: readonly PlacedService[], topics: OwnedTopics): Problem[] {
  return services.flatMap((service) => {
    const id = service.section.streams?.applicationId;
    if (id === undefined) return [];
    const prefix = `${id}-`;
    const refuse = (held: string, owner: PlacedService, path: readonly string[]): Problem => ({
      message: `the internal topics ${prefix}* of ${service.name} reach ${held}, which ${owner.name} owns`,
      position: service.locate(['streams', 'applicationId']),
      hint: 'give the application an id that nothing of another service begins with',
      related: [{ message: `${owner.name} declares it here`, position: owner.locate(path) }],
    });
    const held = [...topics.values()]
      .filter(({ name, owner }) => owner.name !== service.name && name.startsWith(prefix))
      .map(({ name, owner }) => refuse(`topic ${name}`, owner, ['topics', name]));
    const within = services.flatMap((other) => {
      const theirs = other.section.streams?.applicationId;
      if (other.name === service.name || theirs === undefined || !`${theirs}-`.startsWith(prefix)) return [];
      return [refuse(`those of the application ${theirs}`, other, ['streams', 'applicationId'])];
    });
    return [...held, ...within];
  });
}
