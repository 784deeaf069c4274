import type { Line } from '../core/syntax/tree';

/**
 * The first and the last line of the file among some, 0-based, both included; the first one of the file where there are
 * none. Lines that are in no file are passed over.
 */
export function extent(lines: readonly Line[]): { readonly from: number; readonly to: number } {
  let from = Infinity;
  let to = 0;
  for (const { index } of lines) {
    if (index < 0) continue;
    from = Math.min(from, index);
    to = Math.max(to, index);
  }
  return { from: Number.isFinite(from) ? from : 0, to };
}
