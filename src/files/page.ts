import { readFile } from 'node:fs/promises';

/** The script and the style of the report's page, as `npm run build` left them in dist: the same from there as from src. */
export async function readPageAssets(): Promise<{ readonly script: string; readonly style: string }> {
  const read = (file: string) => readFile(new URL(`../../dist/page/${file}`, import.meta.url), 'utf8');
  const [script, style] = await Promise.all([read('page.js'), read('page.css')]);
  return { script, style };
}
