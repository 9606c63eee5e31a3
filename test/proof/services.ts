import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Credential } from '../../src/core/broker.ts';
import { openWorkspace, type Workspace } from '../contract/life.ts';
import type { Surroundings } from '../contract/subject.ts';

/** A topology that stands on a real broker, and the credentials that its services would be given. */
export interface Standing {
  readonly workspace: Workspace;
  /** As the secret store holds it. */
  credential(service: string): Promise<Credential>;
}

/** Applies the services and makes sure that nothing is left to do: what is proved is what the topology says. */
export async function stand(
  broker: string,
  place: Surroundings,
  services: Readonly<Record<string, object>>,
): Promise<Standing> {
  const workspace = await openWorkspace(broker, place);
  const sections = Object.entries(services).map(([name, section]) => [name, { [broker]: section }]);
  await workspace.write(Object.fromEntries(sections) as Record<string, unknown>);
  const result = await workspace.apply();
  const left =
    result.status === 'applied' ? (result.left?.changes ?? []).map(({ address }) => address) : ['declined'];
  if (result.failures.length + left.length > 0) {
    await workspace.remove();
    throw new Error(`the topology does not stand: ${[...result.failures, ...left].join('\n')}`);
  }
  return {
    workspace,
    credential: async (service) => {
      const file = join(workspace.folder, 'secrets', broker, `${service}.json`);
      return JSON.parse(await readFile(file, 'utf8')) as Credential;
    },
  };
}
