import amqplib from 'amqplib';

await useLibrary(amqplib);
