/** Puts the script of the report's page together, with the library that lays out its map, into dist/page. Part of `npm run build`. */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

const root = join(import.meta.dirname, '..');
const source = join(root, 'src/report/page/browser');
const out = join(root, 'dist/page');
const license = (file: string) => readFileSync(join(root, 'node_modules/@dagrejs', file), 'utf8').trim();

mkdirSync(out, { recursive: true });
await build({
  input: join(source, 'main.ts'),
  platform: 'browser',
  logLevel: 'warn',
  output: {
    file: join(out, 'page.js'),
    format: 'iife',
    minify: true,
    // A copy of a library carries its license.
    postBanner: `/*!\n@dagrejs/dagre and @dagrejs/graphlib\n${license('graphlib/LICENSE')}\n*/`,
  },
});
copyFileSync(join(source, 'page.css'), join(out, 'page.css'));
