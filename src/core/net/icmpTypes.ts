import { PROTOCOL, type Packet } from './packet';

/** A named ICMP type; `code` is undefined where the name means every code of the type. */
export interface IcmpType {
  readonly name: string;
  readonly type: number;
  readonly code: number | undefined;
  /** The version of iptables that first knew the name, where it is later than 1.8.9. */
  readonly since?: string;
}

/**
 * The type of a name in iptables' words (case does not matter, no abbreviation). undefined for numbers, for `any` and
 * for unknown names. Source: iptables `-m icmp -h`, `-m icmp6 -h`; the numbers are IANA's.
 */
export function icmpTypeOf(name: string, family: 4 | 6): IcmpType | undefined {
  const lower = name.toLowerCase();
  return icmpTypes(family).find((entry) => entry.name.toLowerCase() === lower);
}

/** The name of a type, or of a type and code; undefined where it has none. Official names come before aliases. */
export function icmpTypeName(type: number, code: number | undefined, family: 4 | 6): string | undefined {
  return icmpTypes(family).find((entry) => entry.type === type && entry.code === code)?.name;
}

/**
 * Every name that iptables knows for ICMP (family 4) or ICMPv6 (family 6), in the order of its help text; those of
 * newer versions last.
 */
export function icmpTypes(family: 4 | 6): readonly IcmpType[] {
  return family === 4 ? TYPES_4 : TYPES_6;
}

/** True for a type that reports an error and quotes the packet that caused it. */
export function isIcmpError(type: number, family: 4 | 6): boolean {
  return family === 4 ? type === 3 || type === 4 || type === 5 || type === 11 || type === 12 : type < 128;
}

/** Whether a packet is an ICMP or ICMPv6 error, which quotes the packet that it is about. */
export function isIcmpErrorPacket({ protocol, icmpType }: Pick<Packet, 'protocol' | 'icmpType'>): boolean {
  if (protocol === PROTOCOL.ICMP) return isIcmpError(icmpType, 4);
  return protocol === PROTOCOL.ICMPV6 && isIcmpError(icmpType, 6);
}

/** Each request with its reply. Source: net/netfilter/nf_conntrack_proto_icmp.c and _icmpv6.c invmap. */
const REPLIES: ReadonlyMap<number, ReadonlyMap<number, number>> = new Map([
  [
    PROTOCOL.ICMP,
    new Map([
      [8, 0],
      [13, 14],
      [15, 16],
      [17, 18],
    ]),
  ],
  [
    PROTOCOL.ICMPV6,
    new Map([
      [128, 129],
      [139, 140],
    ]),
  ],
]);
const REQUESTS: ReadonlyMap<number, ReadonlyMap<number, number>> = new Map(
  [...REPLIES].map(([protocol, types]) => [protocol, new Map([...types].map(([request, reply]) => [reply, request]))]),
);

/** The type of the reply to a request of ICMP or ICMPv6; undefined for other types. */
export function icmpReplyType(protocol: number, type: number): number | undefined {
  return REPLIES.get(protocol)?.get(type);
}

/** The type of the request that a reply of ICMP or ICMPv6 is for; undefined for other types. */
export function icmpRequestType(protocol: number, type: number): number | undefined {
  return REQUESTS.get(protocol)?.get(type);
}

/** `type[/code] name[,alias…][ version that first knew it]`. */
const TYPES_4 =
  read(`0 echo-reply,pong|3 destination-unreachable|3/0 network-unreachable|3/1 host-unreachable|3/2 protocol-unreachable
3/3 port-unreachable|3/4 fragmentation-needed|3/5 source-route-failed|3/6 network-unknown|3/7 host-unknown|3/9 network-prohibited
3/10 host-prohibited|3/11 TOS-network-unreachable|3/12 TOS-host-unreachable|3/13 communication-prohibited
3/14 host-precedence-violation|3/15 precedence-cutoff|4 source-quench|5 redirect|5/0 network-redirect|5/1 host-redirect
5/2 TOS-network-redirect|5/3 TOS-host-redirect|8 echo-request,ping|9 router-advertisement|10 router-solicitation
11 time-exceeded,ttl-exceeded|11/0 ttl-zero-during-transit|11/1 ttl-zero-during-reassembly|12 parameter-problem
12/0 ip-header-bad|12/1 required-option-missing|13 timestamp-request|14 timestamp-reply|17 address-mask-request|18 address-mask-reply
15 info-request 1.8.12|16 info-reply 1.8.12`);

const TYPES_6 =
  read(`1 destination-unreachable|1/0 no-route|1/1 communication-prohibited|1/2 beyond-scope|1/3 address-unreachable
1/4 port-unreachable|1/5 failed-policy|1/6 reject-route|2 packet-too-big|3 time-exceeded,ttl-exceeded|3/0 ttl-zero-during-transit
3/1 ttl-zero-during-reassembly|4 parameter-problem|4/0 bad-header|4/1 unknown-header-type|4/2 unknown-option
128 echo-request,ping|129 echo-reply,pong|133 router-solicitation|134 router-advertisement
135 neighbour-solicitation,neighbor-solicitation|136 neighbour-advertisement,neighbor-advertisement|137 redirect
130 mld-listener-query 1.8.10|131 mld-listener-report 1.8.10|132 mld-listener-done,mld-listener-reduction 1.8.10`);

function read(table: string): readonly IcmpType[] {
  return table.split(/[|\n]/).flatMap((entry) => {
    const [numbers = '', names = '', since] = entry.split(' ');
    const [type = '', code] = numbers.split('/');
    return names
      .split(',')
      .map((name) => ({
        name,
        type: Number(type),
        code: code === undefined ? undefined : Number(code),
        ...(since === undefined ? {} : { since }),
      }));
  });
}
