/**
 * How much longer `mqwarden --help` takes than Node.js alone, and a service's connection factory than the client it uses, as
 * whole processes. A minute.
 */
import { bin, inTurns, machine, type Row, table } from './harness.ts';

const rounds = 25;

/** Run as a file of this package, so that both names are found. */
function importing(name: string): { readonly args: readonly string[] } {
  return { args: ['--input-type=module', '-e', `await import(${JSON.stringify(name)})`] };
}

const rows: Row[] = [
  {
    what: 'mqwarden --help',
    pair: await inTurns(rounds, { subject: { args: [bin, '--help'] }, floor: { args: ['-e', '0'] } }),
    target: { moreMs: 60 },
  },
];
for (const [factory, client] of [
  ['mqwarden/rabbitmq', 'amqplib'],
  ['mqwarden/kafka', 'kafkajs'],
] as const) {
  rows.push({
    what: `import of ${factory}, beyond ${client}`,
    pair: await inTurns(rounds, { subject: importing(factory), floor: importing(client) }),
    target: { moreMs: 15 },
  });
}
process.stdout.write(`${table(rows)}\n\n${machine(`Node.js ${process.versions.node}`)}, ${rounds} rounds\n`);
