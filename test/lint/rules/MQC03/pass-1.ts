import { connect } from 'amqplib';

const connection = await connect(url, { ca, minVersion: 'TLSv1.3', ciphers: 'HIGH:!aNULL:!MD5' });
