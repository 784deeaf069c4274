import { applyChanges, type ComputedChange } from '../applyChanges';
import { defineTarget } from '../extension';
import { option, problem, type BuildProblem, type GivenOptions } from '../option';
import { markValue } from '../values/mark';
import { number32 } from '../values/number32';

/** `mark = (mark & ~mask) ^ value`, what every form of the option comes down to (net/netfilter/xt_mark.c mark_tg). */
interface MarkData {
  readonly value: number;
  readonly mask: number;
}

const NAMES = ['--set-xmark', '--set-mark', '--and-mark', '--or-mark', '--xor-mark'];
const one = (name: string): { readonly excludes: readonly string[] } => ({
  excludes: NAMES.filter((each) => each !== name),
});
const setXmark = option(
  '--set-xmark',
  markValue,
  'Zeroes the bits of the mask, then XORs the value into the mark.',
  one('--set-xmark'),
);
const setMark = option(
  '--set-mark',
  markValue,
  'Zeroes the bits of the mask and the value, then ORs the value into the mark.',
  one('--set-mark'),
);
const andMark = option('--and-mark', number32('bits'), 'ANDs the mark with the value.', one('--and-mark'));
const orMark = option('--or-mark', number32('bits'), 'ORs the value into the mark.', one('--or-mark'));
const xorMark = option('--xor-mark', number32('bits'), 'XORs the value into the mark.', one('--xor-mark'));

/** `-j MARK`: sets the netfilter mark of the packet. Source: extensions/libxt_MARK.c, net/netfilter/xt_mark.c. */
export const MARK = defineTarget<MarkData>({
  kind: 'target',
  name: 'MARK',
  families: [4, 6],
  options: [setXmark, setMark, andMark, orMark, xorMark],
  terminates: 'never',
  documentation: {
    summary: 'Sets the mark of the packet, which later rules and policy routing read.',
    details:
      'The mark lives in the kernel only, not on the wire. In mangle OUTPUT the packet is routed again if its ' +
      'mark has changed; in PREROUTING the routing decision that follows uses the mark.',
    source: 'iptables-extensions(8), MARK; net/netfilter/xt_mark.c',
  },
  build: buildMark,
  print: ({ value, mask }) => ` --set-xmark 0x${value.toString(16)}/0x${mask.toString(16)}`,
  describe({ value, mask }) {
    if (mask === 0xffffffff) return `sets the mark to 0x${value.toString(16)}`;
    if (value === mask) return `sets the bits 0x${value.toString(16)} of the mark`;
    if (value === 0) return `clears the bits 0x${mask.toString(16)} of the mark`;
    return mask === 0
      ? `flips the bits 0x${value.toString(16)} of the mark`
      : `changes the bits 0x${((mask | value) >>> 0).toString(16)} of the mark`;
  },
  changes: markChanges,
  apply: (data, view) => applyChanges(markChanges(data), view),
});

function markChanges({ value, mask }: MarkData): readonly ComputedChange[] {
  return [{ field: 'mark', kind: 'masked', clear: mask, flip: value }];
}

function buildMark(options: GivenOptions): MarkData | BuildProblem {
  const xmark = options.get(setXmark)?.value;
  if (xmark) return { value: xmark.value, mask: xmark.mask };
  const set = options.get(setMark)?.value;
  if (set) return { value: set.value, mask: (set.mask | set.value) >>> 0 };
  const and = options.get(andMark)?.value;
  if (and !== undefined) return { value: 0, mask: ~and >>> 0 };
  const or = options.get(orMark)?.value;
  if (or !== undefined) return { value: or, mask: or };
  const xor = options.get(xorMark)?.value;
  if (xor !== undefined) return { value: xor, mask: 0 };
  return problem(`MARK needs one of ${NAMES.join(', ')}`);
}
