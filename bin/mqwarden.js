#!/usr/bin/env node
// Plain JavaScript that any Node.js parses: an old one gets a sentence instead of a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 22)) {
  process.stderr.write(
    `mqwarden needs Node.js 22.22 or later; this is ${process.versions.node}. Install a newer one.\n`,
  );
  process.exit(1);
}
const { main } = await import('../dist/cli.js');
process.exitCode = await main(process.argv.slice(2));
