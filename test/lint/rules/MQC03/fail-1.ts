import tls from 'node:tls';
import { connect } from 'amqplib';

tls.DEFAULT_MIN_VERSION = 'TLSv1';
const connection = await connect(url, { ca, minVersion: legacy ? 'TLSv1.1' : 'TLSv1.2' });
