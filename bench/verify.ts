/** How long verify takes, broker by broker: `npm run bench:verify [SERVICES] [OPTIONS OF VERIFY…]`. */
import { bin, machine, run } from './harness.ts';
import { openSetting } from './setting.ts';

const [services = '200', ...options] = process.argv.slice(2);
const setting = await openSetting(Number(services));
try {
  const inFolder = { cwd: setting.folder, variables: setting.variables };
  await run({ args: [bin, 'apply', '--yes'], ...inFolder });
  for (const broker of ['rabbitmq', 'kafka']) {
    const { ms, cpuMs, peakMB } = await run({
      args: [bin, 'verify', '--only', broker, ...options],
      ...inFolder,
    });
    const seconds = (value: number) => `${(value / 1000).toFixed(1)} s`;
    process.stdout.write(
      `${broker}, ${services} services: ${seconds(ms)}, of a core ${seconds(cpuMs)}, peak ${peakMB.toFixed(0)} MB\n`,
    );
  }
  process.stdout.write(`${machine(setting.versions)}\n`);
} finally {
  await setting.stop();
}
