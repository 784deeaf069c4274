import type { Block } from '../blocks/block';
import type { Line } from '../tree';

export function jsonRuleset(_lines: readonly Line[], _from: number, _stop: number): Block | undefined {
  return undefined;
}
