const options = { host: 'rabbitmq.internal', port: 5671 };
options['rejectUnauthorized'] = !1;
options.checkServerIdentity = () => undefined;
