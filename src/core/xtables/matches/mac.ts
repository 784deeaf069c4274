import { oneValue } from '../../net/fields/fieldTest';
import { fieldCondition } from '../fieldCondition';
import { macNumber } from '../fields';
import { defineMatch } from '../extension';
import { invalid, option, type InvalidValue, type ValueType } from '../option';
import { openFor } from '../premise';
import { invertedText, type Inverted } from '../values/inverted';

/** Six bytes in hexadecimal, as `aa:bb:cc:dd:ee:ff`. */
const etherAddress: ValueType<string> = {
  metavariable: 'XX:XX:XX:XX:XX:XX',
  certain: ['[\\da-fA-F]{2}(?::[\\da-fA-F]{2}){5}'],
  parse(text): string | InvalidValue {
    const parts = text.split(':');
    const bytes = parts.map(readByte);
    if (parts.length !== 6 || bytes.includes(undefined))
      return invalid(`"${text}" is not a MAC address: six numbers of up to two hexadecimal digits, separated by ":"`);
    return bytes.map((byte) => (byte as number).toString(16).padStart(2, '0')).join(':');
  },
};

/**
 * Up to two characters as strtoul(3) with base 16 reads them: nothing is 0, and a sign or a blank may take the place of
 * the first digit.
 */
function readByte(text: string): number | undefined {
  if (text === '') return 0;
  if (!/^(?:[0-9a-fA-F]{1,2}|[ \t+-][0-9a-fA-F])$/.test(text)) return undefined;
  const value = parseInt(text.replace(/[+\s]/, ''), 16);
  return value & 0xff;
}

const macSource = option('--mac-source', etherAddress, 'The Ethernet address of the last sender.', {
  invertible: true,
  required: true,
});

/** `-m mac`: the sender on the Ethernet. Source: iptables-extensions(8) "mac", net/netfilter/xt_mac.c. */
export const mac = defineMatch<Inverted<string>>({
  kind: 'match',
  name: 'mac',
  families: [4, 6],
  hooks: ['PREROUTING', 'INPUT', 'FORWARD'],
  options: [macSource],
  documentation: {
    summary: 'Compares the Ethernet address of the last hop, not that of the origin.',
    details:
      'Does not match, negated or not, packets that did not come in over an Ethernet device: on lo and in tunnels.',
    source: 'iptables-extensions(8), mac; net/netfilter/xt_mac.c',
  },
  build(options) {
    const { value, inverted } = options.get(macSource);
    return { value, inverted };
  },
  print: (data) => invertedText('--mac-source', data, String),
  conditions: ({ value, inverted }) => [
    fieldCondition(
      { field: 'sourceMac', values: oneValue(macNumber(value)), negated: inverted },
      {
        option: '--mac-source',
        wanted: value,
        ...(!inverted && {
          openWords: {
            question: `Is ${value} the link-layer address of the last sender?`,
            yes: `${value} is the link-layer address of the last sender`,
            no: `${value} is not the link-layer address of the last sender`,
          },
        }),
        premises: (view) => openFor(view, 'neighbour'),
      },
    ),
  ],
});
