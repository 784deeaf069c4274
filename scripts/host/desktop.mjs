// The desktop build of VS Code, downloaded by @vscode/test-electron where that is possible.

import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cache, run, withProgress } from '../project.mjs';
import { desktopLibraries, display, displayPossible } from './debian.mjs';

/** Milliseconds without an answer after which the download counts as impossible. */
const patience = 30_000;

/**
 * The executable of the newest stable build, and a wrapper that gives it a display.
 * @returns {Promise<{ executable: string, wrapper: string[] } | { reason: string }>} why not, in a few words
 */
export async function desktopBuild() {
  const noDisplay = { reason: 'there is no display and no Xvfb (Debian: sudo apt-get install xvfb)' };
  if (!displayPossible()) return noDisplay;
  let executable;
  try {
    let state = 'asking for the newest version';
    /** @param {import('@vscode/test-electron/out/progress.js').ProgressReport} now */
    const report = (now) => {
      if ('bytesSoFar' in now)
        state = `${megabytes(now.bytesSoFar)} of ${now.totalBytes ? megabytes(now.totalBytes) : '?'} MB`;
    };
    const download = quietly(() =>
      downloadAndUnzipVSCode({
        version: 'stable',
        cachePath: cache,
        timeout: patience,
        reporter: { report, error: () => undefined },
      }),
    );
    executable = await withProgress('downloading VS Code', () => state, download);
  } catch (error) {
    return {
      reason: `no desktop build could be downloaded (${error instanceof Error ? error.message : String(error)})`,
    };
  }
  const wrapper = await display();
  if (!wrapper) return noDisplay;
  await desktopLibraries();
  return { executable, wrapper };
}

/** @param {number} bytes */
const megabytes = (bytes) => Math.round(bytes / 1e6);

/**
 * Runs the suite in it. The code is that of the editor, whatever kept it from running included.
 * @param {{ executable: string, wrapper: string[] }} build
 * @param {{ root: string, suite: string, folder: string, timeout: number }} options
 */
export async function runInDesktop({ executable, wrapper }, { root, suite, folder, timeout }) {
  const data = path.join(cache, 'desktop');
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  const [command = executable, ...args] = [...wrapper, executable];
  return run(
    command,
    [
      ...args,
      folder,
      `--extensionDevelopmentPath=${root}`,
      `--extensionTestsPath=${suite}`,
      `--user-data-dir=${data}`,
      `--extensions-dir=${path.join(data, 'extensions')}`,
      '--no-sandbox',
      '--disable-gpu',
      '--disable-gpu-sandbox',
      '--disable-updates',
      '--skip-welcome',
      '--skip-release-notes',
      '--disable-workspace-trust',
      '--disable-telemetry',
      '--disable-extensions',
    ],
    { timeout },
  );
}

/**
 * @test-electron warns with whole error objects where it is offline; one line of ours says it. @template T @param {()
 * => Promise<T>} work
 */
async function quietly(work) {
  const warn = console.warn;
  console.warn = () => undefined;
  try {
    return await work();
  } finally {
    console.warn = warn;
  }
}
