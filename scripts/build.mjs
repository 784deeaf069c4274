// Builds dist/: the extension (the same file for Node and for the browser), the trace view, the command line.
//   node scripts/build.mjs [--minify] [--watch]
// A file whose bytes would not change is left alone, so that a build beside running tests disturbs nobody.

import esbuild from 'esbuild';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { packedReadme } from './packedReadme.mjs';
import { root } from './project.mjs';
import { writeRegistry } from './registry.mjs';

const outdir = path.join(root, 'dist');

/**
 * @param {{ minify?: boolean, watch?: boolean }} options
 */
export async function build({ minify = false, watch = false } = {}) {
  mkdirSync(outdir, { recursive: true });
  copyIcons();
  writeRegistry();
  if (watch) console.log('building');
  const programs = bundles({ minify, sourcemap: watch });
  if (!watch) {
    await Promise.all(programs.map((options) => esbuild.build(options)));
    // It shows what the command line prints.
    writeIfChanged(path.join(outdir, 'readme.md'), Buffer.from(packedReadme()));
    return;
  }
  for (const context of await Promise.all(programs.map((options) => esbuild.context(options)))) await context.watch();
}

/**
 * @param {{ minify: boolean, sourcemap: boolean }} options
 * @returns {esbuild.BuildOptions[]}
 */
function bundles({ minify, sourcemap }) {
  const rounds = buildRounds(3);
  /** @type {esbuild.BuildOptions} */
  const common = {
    absWorkingDir: root,
    bundle: true,
    target: 'es2022',
    minify,
    sourcemap,
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
    outdir: 'dist',
    plugins: [writeChanges(sourcemap ? rounds : undefined)],
  };
  const browser = /** @type {const} */ (['browser', 'module', 'main']);
  return [
    // One file for the desktop and the web: it needs nothing of Node and nothing of a page, only the editor.
    {
      ...common,
      entryPoints: { extension: 'src/extension.ts' },
      platform: 'browser',
      format: 'cjs',
      mainFields: [...browser],
      external: ['vscode'],
    },
    {
      ...common,
      entryPoints: { webview: 'src/webview/main.ts' },
      platform: 'browser',
      format: 'iife',
      mainFields: [...browser],
      loader: { '.ttf': 'file' },
      assetNames: '[name]',
    },
    {
      ...common,
      entryPoints: { cli: 'src/cli/main.ts' },
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      banner: { js: '#!/usr/bin/env node' },
    },
  ];
}

/**
 * Writes what esbuild made where it differs from what is there, each file in one step.
 * @param {ReturnType<typeof buildRounds> | undefined} rounds
 * @returns {esbuild.Plugin}
 */
function writeChanges(rounds) {
  return {
    name: 'write-changes',
    setup(build) {
      let first = true;
      build.onStart(() => {
        if (!first) rounds?.start();
        first = false;
      });
      build.onEnd(({ outputFiles = [], errors }) => {
        for (const { path: file, contents } of outputFiles) writeIfChanged(file, contents);
        rounds?.end(errors.length);
      });
    },
  };
}

/**
 * Says when a round of builds begins and when the last of them is done: tasks.json waits for these words, and F5 with
 * it.
 * @param {number} programs they are all built in the first round
 */
function buildRounds(programs) {
  let running = programs;
  let failed = 0;
  return {
    start() {
      if (running === 0) console.log('building');
      running++;
    },
    /** @param {number} errors */
    end(errors) {
      failed += errors;
      if (--running > 0) return;
      console.log(failed > 0 ? `built with ${failed} errors` : 'built');
      failed = 0;
    },
  };
}

/** The icon font of the editor, and the style sheet that names its glyphs. */
function copyIcons() {
  const from = path.join(root, 'node_modules/@vscode/codicons/dist');
  for (const name of ['codicon.css', 'codicon.ttf'])
    writeIfChanged(path.join(outdir, name), readFileSync(path.join(from, name)));
}

/** @param {string} file @param {Uint8Array} contents */
function writeIfChanged(file, contents) {
  const executable = path.basename(file) === 'cli.js';
  if (existsSync(file) && readFileSync(file).equals(contents)) return;
  const staging = `${file}.${process.pid}`;
  writeFileSync(staging, contents);
  if (executable) chmodSync(staging, 0o755);
  renameSync(staging, file);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await build({ minify: process.argv.includes('--minify'), watch: process.argv.includes('--watch') });
}
