import { applyChanges, type ComputedChange } from '../applyChanges';
import { defineTarget } from '../extension';
import { invalid, option, problem, type InvalidValue, type ValueType } from '../option';
import { dscpClassNames, dscpOfClass, printDscp } from '../values/dscpClass';
import { number32 } from '../values/number32';

const dscpClass: ValueType<number> = {
  metavariable: 'class',
  completions: dscpClassNames(),
  parse: (text): number | InvalidValue =>
    dscpOfClass(text) ?? invalid(`"${text}" is not a DiffServ class; the classes are ${dscpClassNames().join(', ')}`),
};

const setDscp = option('--set-dscp', number32('value', 0, 63), 'The code point, 0 to 63.', {
  excludes: ['--set-dscp-class'],
});
const setClass = option(
  '--set-dscp-class',
  dscpClass,
  'The code point by its class: EF, BE, CS0 to CS7, AF11 to AF43.',
  { excludes: ['--set-dscp'] },
);

/** `-j DSCP`: sets the upper six bits of the TOS byte. Source: extensions/libxt_DSCP.c, net/netfilter/xt_DSCP.c. */
export const DSCP = defineTarget<{ readonly dscp: number }>({
  kind: 'target',
  name: 'DSCP',
  families: [4, 6],
  tables: ['mangle'],
  options: [setDscp, setClass],
  terminates: 'never',
  documentation: {
    summary: 'Sets the DiffServ code point, the upper six bits of the TOS byte.',
    details: 'The two ECN bits below it are kept.',
    source: 'iptables-extensions(8), DSCP; net/netfilter/xt_DSCP.c',
  },
  build(options) {
    const dscp = options.get(setDscp)?.value ?? options.get(setClass)?.value;
    return dscp === undefined ? problem('DSCP needs --set-dscp or --set-dscp-class') : { dscp };
  },
  print: ({ dscp }) => ` --set-dscp ${printDscp(dscp)}`,
  describe: ({ dscp }) => `sets the DSCP to ${printDscp(dscp)}`,
  changes: dscpChanges,
  apply: (data, view) => applyChanges(dscpChanges(data), view),
});

function dscpChanges({ dscp }: { readonly dscp: number }): readonly ComputedChange[] {
  return [{ field: 'tos', kind: 'masked', clear: 0xfc, flip: dscp << 2 }];
}
