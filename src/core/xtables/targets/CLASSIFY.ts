import { defineTarget } from '../extension';
import { invalid, option, type InvalidValue, type ValueType } from '../option';

/**
 * Two hexadecimal numbers as sscanf(3) reads `%x:%x`: blanks and signs in front, anything after; 16 bits of each are
 * kept.
 */
const CLASS = /^\s*([+-]?)(?:0[xX]([0-9a-fA-F]*)|([0-9a-fA-F]+)):\s*([+-]?)(?:0[xX])?([0-9a-fA-F]+)/;

const trafficClass: ValueType<number> = {
  metavariable: 'major:minor',
  parse(text): number | InvalidValue {
    const found = CLASS.exec(text);
    if (found === null) return invalid(`"${text}" is not a class: write two hexadecimal numbers, such as 1:20`);
    const [major, minor] = [
      low16(found[1] as string, found[2] ?? (found[3] as string)),
      low16(found[4] as string, found[5] as string),
    ];
    return ((major << 16) | minor) >>> 0;
  },
};

function low16(sign: string, digits: string): number {
  const number = BigInt(`0x0${digits}`);
  // What does not fit into a long becomes the largest number there is.
  if (number > 0xffffffffffffffffn) return 0xffff;
  return Number(BigInt.asUintN(16, sign === '-' ? -number : number));
}

const setClass = option('--set-class', trafficClass, 'The traffic class, major:minor in hexadecimal.', {
  required: true,
});

/** `-j CLASSIFY`: sets the traffic control class. Source: extensions/libxt_CLASSIFY.c, net/netfilter/xt_CLASSIFY.c. */
export const CLASSIFY = defineTarget<{ readonly priority: number }>({
  kind: 'target',
  name: 'CLASSIFY',
  families: [4, 6],
  hooks: ['FORWARD', 'OUTPUT', 'POSTROUTING'],
  options: [setClass],
  terminates: 'never',
  documentation: {
    summary: 'Sets the traffic control class (priority) of the packet.',
    details: 'Read by the queueing discipline of the outgoing interface; the packet itself stays as it is.',
    source: 'iptables-extensions(8), CLASSIFY; net/netfilter/xt_CLASSIFY.c',
  },
  build: (options) => ({ priority: options.get(setClass).value }),
  print: ({ priority }) => ` --set-class ${classText(priority)}`,
  describe: ({ priority }) => `puts the packet into the traffic class ${classText(priority)}`,
  apply: ({ priority }) => ({ kind: 'continue', packet: { priority } }),
});

function classText(priority: number): string {
  return `${(priority >>> 16).toString(16).padStart(4, '0')}:${(priority & 0xffff).toString(16).padStart(4, '0')}`;
}
