import { BrokerAsPromised } from 'rascal';

const protocol = process.env.NODE_ENV === 'production' ? 'amqps' : 'amqp';
const connection = { protocol, hostname: 'rabbitmq.internal', user, password };
const broker = await BrokerAsPromised.create({ vhosts: { production: { connection } } });
