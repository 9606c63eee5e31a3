/** How much longer `mqwarden lint --code` takes than to read and parse the same files alone, as whole processes. A minute. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, inTurns, machine, table } from './harness.ts';

const rounds = 15;
const root = join(import.meta.dirname, '..');
/** Our own TypeScript and the JavaScript of two clients: nobody's examples, and here wherever this runs. */
const folders = ['src', 'test', 'node_modules/kafkajs/src', 'node_modules/amqplib/lib'].map((folder) =>
  join(root, folder),
);

/** What lint's own parser does with the same options, and nothing else; run as a file of this package, so that the library is found. */
const parsing = `import { readFileSync } from 'node:fs';
import { parseCode } from './dist/operations/lint/parse.js';
import { sourceFiles } from './dist/operations/lint/sources.js';
for (const file of (await sourceFiles(process.argv.slice(1))).files) parseCode({ file, text: readFileSync(file, 'utf8') });`;

const { sourceFiles } = (await import(join(root, 'dist/operations/lint/sources.js'))) as {
  readonly sourceFiles: (paths: readonly string[]) => Promise<{ readonly files: readonly string[] }>;
};
const { files } = await sourceFiles(folders);
const lines = files.reduce((sum, file) => sum + readFileSync(file, 'utf8').split('\n').length, 0);

const pair = await inTurns(rounds, {
  // Whatever it finds.
  subject: { args: [bin, 'lint', '--code', ...folders], codes: [0, 2] },
  floor: { args: ['--input-type=module', '-e', parsing, ...folders], cwd: root },
});
const row = { what: `lint --code, ${files.length} files, ${lines} lines`, pair, target: { ratio: 1.5 } };
const cpu = (which: keyof typeof pair) => Math.round(Math.min(...pair[which].map(({ cpuMs }) => cpuMs)));
process.stdout.write(`${table([row])}\n\nof a core, at best: ${cpu('subject')} ms and ${cpu('floor')} ms\n`);
process.stdout.write(`${machine(`Node.js ${process.versions.node}`)}, ${rounds} rounds\n`);
