import { Producer, stringSerializers } from '@platformatic/kafka';
import { platformaticOptions } from 'mqwarden/kafka';

const producer = new Producer({ ...platformaticOptions({ service: 'order-service', brokers, secrets }), serializers: stringSerializers });
