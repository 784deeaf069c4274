// Builds the extension and opens VS Code on the sample folder with it:
// `code` from the PATH, else a desktop build by @vscode/test-electron, else code-server from npm.
//   PORT=8080 npm start    takes that port for code-server

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';
import { extensionBesideServer, installCodeServer, startCodeServer } from './host/codeServer.mjs';
import { hasDisplay } from './host/debian.mjs';
import { desktopBuild } from './host/desktop.mjs';
import { cache, freePort, onPath, root, run } from './project.mjs';

const sample = sampleWithTrace();
const file = path.join(sample, 'istio-sidecar.md');

await build({ minify: true });
if (!(await openCode()) && !(await openDesktop())) await serve();

/** The editor that the person has. Without a display it could not show anything. */
async function openCode() {
  const code =
    hasDisplay() && onPath(...(process.platform === 'win32' ? ['code.cmd'] : ['code', 'code-insiders', 'codium']));
  if (!code || !/^\d+\.\d+/.test((await run(code, ['--version', ...asRoot()], { timeout: 60_000 })).output))
    return false;
  console.log(`opening ${code}`);
  return (
    (
      await run(code, [
        '--new-window',
        `--extensionDevelopmentPath=${root}`,
        sample,
        '--goto',
        `${file}:1`,
        ...asRoot(),
      ])
    ).code === 0
  );
}

async function openDesktop() {
  if (!hasDisplay()) return false;
  console.log('no VS Code on the PATH: looking for a desktop build');
  const desktop = await desktopBuild();
  if ('reason' in desktop) {
    console.log(desktop.reason);
    return false;
  }
  console.log(`opening ${desktop.executable}; it closes with this command (Ctrl+C)`);
  const args = [
    `--extensionDevelopmentPath=${root}`,
    sample,
    '--goto',
    `${file}:1`,
    `--user-data-dir=${path.join(cache, 'user-data')}`,
    `--extensions-dir=${path.join(cache, 'extensions')}`,
    '--skip-welcome',
    '--disable-workspace-trust',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ];
  const child = spawn(desktop.executable, args, { stdio: 'ignore' });
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}

async function serve() {
  console.log('no desktop VS Code here: using code-server from npm');
  const version = await installCodeServer();
  console.log('starting the server');
  const server = await startCodeServer({ name: 'start-data', port: await freePort(Number(process.env.PORT) || 8080) });
  const url = server.url(sample, [
    ['extensionDevelopmentPath', server.remote(extensionBesideServer())],
    ['openFile', server.remote(file)],
    ['skipWelcome', 'true'],
  ]);
  console.log(`VS Code ${version} is running; Ctrl+C ends it. Open this address in a browser:\n\n  ${url}\n`);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => process.exit(0));
  // Where npm is ended, its shell dies without telling us; a server that nobody can stop must not stay behind.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event)
    setInterval(() => {
      if (process.ppid !== parent) process.exit(0);
    }, 1000).unref();
  await server.stopped;
  process.exit(1);
}

/** VS Code refuses to run as root without these. */
function asRoot() {
  return process.getuid?.() === 0 ? ['--no-sandbox', `--user-data-dir=${path.join(cache, 'user-data')}`] : [];
}

/** A copy of the sample folder, for trying out edits, in which the trace opens by itself. */
function sampleWithTrace() {
  const copy = path.join(cache, 'sample');
  rmSync(copy, { recursive: true, force: true });
  cpSync(path.join(root, 'sample'), copy, { recursive: true });
  mkdirSync(path.join(copy, '.vscode'), { recursive: true });
  writeFileSync(
    path.join(copy, '.vscode/settings.json'),
    JSON.stringify({ 'iptables.trace.openAutomatically': true, 'git.openRepositoryInParentFolders': 'never' }),
  );
  return copy;
}
