import type { SharedKafka, SharedRabbitMQ } from '../brokers/connection.ts';
import { uniqueName } from '../brokers/index.ts';
import type { Surroundings } from '../contract/subject.ts';

/** The shared RabbitMQ as an environment of one vhost. The broker wants to see any certificate: the administrator's serves all. */
export async function rabbitPlace(
  rabbitmq: SharedRabbitMQ,
  vhost: string,
  users: string,
): Promise<Surroundings> {
  const { cert, key } = await rabbitmq.clientCertificate(uniqueName('any'));
  return {
    section: {
      managementUrl: rabbitmq.managementUrl,
      amqpsUrl: rabbitmq.amqpsUrl,
      vhost,
      tls: { ca: 'ca.pem', cert: 'any.pem', key: 'any.key' },
      admin: { username: rabbitmq.admin.username, password: 'env:ADMIN' },
    },
    files: { 'ca.pem': rabbitmq.ca, 'any.pem': cert, 'any.key': key },
    variables: { ADMIN: rabbitmq.admin.password },
    claims: { users },
  };
}

export function kafkaPlace(kafka: SharedKafka, principals: string): Surroundings {
  return {
    section: {
      brokers: kafka.brokers,
      tls: { ca: 'ca.pem' },
      admin: { username: kafka.admin.username, password: 'env:ADMIN' },
    },
    files: { 'ca.pem': kafka.ca },
    variables: { ADMIN: kafka.admin.password },
    claims: { principals },
  };
}
