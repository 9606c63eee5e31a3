import { Connection } from 'rabbitmq-client';
import { rabbitmqClientOptions } from 'mqwarden/rabbitmq';

const options = await rabbitmqClientOptions({ service: 'order-service', url, secrets });
const connection = new Connection(options);
