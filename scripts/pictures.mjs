// Takes the pictures of the README and of the walkthrough from the running extension, in a light and a dark theme:
// an editor from npm with the extension in it, driven in Chromium.
//   npm run pictures [-- readme | walkthrough]

import packedUpng from '@pdf-lib/upng';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from './build.mjs';
import { installCodeServer, startCodeServer } from './host/codeServer.mjs';
import { launchBrowser } from './host/browser.mjs';
import { Workbench } from './pictures/workbench.mjs';
import { root } from './project.mjs';

// The package is CommonJS made of a module.
const upng = packedUpng.default;

/** By the class that the workbench has with them. */
const THEMES = { 'vs-dark': 'Default Dark Modern', vs: 'Default Light Modern' };
/** Colours of a picture: text on flat surfaces needs few. */
const COLOURS = { still: 96, moving: 48, small: 24 };
const SIDECAR = 'istio-sidecar.md';
const PACKET = 'tcp > :8080 syn';

/** @typedef {Awaited<ReturnType<typeof startCodeServer>> & { kind: string }} Editor */
/** @typedef {{ png: Buffer, delay: number }} Frame delay in milliseconds */

const wanted = process.argv[2];
await build({ minify: true });
await installCodeServer();
const browser = await launchBrowser();
try {
  for (const [kind, theme] of Object.entries(THEMES)) await takeAll(kind, theme);
} finally {
  await browser.close();
}
process.exit(0);

/** @param {string} kind @param {string} theme */
async function takeAll(kind, theme) {
  const server = {
    ...(await startCodeServer({ name: 'pictures-data', fresh: true, settings: settingsFor(theme) })),
    kind,
  };
  const name = kind === 'vs' ? 'light' : 'dark';
  try {
    if (wanted !== 'walkthrough') await readme(name, server);
    if (wanted !== 'readme') await walkthrough(name, server);
  } finally {
    server.stop();
    await server.stopped;
  }
}

/** @param {string} name @param {Editor} server */
async function readme(name, server) {
  const workbench = await Workbench.open(browser, server, { width: 1240, height: 700, scale: 1.5 });
  await workbench.openSample(SIDECAR);
  await workbench.trace(PACKET);
  await workbench.rest();
  save(`readme/trace-${name}`, [{ png: await workbench.picture(), delay: 0 }], COLOURS.still);
  await workbench.close();
  save(`readme/first-minute-${name}`, await firstMinute(server), COLOURS.moving);
}

/** From an open file to the rule that decided, and to what would have to change. @param {Editor} server */
async function firstMinute(server) {
  const workbench = await Workbench.open(browser, server, { width: 1240, height: 760, scale: 1 });
  /** @type {Frame[]} */
  const frames = [];
  const take = async (/** @type {number} */ delay) => frames.push({ png: await workbench.picture(), delay });
  await workbench.openSample(SIDECAR);
  await take(1200);
  await workbench.hover(':ISTIO_IN_REDIRECT');
  await take(2600);
  await workbench.trace(PACKET);
  await workbench.rest();
  await take(2600);
  await workbench.command('First Step of the Trace');
  await take(900);
  for (let step = 0; step < 6; step++) {
    await workbench.press('Alt+.');
    await take(700);
  }
  await workbench.trace('tcp > :9102 syn');
  await workbench.rest();
  await take(2600);
  await workbench.close();
  return frames;
}

/** Smaller, so that they can be read beside the text of a step. @param {string} name @param {Editor} server */
async function walkthrough(name, server) {
  const narrow = await Workbench.open(browser, server, { width: 700, height: 440, scale: 1 });
  const still = async (/** @type {string} */ step, /** @type {Workbench} */ from) =>
    save(`walkthrough/${step}-${name}`, [{ png: await from.picture(), delay: 0 }], COLOURS.small);
  await narrow.openSample(SIDECAR);
  await narrow.goToText('PREROUTING -p tcp');
  await still('open', narrow);
  await narrow.hover(':ISTIO_IN_REDIRECT');
  await still('hover', narrow);
  await narrow.close();
  const wide = await Workbench.open(browser, server, { width: 900, height: 600, scale: 1 });
  await wide.openSample(SIDECAR);
  await wide.trace(PACKET);
  await wide.rest();
  await still('trace', wide);
  await wide.close();
  const other = await Workbench.open(browser, server, { width: 900, height: 600, scale: 1 });
  await other.openSample('nat-gateway.md');
  await other.trace('in wan0 tcp 198.51.100.9:50000 > 203.0.113.5:80 syn');
  await other.showRemedies();
  await still('use', other);
  await other.close();
}

/** Nothing that distracts, and nothing that moves. @param {string} theme */
function settingsFor(theme) {
  return {
    'workbench.colorTheme': theme,
    'workbench.activityBar.location': 'hidden',
    'workbench.statusBar.visible': false,
    'workbench.layoutControl.enabled': false,
    'workbench.tips.enabled': false,
    'window.menuBarVisibility': 'hidden',
    'window.commandCenter': false,
    'breadcrumbs.enabled': false,
    'editor.minimap.enabled': false,
    'editor.stickyScroll.enabled': false,
    'editor.cursorBlinking': 'solid',
    'editor.renderLineHighlight': 'none',
    'editor.fontSize': 12,
    'editor.folding': false,
    // What is pointed at by chance says nothing.
    'editor.hover.delay': 10_000,
    'workbench.hover.delay': 10_000,
    'editor.glyphMargin': false,
    'notifications.doNotDisturbMode': true,
    'chat.commandCenter.enabled': false,
    'security.workspace.trust.enabled': false,
  };
}

/** A picture, or several as an animation that goes on for ever. @param {string} name @param {readonly Frame[]} frames @param {number} colours */
function save(name, frames, colours) {
  const images = frames.map(({ png }) => upng.decode(toArrayBuffer(png)));
  const { width, height } = images[0];
  const pixels = images.map((image) => upng.toRGBA8(image)[0]);
  const delays = frames.length > 1 ? frames.map(({ delay }) => delay) : undefined;
  const file = path.join(root, 'media', `${name}.png`);
  mkdirSync(path.dirname(file), { recursive: true });
  const packed = Buffer.from(upng.encode(pixels, width, height, colours, delays));
  writeFileSync(file, packed);
  console.log(
    `media/${name}.png  ${width} × ${height}, ${frames.length} frames, ${Math.round(packed.length / 1000)} kB`,
  );
}

/** @param {Buffer} buffer */
function toArrayBuffer(buffer) {
  return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);
}
