/** Labels, names and messages; and what is read, not written. */
export const labels = { password: 'Password', passwordHint: 'at least 12 characters', secret: 'errors.secret.missing' };
export const fields = { type: 'password', token: 'access_token', password: z.string() };
export const isKey = (text: string) => text.startsWith('-----BEGIN PRIVATE KEY-----');
export const address = `amqps://${user}:${password}@rabbitmq.internal:5671`;
if (!/^amqps:/.test(url)) throw new Error('write amqps://user:password@host');
