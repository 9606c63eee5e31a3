/** How much longer a plan takes than what it cannot do without. About two minutes. */
import { bin, inTurns, machine, run, type Row, table, withoutTypes } from './harness.ts';
import { openSetting } from './setting.ts';

const rounds = 9;
const floor = withoutTypes('floor.ts', 'raw.ts');
const setting = await openSetting();
try {
  const inFolder = { cwd: setting.folder, variables: setting.variables };
  const plan = { args: [bin, 'plan'], ...inFolder };
  const rows: Row[] = [];
  const compare = async (what: string, args: readonly string[]) => {
    const programs = { subject: plan, floor: { args: [floor, 'plan', ...args], ...inFolder } };
    rows.push({ what, pair: await inTurns(rounds, programs), target: { ratio: 1.3 } });
  };
  await run({ args: [bin, 'plan', '--out', 'first.json'], ...inFolder });
  await compare('plan, everything to create', ['first.json']);
  await run({ args: [bin, 'apply', '--yes'], ...inFolder });
  await compare('plan, nothing to do', []);
  process.stdout.write(`${table(rows)}\n\n${machine(setting.versions)}, ${rounds} rounds\n`);
} finally {
  await setting.stop();
}
