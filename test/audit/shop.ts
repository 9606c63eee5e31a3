/** What the audited topology has: an event from one service to another, on either broker. */
export const shop = (replicationFactor = 1) => ({
  'order-service': {
    rabbitmq: {
      exchanges: { 'order.events': { type: 'topic', allow: { consume: ['mail-service'] } } },
      publishes: [{ exchange: 'order.events', routingKeys: ['order.#'] }],
    },
    kafka: {
      topics: { orders: { partitions: 1, replicationFactor, allow: { consume: ['mail-service'] } } },
      produces: ['orders'],
    },
  },
  'mail-service': {
    rabbitmq: {
      queues: { mail: { bindings: [{ exchange: 'order.events', routingKeys: ['order.paid'] }] } },
      consumes: ['mail'],
    },
    kafka: { consumes: [{ topic: 'orders', group: 'mail' }] },
  },
});
