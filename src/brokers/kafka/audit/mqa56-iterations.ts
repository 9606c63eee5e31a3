import { pass, type Point, untold } from '../../../core/audit.ts';
import { newUser, userAddress } from '../resources.ts';
import type { KafkaCheck } from './check.ts';
import type { ScramUser } from './facts.ts';

export const iterations: KafkaCheck = {
  id: 'MQA56',
  name: 'kafka-scram-iterations',
  title: `Kafka: passwords are kept with ${newUser.iterations} iterations or more`,
  severity: 'warning',
  why: 'Whoever reads the metadata of the cluster, or a backup of it, guesses passwords, the faster the fewer iterations each guess takes.',
  instead: 'write the password again: mqwarden apply --check-credentials, or rotate it',
  link: 'https://kafka.apache.org/documentation/#security_sasl_scram_security',
  points: ({ facts: { users } }) =>
    users.is === 'told'
      ? [...users.value.flatMap(few), pass(`how the passwords of ${users.value.length} users are kept`)]
      : [untold(users)],
};

function few({ name, kept }: ScramUser): Point[] {
  return kept.flatMap(({ mechanism, iterations: many }) =>
    many >= newUser.iterations
      ? []
      : {
          is: 'fail' as const,
          says: `the password of ${name} is kept with ${many} iterations of ${mechanism}`,
          address: userAddress(name),
        },
  );
}
