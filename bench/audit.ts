/** How much longer an audit of 5,000 ACLs and 3,000 grants takes than what it reads: `npm run bench:audit`. About two minutes. */
import { bin, inTurns, machine, run, table, withoutTypes } from './harness.ts';
import { openSetting } from './setting.ts';

const rounds = 7;
/** 24 ACLs each, and on RabbitMQ three grants. */
const services = 210;
const strangers = 790;

const floor = withoutTypes('floor.ts', 'raw.ts');
const setting = await openSetting(services);
try {
  const inFolder = { cwd: setting.folder, variables: setting.variables };
  await run({ args: [bin, 'apply', '--yes'], ...inFolder });
  await setting.addStrangers(strangers);
  // 2: what is not in the topology is found.
  const audit = { args: [bin, 'audit', '--format', 'json'], ...inFolder, codes: [0, 2] };
  const pair = await inTurns(rounds, { subject: audit, floor: { args: [floor, 'audit'], ...inFolder } });
  process.stdout.write(
    `${table([{ what: 'audit, 5,040 ACLs and 3,000 grants', pair, target: { ratio: 3 } }])}\n\n${machine(setting.versions)}, ${rounds} rounds\n`,
  );
} finally {
  await setting.stop();
}
