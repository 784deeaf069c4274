// How long the built extension takes to load and to register everything, without an editor; in fresh processes, because
// the first time counts.
//   node scripts/bench/activation.mjs FILE   prints one run as JSON
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';

const self = fileURLToPath(import.meta.url);

/**
 * The best of several runs, in milliseconds of wall clock: for V8 to compile the file, to run it, to run `activate`.
 * @param {string} file the built extension
 */
export function activationTimes(file, runs = 7) {
  /** @type {{ compile: number, run: number, activate: number } | undefined} */
  let best;
  for (let i = 0; i < runs; i++) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [self, file], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`the extension does not activate: ${stderr}`);
    const times = JSON.parse(stdout);
    if (!best || times.run + times.activate < best.run + best.activate) best = times;
  }
  return /** @type {{ compile: number, run: number, activate: number }} */ (best);
}

/**
 * Stands for anything of the editor: it can be called, constructed, read and extended, and gives back more of itself.
 */
function standIn() {
  return new Proxy(class {}, {
    get: (target, key) =>
      key === Symbol.iterator
        ? [][Symbol.iterator]
        : key === Symbol.toPrimitive
          ? () => ''
          : key === 'prototype'
            ? target.prototype
            : standIn(),
    // The name of a class cannot be assigned to; that of an item of the status bar can.
    set: () => true,
    // esbuild hands on what a module exports by inheriting from its prototype.
    getPrototypeOf: standIn,
    apply: standIn,
    construct: standIn,
  });
}

if (process.argv[1] === self) {
  const [, , file = ''] = process.argv;
  const text = readFileSync(file, 'utf8');
  const require = createRequire(import.meta.url);
  const module = { exports: /** @type {{ activate(context: unknown): unknown }} */ ({ activate: () => undefined }) };
  const packageJSON = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const start = performance.now();
  const script = new vm.Script(`(function (exports, require, module) {${text}\n})`);
  const compiled = performance.now();
  script.runInThisContext()(
    module.exports,
    (/** @type {string} */ name) => (name === 'vscode' ? standIn() : require(name)),
    module,
  );
  const loaded = performance.now();
  module.exports.activate({ subscriptions: [], extensionUri: standIn(), extension: { packageJSON } });
  const activated = performance.now();
  console.log(JSON.stringify({ compile: compiled - start, run: loaded - compiled, activate: activated - loaded }));
}
