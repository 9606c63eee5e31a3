import { connect } from 'mqwarden/rabbitmq';

const connection = await connect({ service: 'order-service', url, vhost: 'production', secrets: 'vault:secret' });
const login = { username: await getSecret('rabbitmq/order-service/username'), password: await getSecret('rabbitmq/order-service/password') };
