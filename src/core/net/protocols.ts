/**
 * The number of a protocol as iptables' `-p` reads it: a number from 0 to 255 (decimal, `0x` or octal), a name of
 * /etc/protocols or one that iptables brings along, in any case; `all` is 0. undefined where iptables refuses it.
 * Source: libxtables xtables_parse_protocol, netbase's /etc/protocols.
 */
export function protocolNumber(text: string): number | undefined {
  const name = text.toLowerCase();
  if (/^0x[0-9a-f]{1,8}$/.test(name)) return atMost255(Number(name));
  if (/^0[0-7]{1,11}$/.test(name)) return atMost255(parseInt(name, 8));
  if (/^[0-9]{1,10}$/.test(name))
    return /[89]/.test(name) && name.startsWith('0') ? undefined : atMost255(Number(name));
  return NUMBERS.get(name);
}

/**
 * The protocol as iptables-save prints it after `-p`: its name in /etc/protocols, else the number. 0 stands for all.
 */
export function protocolName(protocol: number): string {
  return protocol === 0 ? 'all' : (NAMES.get(protocol) ?? String(protocol));
}

/** The protocol in JSON results, as the contract has it: a word for the common ones, else the number. */
export function reportedProtocol(protocol: number): string | number {
  return REPORTED.get(protocol) ?? protocol;
}

/** Every protocol name that `-p` takes, with its number. */
export function protocolNames(): ReadonlyMap<string, number> {
  return NUMBERS;
}

function atMost255(value: number): number | undefined {
  return value <= 255 ? value : undefined;
}

/** netbase's /etc/protocols: the official name, and the aliases that differ from it by more than case. */
const PROTOCOLS: readonly (readonly [number, string, ...string[]])[] = [
  [0, 'ip'],
  [0, 'hopopt'],
  [1, 'icmp'],
  [2, 'igmp'],
  [3, 'ggp'],
  [4, 'ipencap', 'ip-encap'],
  [5, 'st'],
  [6, 'tcp'],
  [8, 'egp'],
  [9, 'igp'],
  [12, 'pup'],
  [17, 'udp'],
  [20, 'hmp'],
  [22, 'xns-idp'],
  [27, 'rdp'],
  [29, 'iso-tp4'],
  [33, 'dccp'],
  [36, 'xtp'],
  [37, 'ddp'],
  [38, 'idpr-cmtp'],
  [41, 'ipv6'],
  [43, 'ipv6-route'],
  [44, 'ipv6-frag'],
  [45, 'idrp'],
  [46, 'rsvp'],
  [47, 'gre'],
  [50, 'esp', 'ipsec-esp'],
  [51, 'ah', 'ipsec-ah'],
  [57, 'skip'],
  [58, 'ipv6-icmp'],
  [59, 'ipv6-nonxt'],
  [60, 'ipv6-opts'],
  [73, 'rspf', 'cphb'],
  [81, 'vmtp'],
  [88, 'eigrp'],
  [89, 'ospf', 'ospfigp'],
  [93, 'ax.25'],
  [94, 'ipip'],
  [97, 'etherip'],
  [98, 'encap'],
  [103, 'pim'],
  [108, 'ipcomp'],
  [112, 'vrrp'],
  [115, 'l2tp'],
  [124, 'isis'],
  [132, 'sctp'],
  [133, 'fc'],
  [135, 'mobility-header'],
  [136, 'udplite'],
  [137, 'mpls-in-ip'],
  [138, 'manet'],
  [139, 'hip'],
  [140, 'shim6'],
  [141, 'wesp'],
  [142, 'rohc'],
  [143, 'ethernet'],
  [262, 'mptcp'],
];

/** Names that libxtables knows by itself (xtables_chain_protos). */
const BUILT_IN: readonly (readonly [string, number])[] = [
  ['icmpv6', 58],
  ['ipv6-mh', 135],
  ['mh', 135],
  ['all', 0],
];

const REPORTED: ReadonlyMap<number, string> = new Map([
  [1, 'icmp'],
  [2, 'igmp'],
  [4, 'ipip'],
  [6, 'tcp'],
  [17, 'udp'],
  [33, 'dccp'],
  [47, 'gre'],
  [50, 'esp'],
  [51, 'ah'],
  [58, 'icmpv6'],
  [132, 'sctp'],
  [136, 'udplite'],
]);

const NAMES = new Map(PROTOCOLS.filter(([number]) => number !== 0).map(([number, name]) => [number, name]));
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...PROTOCOLS.flatMap(([number, ...names]) => names.map((name): [string, number] => [name, number])),
  ...BUILT_IN,
]);
