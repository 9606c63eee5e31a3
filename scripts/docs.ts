/** `npm run docs`: writes what is generated from the schemas and the commands (scripts/docs/documents.ts). */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { documents } from './docs/documents.ts';

const root = join(import.meta.dirname, '..');
for (const [path, text] of await documents()) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
