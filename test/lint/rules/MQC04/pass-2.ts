/** Compared and told, but never connected to: amqp://… */
export function requireTls(url: string): string {
  if (url.startsWith('amqp://')) throw new Error('amqp:// is refused: write amqps://');
  return url.replace('amqp://', 'amqps://');
}
