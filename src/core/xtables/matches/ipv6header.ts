import { PROTOCOL, type Packet } from '../../net/packet';
import { defineMatch } from '../extension';
import { flag, invalid, option, type InvalidValue, type ValueType } from '../option';
import { transportLength } from '../values/transport';

interface HeadersData {
  readonly headers: number;
  readonly inverted: boolean;
  /** Other headers do not matter. */
  readonly soft: boolean;
}

interface HeaderName {
  /** As iptables-save prints it. */
  readonly name: string;
  readonly short: string;
  /** Further spellings in /etc/protocols. */
  readonly aliases: readonly string[];
  readonly protocol: number;
  readonly bit: number;
}

/** The transport protocol, or whatever else comes after the extension headers. */
const PROTOCOL_BIT = 1;
const NONE_BIT = 2;
const ESP_BIT = 4;

/** In the order of iptables-save. */
const HEADERS: readonly HeaderName[] = [
  { name: 'hop-by-hop', short: 'hop', aliases: ['hopopt', 'HOPOPT', 'ip', 'IP'], protocol: 0, bit: 128 },
  { name: 'ipv6-opts', short: 'dst', aliases: ['IPv6-Opts'], protocol: PROTOCOL.IPV6_DESTINATION, bit: 64 },
  { name: 'ipv6-route', short: 'route', aliases: ['IPv6-Route'], protocol: PROTOCOL.IPV6_ROUTE, bit: 32 },
  { name: 'ipv6-frag', short: 'frag', aliases: ['IPv6-Frag'], protocol: PROTOCOL.IPV6_FRAGMENT, bit: 16 },
  { name: 'ah', short: 'auth', aliases: ['IPSEC-AH'], protocol: PROTOCOL.AH, bit: 8 },
  { name: 'esp', short: 'esp', aliases: ['IPSEC-ESP'], protocol: PROTOCOL.ESP, bit: ESP_BIT },
  { name: 'ipv6-nonxt', short: 'none', aliases: ['IPv6-NoNxt'], protocol: PROTOCOL.IPV6_NONE, bit: NONE_BIT },
  { name: 'protocol', short: 'prot', aliases: [], protocol: 255, bit: PROTOCOL_BIT },
];

/** Names or numbers of headers, separated by commas. */
const headerList: ValueType<number> = {
  metavariable: 'header[,header]…',
  completions: HEADERS.map(({ short }) => short),
  parse(text): number | InvalidValue {
    let headers = 0;
    const words = text.split(',').filter((each) => each !== '');
    if (words.length === 0) return invalid('a list of headers is expected');
    for (const word of words) {
      const known = HEADERS.find(
        ({ name, short, aliases, protocol }) =>
          word === name || word === short || aliases.includes(word) || word === String(protocol),
      );
      if (known === undefined)
        return invalid(
          `"${word}" is not an IPv6 extension header; the headers are ${HEADERS.map(({ short }) => short).join(', ')}`,
        );
      headers |= known.bit;
    }
    return headers;
  },
};

const headerOption = option(
  '--header',
  headerList,
  'The extension headers that the packet has; prot is the transport protocol after them.',
  { invertible: true, required: true },
);
const soft = flag('--soft', 'The packet may have other headers as well.');

/**
 * `-m ipv6header`: which extension headers a packet has. Source: iptables-extensions(8) "ipv6header",
 * net/ipv6/netfilter/ip6t_ipv6header.c.
 */
export const ipv6header = defineMatch<HeadersData>({
  kind: 'match',
  name: 'ipv6header',
  families: [6],
  options: [headerOption, soft],
  documentation: {
    summary: 'Matches IPv6 extension headers: exactly the given ones, or with --soft at least those.',
    details:
      'The transport protocol counts as the header prot: most packets have it. With --soft the negated form ' +
      'matches if none of them is there.',
    source: 'iptables-extensions(8), ipv6header; net/ipv6/netfilter/ip6t_ipv6header.c',
  },
  build(options) {
    const { value, inverted } = options.get(headerOption);
    return { headers: value, inverted, soft: options.has(soft) };
  },
  print: (data) => ` ${optionText(data)}`,
  conditions: (data) => [
    {
      text: optionText(data),
      test({ packet }) {
        // ESP takes two bytes at least; without them the answer is no, negated or not.
        if (packet.protocol === PROTOCOL.ESP && transportLength(packet) < 2) return false;
        const present = headersOf(packet);
        if (data.soft)
          return data.inverted ? (present & data.headers) === 0 : (present & data.headers) === data.headers;
        return (present === data.headers) !== data.inverted;
      },
      actual: ({ packet }) => `headers ${printHeaders(headersOf(packet)) || 'none'}`,
    },
  ],
});

function printHeaders(headers: number): string {
  return HEADERS.filter(({ bit }) => headers & bit)
    .map(({ name }) => name)
    .join(',');
}

function optionText({ headers, inverted, soft: isSoft }: HeadersData): string {
  return `${inverted ? '! ' : ''}--header ${printHeaders(headers)}${isSoft ? ' --soft' : ''}`;
}

/** Everything up to ESP or "no next header", and what comes after the extension headers otherwise. */
function headersOf(packet: Packet): number {
  let present = 0;
  for (const { protocol } of packet.extensionHeaders) {
    const bit = bitOf(protocol);
    present |= bit;
    if (bit === ESP_BIT || bit === NONE_BIT) return present;
    if (bit === PROTOCOL_BIT) return present;
  }
  return present | bitOf(packet.protocol) | (packet.protocol === PROTOCOL.AH ? PROTOCOL_BIT : 0);
}

function bitOf(protocol: number): number {
  return HEADERS.find((header) => header.protocol === protocol && header.bit !== PROTOCOL_BIT)?.bit ?? PROTOCOL_BIT;
}
