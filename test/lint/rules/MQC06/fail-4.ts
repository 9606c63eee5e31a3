import { Producer } from '@platformatic/kafka';

const base = { clientId: 'order-service', bootstrapBrokers };
const producer = new Producer({ ...base, tls: undefined, sasl: { mechanism: 'SCRAM-SHA-512', username, password } });
