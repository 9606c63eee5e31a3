import type { Compiled } from '../../core/broker.ts';
import type { Ground } from '../../core/kind.ts';
import { commonGround } from '../../core/former.ts';
import type { KafkaLandscape, PlacedService } from './compile/landscape.ts';
import { generationsOf, principalOfService } from './compile/principals.ts';
import type { KafkaResource } from './resources.ts';

/** What ownership is judged by. Pure. */
export function ground(landscape: KafkaLandscape, compiled: Compiled<KafkaResource>): Ground {
  const common = commonGround(landscape, compiled);
  const { admin, auditor } = landscape.environment.section;
  return {
    ...common,
    admin: admin.username,
    protected: [...common.protected, ...(auditor === undefined ? [] : [auditor.username])],
    // Everything on Kafka is the whole cluster's: there is nothing like a vhost.
    containers: new Set(),
    credentials: new Map(
      landscape.services.flatMap(generationsOf).flatMap((service) => {
        const fate = credentialFate(service);
        return fate === undefined ? [] : [[principalOfService(service), fate] as const];
      }),
    ),
  };
}

/** What a live credential is that is not declared; undefined: reported, as for any other principal. */
function credentialFate({ section, suspended }: PlacedService): 'refused' | 'external' | undefined {
  if (section.auth === 'external') return 'external';
  return suspended === true || section.auth === 'certificate' ? 'refused' : undefined;
}
