if (url.startsWith('http://rabbitmq.internal:15672')) throw new Error('http://rabbitmq.internal:15672 is refused');
const schema = { $schema: 'http://json-schema.org/draft-07/schema#' };
