import { PROTOCOL } from '../../net/packet';
import { defineMatch } from '../extension';
import { invalid, option, type InvalidValue, type ValueType } from '../option';
import { openFor } from '../premise';
import { missing } from '../shown';
import { readUnsigned } from '../values/integer';
import { invertedText, keep, type Inverted } from '../values/inverted';
import type { NumberRange } from '../values/number32';
import { cutShort, malformed, transportBytes } from '../values/transport';
import { inRange, printRange } from '../values/unsignedRange';
import type { PacketView } from '../view';

/** Types of Mobile IPv6 (RFC 6275, 6.1), in the order in which beginnings of names are looked for. */
const NAMES: readonly (readonly [string, number])[] = [
  ['binding-refresh-request', 0],
  ['brr', 0],
  ['home-test-init', 1],
  ['hoti', 1],
  ['careof-test-init', 2],
  ['coti', 2],
  ['home-test', 3],
  ['hot', 3],
  ['careof-test', 4],
  ['cot', 4],
  ['binding-update', 5],
  ['bu', 5],
  ['binding-acknowledgement', 6],
  ['ba', 6],
  ['binding-error', 7],
  ['be', 7],
];

/**
 * `type[:type]` by number or name. A name may be shortened; of several that begin so the first counts, unless one is
 * the whole.
 */
const typeRange: ValueType<NumberRange<number>> = {
  metavariable: 'type[:type]',
  completions: NAMES.map(([name]) => name),
  parse(text): NumberRange<number> | InvalidValue {
    const colon = text.indexOf(':');
    const firstText = colon < 0 ? text : text.slice(0, colon);
    const lastText = colon < 0 ? text : text.slice(colon + 1);
    const first = colon >= 0 && firstText === '' ? 0 : readType(firstText);
    const last = colon >= 0 && lastText === '' ? 255 : readType(lastText);
    if (first === undefined || last === undefined)
      return invalid(
        `"${first === undefined ? firstText : lastText}" is not a type of mobility header: 0 to 255 or a name`,
      );
    return first > last ? invalid(`the range ${text} is descending`) : [first, last];
  },
};

function readType(text: string): number | undefined {
  const lower = text.toLowerCase();
  const named = NAMES.find(([name]) => name === lower) ?? NAMES.find(([name]) => name.startsWith(lower));
  return named?.[1] ?? readUnsigned(text, 0, 255);
}

const mhType = option('--mh-type', typeRange, 'The type of the message or a range of types.', { invertible: true });

/** `-m mh`: messages of Mobile IPv6. Source: iptables-extensions(8) "mh", net/ipv6/netfilter/ip6t_mh.c. */
export const mh = defineMatch<Inverted<NumberRange<number>> | { readonly value: undefined }>({
  kind: 'match',
  name: 'mh',
  families: [6],
  protocols: [PROTOCOL.MOBILITY],
  options: [mhType],
  documentation: {
    summary: 'Matches the type of a Mobile IPv6 message.',
    source: 'iptables-extensions(8), mh; net/ipv6/netfilter/ip6t_mh.c',
  },
  build: (options) => keep(options.get(mhType)) ?? { value: undefined },
  print: (data) =>
    data.value === undefined || (data.value[0] === 0 && data.value[1] === 255)
      ? ''
      : invertedText('--mh-type', data, printRange),
  conditions: (data) => [
    {
      text: data.value === undefined ? 'a mobility header' : invertedText('--mh-type', data, printRange).trim(),
      test({ packet }) {
        if (packet.fragmentOffset > 0) return false;
        return data.value === undefined || inRange(transportBytes(packet)[2] ?? 0, data.value) !== data.inverted;
      },
      ...(data.value && { premises: (view: PacketView) => openFor(view, 'data') }),
      actual: ({ packet }) =>
        packet.fragmentOffset > 0
          ? missing('no type: not the first fragment')
          : `type ${transportBytes(packet)[2] ?? 'missing'}`,
    },
  ],
  drops(_data, { packet }) {
    if (packet.fragmentOffset > 0) return undefined;
    return (
      cutShort(packet, 6, 'mobility') ??
      (transportBytes(packet)[0] === PROTOCOL.IPV6_NONE
        ? undefined
        : malformed('its mobility header announces another header after it'))
    );
  },
});
