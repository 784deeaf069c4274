// What the editors need from the system: found, installed (as root on Debian and its kin), or named.

import { existsSync } from 'node:fs';
import { onPath, run } from '../project.mjs';

/** Why the suites cannot run at all: a line that says what to install. undefined where there is, or can be, a browser. */
export function noBrowser() {
  if (process.env.CHROMIUM !== undefined || findChromium() !== undefined || canInstall()) return undefined;
  return `Chromium is missing: ${toInstall('chromium')}${orCHROMIUM}`;
}

const orCHROMIUM = ', or set CHROMIUM to the path of a Chrome';

/** Chromium or Chrome as an absolute path; the error says in one line what to install. */
export async function chromium() {
  return (
    process.env.CHROMIUM ??
    findChromium() ??
    ((await install('chromium')) ? findChromium() : undefined) ??
    missing('Chromium', 'chromium', orCHROMIUM)
  );
}

/** ripgrep, which Quick Open and search use; undefined where it is missing and cannot be installed. */
export async function ripgrep() {
  return onPath('rg') ?? ((await install('ripgrep')) ? onPath('rg') : undefined);
}

/** A display is there, or can be made. */
export function displayPossible() {
  return hasDisplay() || onPath('xvfb-run') !== undefined || canInstall();
}

/** The person has a screen that programs may draw on (under WSL it is that of Windows). */
export function hasDisplay() {
  return (
    process.platform !== 'linux' ||
    Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY || process.env.WSL_DISTRO_NAME)
  );
}

/**
 * A wrapper that gives a program a display, `[]` where there is one already, undefined where it could not be installed.
 */
export async function display() {
  if (hasDisplay()) return [];
  const xvfb = onPath('xvfb-run') ?? ((await install('xvfb', 'xauth')) ? onPath('xvfb-run') : undefined);
  return xvfb && [xvfb, '--auto-servernum'];
}

/**
 * The libraries that a desktop VS Code is linked with: Chromium's, and two more. What stays missing shows at its start.
 */
export async function desktopLibraries() {
  if (process.platform === 'linux') await install('chromium', 'libxkbfile1', 'libsecret-1-0');
}

function findChromium() {
  const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
  return (
    onPath('chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge') ??
    (existsSync(mac) ? mac : undefined)
  );
}

/** @type {Promise<unknown>} One apt-get at a time; the lists are fetched once. */
let apt = Promise.resolve();
let listsFetched = false;

/** @param {string[]} packages @returns {Promise<boolean>} */
function install(...packages) {
  const result = apt.then(async () => {
    if (!canInstall()) return false;
    console.log(`installing ${packages.join(', ')} with apt-get`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    if (!listsFetched) await run('apt-get', ['update', '-qq'], { env });
    listsFetched = true;
    return (await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env })).code === 0;
  });
  apt = result;
  return result;
}

function canInstall() {
  return process.getuid?.() === 0 && onPath('apt-get') !== undefined;
}

/** @param {string} pkg */
const toInstall = (pkg) => `install it (Debian: sudo apt-get install ${pkg})`;

/** @param {string} what @param {string} pkg @param {string} rest @returns {never} */
function missing(what, pkg, rest) {
  throw new Error(`${what} is missing: ${toInstall(pkg)}${rest}`);
}
