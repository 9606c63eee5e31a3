import { connect } from 'amqplib';

const connection = await connect({ protocol: 'amqps', hostname: );
