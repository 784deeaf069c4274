// npm run test:kernel [-- --seed N --cases M] [--profile P] [--backend legacy|nft] [--check] [--record]
// Lays the evaluator beside the kernel of this machine: recorded questions asked again (no arguments), or random ones.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const missing = whyNotHere();
if (missing) {
  console.error(`test:kernel cannot run here: ${missing}`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'iptables-lens-'));
try {
  const outfile = join(folder, 'live.mjs');
  await build({ entryPoints: [join(import.meta.dirname, 'live.ts')], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'warning' });
  const { main } = await import(pathToFileURL(outfile).href);
  process.exitCode = await main(process.argv.slice(2), import.meta.dirname);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function whyNotHere() {
  if (process.platform !== 'linux') return `it needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'it needs root (it makes a network namespace of its own)';
  for (const program of ['python3', 'iptables-legacy-restore', 'ip6tables-legacy-restore', 'ip', 'nft', 'ipset', 'unshare']) {
    try {
      execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    } catch {
      return `${program} is not installed (Debian: apt-get install python3 iptables iproute2 nftables ipset)`;
    }
  }
  try {
    execFileSync('unshare', ['-n', 'true'], { stdio: 'ignore' });
  } catch {
    return 'no network namespace can be made (a container without CAP_SYS_ADMIN?)';
  }
  return undefined;
}
