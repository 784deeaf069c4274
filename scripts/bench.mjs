// npm run bench: how fast on a large node's rules, as figures and, where iptables is there, as ratios to
// iptables-restore --test.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { activationTimes } from './bench/activation.mjs';
import { build as buildAll } from './build.mjs';
import { kubeDump, serviceAddress } from './bench/kubeDump.mjs';
import { writeRegistry } from './registry.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, '.vscode-test/bench');
const SERVICES = 6020;

if (!globalThis.gc) {
  // Memory is measured after a full collection, which needs the flag.
  const again = spawnSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url)], { stdio: 'inherit' });
  process.exit(again.status ?? 1);
}

mkdirSync(cache, { recursive: true });
writeRegistry();
const { measure } = await bundled('measure');

const text = kubeDump(SERVICES);
const file = join(cache, 'kube.iptables-save');
writeFileSync(file, text);
const peer = restoreTime(file);
const result = measure(text, SERVICES, serviceAddress);
const megabytes = text.length / 1e6;

console.log(
  `${result.rules.toLocaleString('en')} rules, ${megabytes.toFixed(1)} MB, kube-proxy's shape; processor time in ms\n`,
);
console.log(`${'what'.padEnd(62)}${'best'.padStart(9)}${'median'.padStart(9)}`);
for (const { what, best, median } of result.figures)
  console.log(`${what.padEnd(62)}${best.toFixed(2).padStart(9)}${median.toFixed(2).padStart(9)}`);
console.log(`\nparse and bind: ${((megabytes / result.parseAndBind) * 1000).toFixed(0)} MB/s`);
console.log(`memory: ${result.heap.toFixed(0)} MB, the text included`);
if (peer === undefined) console.log('iptables-legacy-restore is not here (or not allowed): no ratio');
else
  console.log(
    `iptables-legacy-restore --test on the same file: ${peer.toFixed(0)} ms; ours takes ${(result.parseAndBind / peer).toFixed(2)} of that`,
  );

const { measureShapes } = await bundled('shapes');
console.log('\na verdict on other shapes; processor time in ms, and that of iptables-legacy-restore --test');
console.log(
  `${'shape'.padEnd(40)}${'rules'.padStart(9)}${'first'.padStart(10)}${'next'.padStart(10)}${'restore'.padStart(10)}`,
);
for (const { what, rules, first, next, text: dump } of measureShapes()) {
  const name = join(cache, 'shape.iptables-save');
  writeFileSync(name, dump);
  const restore = restoreTime(name);
  console.log(
    `${what.padEnd(40)}${String(rules).padStart(9)}${first.toFixed(1).padStart(10)}${next.toFixed(3).padStart(10)}${(restore === undefined ? '—' : restore.toFixed(0)).padStart(10)}`,
  );
}

const { measureCaptures } = await bundled('captures');
console.log('\na capture against the rules of a host; processor time in ms');
for (const { what, milliseconds, result: came } of measureCaptures())
  console.log(`${what.padEnd(72)}${milliseconds.toFixed(0).padStart(9)}   ${came}`);

const { measureBounds } = await bundled('bounds');
console.log('\nwhat nobody has, once each; processor time in ms');
for (const { what, milliseconds, result: came } of measureBounds())
  console.log(`${what.padEnd(62)}${milliseconds.toFixed(0).padStart(9)}   ${came}`);
console.log('');

await buildAll({ minify: true });
const { compile, run, activate } = activationTimes(join(root, 'dist/extension.js'));
console.log(
  `the extension: compiled in ${compile.toFixed(0)} ms, run in ${run.toFixed(0)} ms, activate() ${activate.toFixed(1)} ms; run and activate() take ${((run + activate) / compile).toFixed(2)} of what V8 takes to compile it`,
);

/** A module of scripts/bench, with the sources that it measures. @param {string} name */
async function bundled(name) {
  const outfile = join(cache, `${name}.mjs`);
  await build({
    entryPoints: [join(root, `scripts/bench/${name}.ts`)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}

/** Processor milliseconds of the real program, in a network namespace of its own; undefined where it cannot run. */
function restoreTime(name) {
  const script =
    'times=$( { /usr/bin/env bash -c "TIMEFORMAT=%U\\ %S; time unshare -n iptables-legacy-restore --test < \'$1\'"; } 2>&1 ) && echo "$times" | tail -1';
  let best;
  for (let i = 0; i < 3; i++) {
    const run = spawnSync('bash', ['-c', script, 'bench', name], { encoding: 'utf8' });
    const [user, system] = run.stdout.trim().split(' ').map(Number);
    if (run.status !== 0 || !Number.isFinite(user) || !Number.isFinite(system)) return best;
    const spent = (user + system) * 1000;
    best = best === undefined ? spent : Math.min(best, spent);
  }
  return best;
}
