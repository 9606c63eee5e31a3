import amqp from 'amqplib';

const connection = await amqp.connect({ protocol: 'amqps', hostname: 'rabbitmq.internal', username, password });
const more = await amqp.connect({ ...settings, hostname: 'rabbitmq.internal' });
// A description for people.
const described = { servers: { production: { host: 'rabbitmq.internal', protocol: 'amqp' } } };
const isOurs = address.protocol === 'amqp';
results.push({ ...result, protocol: 'amqp' });
