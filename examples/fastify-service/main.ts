import { build } from './service.ts';

const app = await build();
const address = await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' });
process.stdout.write(`${address}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void app.close());
