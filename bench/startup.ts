/** How much longer `mqwarden --help` takes than Node.js alone, as whole processes. Some seconds. */
import { bin, inTurns, machine, type Row, table } from './harness.ts';

const rounds = 25;
const pair = await inTurns(rounds, {
  subject: { args: [bin, '--help'] },
  floor: { args: ['-e', '0'] },
});
const rows: Row[] = [{ what: 'mqwarden --help', pair, target: { moreMs: 60 } }];
process.stdout.write(`${table(rows)}\n\n${machine(`Node.js ${process.versions.node}`)}, ${rounds} rounds\n`);
