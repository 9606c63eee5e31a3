import { connect } from 'amqplib';

// Where the password is, and not the password.
const password = await readFile(process.env.RABBITMQ_PASSWORD_FILE, 'utf8');
const connection = await connect({ protocol: 'amqps', hostname, username: process.env.RABBITMQ_USER, password });
