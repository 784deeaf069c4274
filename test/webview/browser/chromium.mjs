import { chromium } from '../../../scripts/host/debian.mjs';

/** The tests of this folder find the browser in `CHROMIUM`; it is installed where that is possible. */
export async function setup() {
  process.env.CHROMIUM ??= await chromium();
}
