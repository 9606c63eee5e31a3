const axios = require('axios');

const orders = axios.create({ baseURL: 'http://order-service.internal' });
const queues = 'http://' + process.env.RABBITMQ_HOST + ':15672' + '/api/queues';
