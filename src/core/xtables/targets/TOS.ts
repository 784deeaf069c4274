import { applyChanges, type ComputedChange } from '../applyChanges';
import { defineTarget } from '../extension';
import { option, problem } from '../option';
import { number32 } from '../values/number32';
import { printTosMask, tosMask, type TosMask } from '../values/tosMask';

const OPTIONS = ['--set-tos', '--and-tos', '--or-tos', '--xor-tos'];
const one = (name: string): { readonly excludes: readonly string[] } => ({
  excludes: OPTIONS.filter((each) => each !== name),
});
const setTos = option(
  '--set-tos',
  tosMask(0x3f),
  'Zeroes the bits of the mask, then XORs the value in.',
  one('--set-tos'),
);
const andTos = option('--and-tos', number32('bits', 0, 255), 'ANDs the field with the value.', one('--and-tos'));
const orTos = option('--or-tos', number32('bits', 0, 255), 'ORs the value into the field.', one('--or-tos'));
const xorTos = option('--xor-tos', number32('bits', 0, 255), 'XORs the value into the field.', one('--xor-tos'));

/** `-j TOS`: sets the TOS byte or traffic class. Source: extensions/libxt_TOS.c, net/netfilter/xt_DSCP.c. */
export const TOS = defineTarget<TosMask>({
  kind: 'target',
  name: 'TOS',
  families: [4, 6],
  tables: ['mangle'],
  options: [setTos, andTos, orTos, xorTos],
  terminates: 'never',
  documentation: {
    summary: 'Sets the TOS byte (IPv6: traffic class) of the packet.',
    details: 'In OUTPUT the packet is routed again if its TOS has changed. The two lowest bits are ECN.',
    source: 'iptables-extensions(8), TOS; net/netfilter/xt_DSCP.c',
  },
  build(options) {
    const set = options.get(setTos)?.value;
    if (set) return { value: set.value, mask: set.mask };
    const and = options.get(andTos)?.value;
    if (and !== undefined) return { value: 0, mask: ~and & 255 };
    const or = options.get(orTos)?.value;
    if (or !== undefined) return { value: or, mask: or };
    const xor = options.get(xorTos)?.value;
    return xor === undefined ? problem(`TOS needs one of ${OPTIONS.join(', ')}`) : { value: xor, mask: 0 };
  },
  print: (data) => ` --set-tos ${printTosMask(data)}`,
  describe: ({ value, mask }) =>
    mask === 255 ? `sets the TOS byte to ${hex(value)}` : `changes the bits ${hex(mask | value)} of the TOS byte`,
  changes: tosChanges,
  apply: (data, view) => applyChanges(tosChanges(data), view),
});

/** Source: net/netfilter/xt_DSCP.c tos_tg. */
function tosChanges({ value, mask }: TosMask): readonly ComputedChange[] {
  return [{ field: 'tos', kind: 'masked', clear: mask, flip: value }];
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}
