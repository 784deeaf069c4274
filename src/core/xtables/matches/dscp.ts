import { masked } from '../../net/fields/fieldTest';
import type { Packet } from '../../net/packet';
import { fieldCondition } from '../fieldCondition';
import { defineMatch } from '../extension';
import { invalid, option, problem, type InvalidValue, type ValueType } from '../option';
import { dscpClassNames, dscpOfClass, printDscp } from '../values/dscpClass';
import { unsigned } from '../values/integer';
import { invertedText, keep, type Inverted } from '../values/inverted';
import { being } from '../values/denials';

const className: ValueType<number> = {
  metavariable: 'class',
  completions: dscpClassNames(),
  parse: (text): number | InvalidValue =>
    dscpOfClass(text) ?? invalid(`"${text}" is not a DiffServ class; the classes are CS0–CS7, BE, AF11–AF43 and EF`),
};

const code = option('--dscp', unsigned('value', 0, 63), 'The code point, 0 to 63.', {
  invertible: true,
  excludes: ['--dscp-class'],
});
const dscpClass = option('--dscp-class', className, 'The code point by its class name.', {
  invertible: true,
  excludes: ['--dscp'],
});

/** `-m dscp`: the upper six bits of the TOS byte. Source: iptables-extensions(8) "dscp", net/netfilter/xt_dscp.c. */
export const dscp = defineMatch<Inverted<number>>({
  kind: 'match',
  name: 'dscp',
  families: [4, 6],
  options: [code, dscpClass],
  documentation: {
    summary: 'Compares the DiffServ code point: the upper six bits of the TOS or traffic class byte.',
    source: 'iptables-extensions(8), dscp; net/netfilter/xt_dscp.c',
  },
  build: (options) => keep(options.get(code) ?? options.get(dscpClass)) ?? problem('dscp needs --dscp or --dscp-class'),
  print: (data) => invertedText('--dscp', data, printDscp),
  conditions: ({ value, inverted }) => [
    fieldCondition(
      { field: 'tos', values: masked(0xfc, value << 2), negated: inverted },
      {
        option: '--dscp',
        wanted: printDscp(value),
        shown: ({ packet }) => actualDscp(packet),
        denial: ({ packet }) => being(actualDscp(packet), printDscp(value), inverted),
        premises: () => ['service'],
      },
    ),
  ],
});

function actualDscp({ tos }: Packet): string {
  return `dscp ${printDscp(tos >> 2)}`;
}
