// npm run fuzz [-- --seed N --count N --minutes N --kind K --write]
//   Feeds random inputs to everything that reads one; test/fuzz/main.ts tells more.
import { build } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './project.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'iptables-lens-fuzz-'));
const outfile = path.join(folder, 'fuzz.mjs');
try {
  await build({
    absWorkingDir: root,
    entryPoints: ['test/fuzz/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  const { main } = await import(pathToFileURL(outfile).href);
  process.exitCode = await main(process.argv.slice(2), root);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
