// node test/kernel/check.mjs [--record] [NAME]
// Lays `check` and `print` beside iptables-legacy-restore and iptables-legacy-save of this machine: some 60,000 small texts, or those about
// one extension (NAME: tcp, DNAT, header, file, command). --record keeps the answers for test/ruleset. Linux, root; takes some minutes.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const words = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'iptables-lens-'));
try {
  const bundle = join(folder, 'ask.mjs');
  await build({ entryPoints: [join(import.meta.dirname, 'check', 'ask.ts')], outfile: bundle, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning' });
  const given = [join(import.meta.dirname, '..', '..'), words.find((word) => !word.startsWith('-')), words.includes('--record')];
  writeFileSync(join(folder, 'run.mjs'), `import { main } from './ask.mjs';\nprocess.exitCode = main(...${JSON.stringify(given)}.map((word) => word ?? undefined));\n`);
  // A lock of its own: other programs on this machine may be at their tables.
  const { status, error } = spawnSync('unshare', ['-n', process.execPath, join(folder, 'run.mjs')], { stdio: 'inherit', env: { ...process.env, XTABLES_LOCKFILE: join(folder, 'lock') } });
  if (error) console.error(`check.mjs cannot run here: ${error.message}`);
  process.exitCode = status ?? 2;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
