// npm run test:kernel [-- --seed N --cases M] [--profile P] [--backend legacy|nft] [--record [FILE]]
//   Lays the evaluator beside the kernel of this machine: recorded questions asked again (no arguments), or random ones.
// npm run test:kernel -- --sequences [--seed N] [--cases M] [--minutes M] [--backend legacy|nft]
//   The same with sequences of seven packets that go through one connection table, until so many agree or so many minutes are over.
// npm run test:kernel -- --check --grammar LINES [--seed N]
//   Lays `check` and `print` beside iptables-legacy-restore and -save on so many generated lines.
// npm run test:kernel -- --check [NAME] [--record]
//   Lays `check` and `print` beside iptables-legacy-restore and iptables-legacy-save: some 70,000 small texts (some minutes), or those
//   about one extension (NAME: tcp, DNAT …) or about `header`, `file`, `command`. --record keeps the answers for test/ruleset.
// npm run test:kernel -- --listing [NAME] [--backend legacy|nft] [--every N] [--record]
//   Loads the rules of those texts that iptables took with both programs, lists them with `iptables -L` (with and without -n, -v, -x and
//   --line-numbers), reads the listings and compares; --every 5 takes a fifth of the rules. --record keeps some of each kind for test/syntax.
// npm run test:kernel -- --commands [--cases N] [--seed N] [--backend legacy|nft] [--record]
//   Loads a dump, runs commands of iptables-legacy behind it, and lays iptables-legacy-save beside "what if". --record keeps the answers.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const words = process.argv.slice(2);
const [script, scriptWords] =
  {
    '--check': ['check', words.slice(1)],
    '--listing': ['listing', words.slice(1)],
    '--commands': ['commands', words.slice(1)],
  }[words[0] ?? ''] ?? [];
const checks = script !== undefined;
const missing = whyNotHere(checks ? ['unshare', 'ip', 'ipset'] : ['unshare', 'ip', 'ipset', 'python3', 'nft']);
if (missing) {
  console.error(`test:kernel cannot run here: ${missing}`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'iptables-lens-'));
try {
  if (checks) {
    // A process of its own, because it is the process that is in the network namespace; and a lock of its own: other
    // programs on this machine may be at their tables.
    await bundle(join(script, 'main.ts'));
    const { status, error } = spawnSync('unshare', ['-n', process.execPath, join(folder, 'main.mjs'), ...scriptWords], {
      stdio: 'inherit',
      cwd: join(import.meta.dirname, '..', '..'),
      env: { ...process.env, XTABLES_LOCKFILE: join(folder, 'lock') },
    });
    if (error) console.error(`test:kernel cannot run here: ${error.message}`);
    process.exitCode = status ?? 2;
  } else {
    const { main } = await import(pathToFileURL(await bundle('live.ts')).href);
    process.exitCode = await main(words, import.meta.dirname);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function bundle(entry) {
  const outfile = join(folder, `${basename(entry, '.ts')}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  return outfile;
}

function whyNotHere(programs) {
  if (process.platform !== 'linux') return `it needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'it needs root (it makes a network namespace of its own)';
  for (const program of ['iptables-legacy-restore', 'ip6tables-legacy-restore', ...programs]) {
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
