import { addressBytes, parseAddress } from '../net/address';
import { icmpTypes } from '../net/icmpTypes';
import { protocolNumber } from '../net/protocols';
import { portOfService } from '../net/services';
import { dscpOfClass } from '../xtables/values/dscpClass';

/**
 * A type of nft. Values are hexadecimal digits, most significant first, always as many as the type has: of two values
 * the greater one is after the other as text, so that ranges, sets and concatenations are compared as text.
 */
export interface DataType {
  readonly name: string;
  readonly bytes: number;
  /** Of a list of such values, and of one without an operator, one bit in common is enough. */
  readonly bits?: true;
  /** undefined: the word is not a value of the type, or one that the file does not state (the number of a user). */
  readonly parse: (text: string) => string | undefined;
}

/** A number as a value of that many bytes. */
export function hex(value: number | bigint, bytes: number): string {
  const digits = value.toString(16);
  return digits.length > bytes * 2 ? digits.slice(-bytes * 2) : digits.padStart(bytes * 2, '0');
}

export function numberOf(value: string): number {
  return parseInt(value, 16);
}

export function hexBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** The name of an interface as the kernel keeps it: 16 bytes, zeros after it. */
export function hexName(name: string): string {
  let text = '';
  for (let i = 0; i < name.length && i < IFNAMSIZ; i++)
    text += (name.charCodeAt(i) & 0xff).toString(16).padStart(2, '0');
  return text.padEnd(IFNAMSIZ * 2, '0');
}

export const IFNAMSIZ = 16;

function number(text: string, bytes: number): string | undefined {
  if (!/^(?:0x[0-9a-f]{1,16}|[0-9]{1,19})$/i.test(text)) return undefined;
  const value = BigInt(text.length > 1 && /^0[0-7]+$/.test(text) ? `0o${text.slice(1)}` : text);
  return value < 1n << BigInt(bytes * 8) ? hex(value, bytes) : undefined;
}

function numbers(name: string, bytes: number, names: Readonly<Record<string, number>> = {}, bits = false): DataType {
  return {
    name,
    bytes,
    ...(bits && { bits: true as const }),
    parse: (text) => (Object.hasOwn(names, text) ? hex(names[text] as number, bytes) : number(text, bytes)),
  };
}

/** A whole number of that many bytes. */
export function integerType(bytes: number): DataType {
  return numbers('integer', bytes);
}

function address(name: string, family: 4 | 6): DataType {
  return {
    name,
    bytes: family === 4 ? 4 : 16,
    parse(text) {
      const found = parseAddress(text);
      return found?.family === family ? hexBytes(addressBytes(found)) : undefined;
    },
  };
}

const ICMP_NAMES: Readonly<Record<string, number>> = {
  'echo-reply': 0,
  'destination-unreachable': 3,
  'source-quench': 4,
  redirect: 5,
  'echo-request': 8,
  'router-advertisement': 9,
  'router-solicitation': 10,
  'time-exceeded': 11,
  'parameter-problem': 12,
  'timestamp-request': 13,
  'timestamp-reply': 14,
  'info-request': 15,
  'info-reply': 16,
  'address-mask-request': 17,
  'address-mask-reply': 18,
};
const ICMPV6_NAMES: Readonly<Record<string, number>> = {
  'destination-unreachable': 1,
  'packet-too-big': 2,
  'time-exceeded': 3,
  'parameter-problem': 4,
  'echo-request': 128,
  'echo-reply': 129,
  'mld-listener-query': 130,
  'mld-listener-report': 131,
  'mld-listener-done': 132,
  'mld-listener-reduction': 132,
  'nd-router-solicit': 133,
  'nd-router-advert': 134,
  'nd-neighbor-solicit': 135,
  'nd-neighbor-advert': 136,
  'nd-redirect': 137,
  'router-renumbering': 138,
  'ind-neighbor-solicit': 141,
  'ind-neighbor-advert': 142,
  'mld2-listener-report': 143,
};

/** `echo-request`; the number where nft has no name for it. Source: nftables src/proto.c, icmp_type_tbl. */
export function icmpTypeName(type: number, family: 4 | 6): string {
  const names = family === 4 ? ICMP_NAMES : ICMPV6_NAMES;
  return Object.keys(names).find((name) => names[name] === type) ?? String(type);
}

/** Codes by their names in iptables' words, where nft has the same. */
function icmpCodes(family: 4 | 6, type: number): Readonly<Record<string, number>> {
  return Object.fromEntries(
    icmpTypes(family).flatMap((each) =>
      each.type === type && each.code !== undefined
        ? [
            [
              each.name
                .replace('network-', 'net-')
                .replace('protocol-', 'prot-')
                .replace('communication-prohibited', 'admin-prohibited')
                .replace('address-unreachable', 'addr-unreachable'),
              each.code,
            ],
          ]
        : [],
    ),
  );
}

/**
 * Values of a bit are shifted into place. Source: nftables src/ct.c, src/proto.c, src/meta.c, src/fib.c; the kernel's
 * uapi.
 */
const TYPES: readonly DataType[] = [
  address('ipv4_addr', 4),
  address('ipv6_addr', 6),
  {
    name: 'ether_addr',
    bytes: 6,
    parse: (text) =>
      /^(?:[0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i.test(text)
        ? text
            .toLowerCase()
            .split(':')
            .map((part) => part.padStart(2, '0'))
            .join('')
        : undefined,
  },
  {
    name: 'inet_proto',
    bytes: 1,
    parse: (text) => {
      const found = text === 'icmpv6' || text === 'ipv6-icmp' ? 58 : protocolNumber(text);
      return found === undefined ? undefined : hex(found, 1);
    },
  },
  {
    name: 'inet_service',
    bytes: 2,
    parse: (text) => {
      const port = number(text, 2);
      if (port !== undefined) return port;
      const found = portOfService(text, undefined);
      return found === undefined ? undefined : hex(found, 2);
    },
  },
  {
    name: 'ifname',
    bytes: IFNAMSIZ,
    parse: (text) => (text.length < IFNAMSIZ && /^[\x21-\x7e]*$/.test(text) ? hexName(text) : undefined),
  },
  numbers('mark', 4),
  numbers('uid', 4, { root: 0 }),
  numbers('gid', 4, { root: 0 }),
  numbers('ct_state', 4, { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 }, true),
  numbers(
    'ct_status',
    4,
    { expected: 1, 'seen-reply': 2, assured: 4, confirmed: 8, snat: 16, dnat: 32, dying: 512 },
    true,
  ),
  numbers('ct_dir', 1, { original: 0, reply: 1 }),
  numbers('icmp_type', 1, ICMP_NAMES),
  numbers('icmpv6_type', 1, ICMPV6_NAMES),
  numbers('icmp_code', 1, icmpCodes(4, 3)),
  numbers('icmpv6_code', 1, icmpCodes(6, 1)),
  numbers('icmpx_code', 1, { 'no-route': 0, 'port-unreachable': 1, 'host-unreachable': 2, 'admin-prohibited': 3 }),
  {
    name: 'dscp',
    bytes: 1,
    parse: (text) => {
      const found = dscpOfClass(text) ?? (text === 'be' ? 0 : text === 'lephb' || text === 'le' ? 1 : undefined);
      return found === undefined ? number(text, 1) : hex(found, 1);
    },
  },
  numbers('ecn', 1, { 'not-ect': 0, ect1: 1, ect0: 2, ce: 3 }),
  numbers('pkt_type', 1, { host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 }),
  numbers('nf_proto', 1, { ipv4: 2, ipv6: 10, ip: 2, ip6: 10 }),
  numbers('ether_type', 2, { ip: 0x0800, ip6: 0x86dd, arp: 0x0806, vlan: 0x8100 }),
  numbers('fib_addrtype', 4, {
    unspec: 0,
    unicast: 1,
    local: 2,
    broadcast: 3,
    anycast: 4,
    multicast: 5,
    blackhole: 6,
    unreachable: 7,
    prohibit: 8,
    throw: 9,
    nat: 10,
  }),
  numbers('tcp_flag', 1, { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 }, true),
  numbers('boolean', 1, { missing: 0, exists: 1, false: 0, true: 1 }),
  numbers('iface_type', 2, { ether: 1, ppp: 512, ipip: 768, ipip6: 769, loopback: 772, sit: 776, ipgre: 778 }),
];

const BY_NAME: ReadonlyMap<string, DataType> = new Map(TYPES.map((type) => [type.name, type]));

/**
 * By its name in `type …` of a set; `iface_index` counts as `ifname`, because nothing in a file has the numbers of
 * interfaces.
 */
export function dataType(name: string): DataType | undefined {
  return BY_NAME.get(name === 'iface_index' ? 'ifname' : name);
}

/** A type that is known to be there. */
export function knownType(name: string): DataType {
  return BY_NAME.get(name) as DataType;
}
