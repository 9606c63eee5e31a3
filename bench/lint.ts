/** How much longer `mqwarden lint` takes for 300 services than to read and parse their YAML alone, as whole processes. A minute. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bin, inTurns, machine, table } from './harness.ts';
import { makeTopology, nowhere } from './topology.ts';

const rounds = 15;
const services = 300;
const folder = mkdtempSync(join(tmpdir(), 'mqwarden-bench-'));
for (const [file, text] of makeTopology(services, nowhere)) writeFileSync(join(folder, file), text);

/** Run as a file of this package, so that the library is found. */
const parsing = `import { readdirSync, readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
for (const file of readdirSync(process.argv[1]))
  parseDocument(readFileSync(process.argv[1] + '/' + file, 'utf8'), { intAsBigInt: true }).toJS();`;

try {
  const pair = await inTurns(rounds, {
    // Whatever it finds: the topology is made for size, not for its virtues.
    subject: { args: [bin, 'lint', folder], codes: [0, 2] },
    floor: { args: ['--input-type=module', '-e', parsing, folder] },
  });
  const row = { what: `lint, ${services} services`, pair, target: { ratio: 3 } };
  const cpu = (which: keyof typeof pair) => Math.round(Math.min(...pair[which].map(({ cpuMs }) => cpuMs)));
  process.stdout.write(
    `${table([row])}\n\nof a core, at best: ${cpu('subject')} ms and ${cpu('floor')} ms\n`,
  );
  process.stdout.write(`${machine(`Node.js ${process.versions.node}`)}, ${rounds} rounds\n`);
} finally {
  rmSync(folder, { recursive: true });
}
