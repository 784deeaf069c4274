// VS Code as a server, from npm: the editor where no desktop build can be had.

import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { answers, cache, freePort, lastLine, npm, root, withProgress } from '../project.mjs';
import { ripgrep } from './debian.mjs';

const version = '4.100.3';
const folder = path.join(cache, 'code-server');
const server = path.join(folder, 'node_modules/code-server');

/** Installs it once; the version of VS Code inside. */
export async function installCodeServer() {
  const complete = path.join(folder, 'complete');
  if (!existsSync(complete) || readFileSync(complete, 'utf8') !== version) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
    const install = npm(['install', `code-server@${version}`, '--ignore-scripts'], folder);
    await withProgress('installing code-server from npm', () => 'step 1 of 2', install);
    const vscode = path.join(server, 'lib/vscode');
    const modules = npm(['install', '--omit=dev', '--ignore-scripts'], vscode);
    await withProgress('installing code-server from npm', () => 'step 2 of 2', modules);
    symlinkSync('node_modules', path.join(vscode, 'node_modules.asar'));
    // The password hash is the one native module that the server loads at once; without passwords nothing calls it,
    // and without it no compiler is needed.
    writeFileSync(path.join(folder, 'node_modules/argon2/argon2.js'), 'module.exports = {};\n');
    const rg = await ripgrep();
    const bin = path.join(vscode, 'node_modules/@vscode/ripgrep/bin');
    if (rg) {
      mkdirSync(bin, { recursive: true });
      symlinkSync(rg, path.join(bin, 'rg'));
    } else
      console.log('ripgrep is missing, Quick Open and search will find nothing (Debian: sudo apt-get install ripgrep)');
    writeFileSync(complete, version);
  }
  return JSON.parse(readFileSync(path.join(server, 'lib/vscode/package.json'), 'utf8')).version;
}

/**
 * Starts the server with data of its own under .vscode-test and waits until it answers.
 * @param {{ port?: number, name: string, settings?: object, fresh?: boolean }} options name: of the folder with its data
 * @returns {Promise<{ port: number, url: (folder: string, payload: [string, string][]) => string, remote: (file: string) => string, stop: () => void, stopped: Promise<void> }>}
 */
export async function startCodeServer({ port, name, settings = {}, fresh = false }) {
  const data = path.join(cache, name);
  if (fresh) rmSync(data, { recursive: true, force: true });
  const user = path.join(data, 'User');
  mkdirSync(user, { recursive: true });
  const settingsFile = path.join(user, 'settings.json');
  if (!existsSync(settingsFile))
    writeFileSync(
      settingsFile,
      JSON.stringify({ 'workbench.startupEditor': 'none', 'telemetry.telemetryLevel': 'off', ...settings }, null, 2),
    );
  port ??= await freePort();
  const child = spawn(
    process.execPath,
    [
      path.join(server, 'out/node/entry.js'),
      '--auth',
      'none',
      '--bind-addr',
      `127.0.0.1:${port}`,
      '--config',
      path.join(data, 'config.yaml'),
      '--user-data-dir',
      data,
      '--extensions-dir',
      path.join(data, 'extensions'),
      '--disable-telemetry',
      '--disable-update-check',
      '--disable-workspace-trust',
      '--disable-getting-started-override',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-10_000);
    });
  const stopped = new Promise((resolve) => child.on('exit', () => resolve(undefined)));
  const stop = () => {
    child.kill();
  };
  process.on('exit', stop);
  await answers(`http://127.0.0.1:${port}/healthz`, child).catch((error) => {
    throw new Error(`${error.message}: ${lastLine(output)}`);
  });
  const remote = (/** @type {string} */ file) => `vscode-remote://127.0.0.1:${port}${file}`;
  const url = (/** @type {string} */ opened, /** @type {[string, string][]} */ payload) =>
    `http://127.0.0.1:${port}/?folder=${encodeURI(opened)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
  return { port, url, remote, stop, stopped };
}

/**
 * A copy of the extension that does not hold the server as well: a theme from below an extension that is being
 * developed wins over the one that the settings name, and all themes of the server would.
 */
export function extensionBesideServer() {
  const beside = path.join(cache, 'extension');
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { recursive: true });
  const names = readFileSync(path.join(root, '.vscodeignore'), 'utf8').matchAll(/^!([^/\n]+)/gm);
  for (const name of new Set([...names].map(([, each = '']) => each)))
    cpSync(path.join(root, name), path.join(beside, name), { recursive: true });
  return beside;
}
