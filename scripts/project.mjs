// Where things are, and how other programs are called.

import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Editors, browsers' profiles and everything else that is downloaded or made anew; never committed. */
export const cache = path.join(root, '.vscode-test');

/** The first of these programs that is on the PATH, as an absolute path. @param {string[]} names */
export function onPath(...names) {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
      const file = path.join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        /* not here */
      }
    }
  }
  return undefined;
}

/**
 * Runs a program to its end. Its output is collected, and shown as it comes where `show` is set.
 * @param {string} command @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean, timeout?: number }} options timeout in milliseconds
 * @returns {Promise<{ code: number, output: string }>} code 127 where the program cannot be started, 124 where it took too long
 */
export function run(command, args, { cwd = root, env = process.env, show = false, timeout } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: timeout !== undefined,
    });
    let output = '',
      late = false;
    const timer =
      timeout &&
      setTimeout(() => {
        late = true;
        try {
          process.kill(-(child.pid ?? 0), 'SIGKILL');
        } catch {
          child.kill('SIGKILL');
        }
      }, timeout);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (show) process.stdout.write(text);
      });
    }
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, output: `${output}${error.message}\n` });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: late ? 124 : (code ?? 1), output });
    });
  });
}

/** `npm …`, quiet, with the npm that runs this script where there is one. @param {string[]} args @param {string} cwd */
export async function npm(args, cwd) {
  const cli = process.env.npm_execpath;
  const [command, first] = cli ? [process.execPath, [cli]] : ['npm', []];
  // What npm hands to the scripts of this project (its prefix among them) must not reach an npm in another folder.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(config_local_prefix|package_|lifecycle_)/.test(name)),
  );
  const { code, output } = await run(command, [...first, ...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    env,
  });
  if (code !== 0) throw new Error(`npm ${args.join(' ')}: ${lastLine(output)}`);
}

/** A free TCP port of 127.0.0.1, `preferred` if nobody has it. @param {number} preferred @returns {Promise<number>} */
export function freePort(preferred = 0) {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', (error) => (preferred ? resolve(freePort()) : reject(error)));
    server.listen(preferred, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/**
 * Waits until a server that was just started answers or ends, five minutes at most.
 * @param {string} url @param {import('node:child_process').ChildProcess} server
 */
export async function answers(url, server) {
  for (const end = Date.now() + 300_000; Date.now() < end;) {
    if (server.exitCode !== null || server.signalCode !== null) break;
    if (
      await fetch(url, { signal: AbortSignal.timeout(30_000) }).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  server.kill();
  throw new Error(`no server answers at ${url}`);
}

/**
 * Says every ten seconds that work which shows nothing of itself still goes on. @template T
 * @param {string} what `installing code-server from npm` @param {() => string | undefined} state how far it is, where that is known
 * @param {Promise<T>} work
 */
export async function withProgress(what, state, work) {
  const start = Date.now();
  const timer = setInterval(() => {
    const parts = [`${Math.round((Date.now() - start) / 1000)} s`, state()].filter(Boolean);
    console.log(`… ${what} (${parts.join(', ')})`);
  }, 10_000);
  return work.finally(() => clearInterval(timer));
}

/** @param {string} text */
export const lastLine = (text) => text.trim().split('\n').at(-1) ?? '';
