const overview = await fetch('https://rabbitmq.internal:15671/api/overview', { headers });
const token = await fetch('http://metadata.google.internal/computeMetadata/v1/instance', { headers });
