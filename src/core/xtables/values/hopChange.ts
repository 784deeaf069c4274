import type { ComputedChange } from '../applyChanges';
import { number32 } from './number32';
import { option, problem, type BuildProblem, type GivenOptions, type Option } from '../option';

/** How TTL and HL change the field. */
export interface HopChange {
  readonly mode: 'set' | 'dec' | 'inc';
  readonly value: number;
}

export interface HopOptions {
  readonly set: Option<number>;
  readonly dec: Option<number>;
  readonly inc: Option<number>;
}

/** `--ttl-set`, `--ttl-dec`, `--ttl-inc`, or the same with `hl`: exactly one of them. */
export function hopOptions(prefix: 'ttl' | 'hl'): HopOptions {
  const names = ['set', 'dec', 'inc'].map((mode) => `--${prefix}-${mode}`);
  const others = (mode: string): { readonly excludes: readonly string[] } => ({
    excludes: names.filter((each) => !each.endsWith(mode)),
  });
  return {
    set: option(`--${prefix}-set`, number32('value', 0, 255), 'Sets it to this value.', others('set')),
    dec: option(`--${prefix}-dec`, number32('count', 1, 255), 'Lowers it, down to 0 at most.', others('dec')),
    inc: option(`--${prefix}-inc`, number32('count', 1, 255), 'Raises it, up to 255 at most.', others('inc')),
  };
}

export function buildHopChange(given: GivenOptions, options: HopOptions): HopChange | BuildProblem {
  for (const mode of ['set', 'dec', 'inc'] as const) {
    const found = given.get(options[mode]);
    if (found) return { mode, value: found.value };
  }
  return problem(`one of ${options.set.name}, ${options.dec.name}, ${options.inc.name} is needed`);
}

/** The field stays from 0 to 255. Source: net/netfilter/xt_HL.c. */
export function hopsChange({ mode, value }: HopChange): ComputedChange {
  return mode === 'set'
    ? { field: 'hops', kind: 'masked', clear: 255, flip: value }
    : { field: 'hops', kind: 'moved', by: mode === 'dec' ? -value : value, least: 0, most: 255 };
}

export function describeHopChange(field: string, { mode, value }: HopChange): string {
  return mode === 'set'
    ? `sets the ${field} to ${value}`
    : `${mode === 'dec' ? 'lowers' : 'raises'} the ${field} by ${value}`;
}
