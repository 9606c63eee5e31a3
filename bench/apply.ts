/** How much longer a first apply takes than what it cannot do without. About three minutes. */
import { bin, inTurns, machine, run, type Row, table, withoutTypes } from './harness.ts';
import { openSetting } from './setting.ts';

const rounds = 4;
const floor = withoutTypes('floor.ts', 'raw.ts');
const setting = await openSetting();
try {
  const inFolder = { cwd: setting.folder, variables: setting.variables };
  await run({ args: [bin, 'plan', '--out', 'first.json'], ...inFolder });
  const programs = {
    subject: { args: [bin, 'apply', '--yes'], ...inFolder },
    floor: { args: [floor, 'apply', 'first.json'], ...inFolder },
  };
  const pair = await inTurns(rounds, programs, setting.reset);
  const rows: Row[] = [{ what: 'first apply', pair, target: { ratio: 1.3 } }];
  process.stdout.write(`${table(rows)}\n\n${machine(setting.versions)}, ${rounds} rounds\n`);
} finally {
  await setting.stop();
}
