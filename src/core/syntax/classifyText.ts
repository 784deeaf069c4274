import { type Classified, plain, textOf } from './classified';
import { isLoggedPacket, PACKET_OF_CAPITAL, PACKET_OF_DIGIT, PACKET_OF_SMALL } from './packetLines';
import { shellLine } from './shellLine';
import { Shape } from './shape';

/**
 * Classifies the lines that are not part of a dump: log lines, tables of other tools, command lines, prose. Each
 * pattern is anchored and cannot backtrack far; the first character decides which ones are tried.
 */
export function classifyText(text: string, start: number, end: number): Classified {
  const code = text.charCodeAt(start);
  if (code === 96 || code === 126) {
    if (text.startsWith('```', start) || text.startsWith('~~~', start)) return textOf(Shape.Fence);
    // `~ #` is a prompt.
    return (code === 126 ? shellLine(text, start, end) : undefined) ?? plain.text;
  }
  const candidates =
    code >= 48 && code <= 57
      ? DIGIT
      : code >= 65 && code <= 90
        ? CAPITAL
        : code >= 97 && code <= 122
          ? SMALL
          : code === 58 || code === 95
            ? SMALL
            : (OTHER[code] ?? NONE);
  for (const [shape, pattern] of candidates) {
    pattern.lastIndex = start;
    if (!pattern.test(text)) continue;
    // `LC_ALL=C iptables -S`
    return (
      (shape === Shape.Assignment && text.includes('tables', start) ? shellLine(text, start, end) : undefined) ??
      textOf(shape)
    );
  }
  if (isLoggedPacket(text, start)) return textOf(Shape.Packet);
  if (isNftProgram(text, start)) return textOf(Shape.NftCommand);
  return shellLine(text, start, end) ?? plain.text;
}

function isNftProgram(text: string, start: number): boolean {
  if (!text.includes('nft ', start)) return false;
  NFT_PROGRAM.lastIndex = start;
  return NFT_PROGRAM.test(text);
}

type Pattern = readonly [Shape, RegExp];

const LISTED_ADDRESS =
  '!?(?:anywhere|\\d{1,3}(?:\\.\\d{1,3}){3}(?:\\/[\\d.]+)?|[\\da-fA-F]{0,4}:[\\da-fA-F:.]*(?:\\/[\\da-fA-F:]+)?)';
const LISTED_PROTOCOL =
  '!?(?:\\d{1,3}|all|tcp|udp|udplite|icmp|icmpv6|ipv6-icmp|esp|ah|sctp|dccp|gre|igmp|ipencap|ipv6)';
/**
 * Addresses that are names do not prove a row; where IPv6 leaves the column for options empty, the protocol has to be a
 * common one.
 */
const LISTING_ROW: Pattern = [
  Shape.ListingRow,
  new RegExp(
    `(?:\\d+[KMGTP]?[ \\t]+){0,3}(?:[^ \\t]{1,31}[ \\t]+)?(?:!?[\\w-]{1,20}[ \\t]+(?:--|[-!]f)|${LISTED_PROTOCOL})[ \\t]+(?:[^ \\t]{1,16}[ \\t]+[^ \\t]{1,16}[ \\t]+)?${LISTED_ADDRESS}[ \\t]+${LISTED_ADDRESS}(?=[ \\t]|$)`,
    'y',
  ),
];

const LEVEL = 'trace|debug|info|warn|warning|error|fatal|none';
const ADDRESS = '(?:default|[0-9a-fA-F]{1,4}[0-9a-fA-F.:]{1,44}(?:\\/\\d{1,3})?)';
const ROUTE_WORDS = '(?:via|dev|tos|proto|scope|metric|table|src|nhid|encap|nexthop|mtu|pref)';
const ROUTE = new RegExp(
  `(?:(?:unicast|local|broadcast|multicast|anycast|throw|unreachable|prohibit|blackhole) )?${ADDRESS} +${ROUTE_WORDS} |(?:blackhole|unreachable|prohibit|throw) ${ADDRESS} *$`,
  'y',
);

const CONNECTION =
  /(?:ipv[46][ \t]+\d+[ \t]+)?[a-z][a-z0-9-]{1,12}[ \t]+\d+[ \t]+(?:\d+[ \t]+)?(?:[A-Z_0-9]{2,12}[ \t]+)?src=/y;
const SYSCTL = /(?:net|kernel|vm|fs|user|dev|debug|abi|crypto|sunrpc)[./][\w./*@:+-]{1,200}[ \t]*=/y;

const NAMED_INTERFACE =
  /[\w.@-]{1,40}(?:(?::\w{1,10})?(?:: flags=\d+<|[ \t]+Link encap:)|[ \t]+(?:UP|DOWN|UNKNOWN|LOWERLAYERDOWN|DORMANT)[ \t]+(?:[\da-fA-F.:]{2,45}(?:\/\d+|[ \t]+peer[ \t])|(?:[\da-f]{2}:){5}[\da-f]{2}[ \t]+<))/y;

const DIGIT: readonly Pattern[] = [
  [Shape.Packet, PACKET_OF_DIGIT],
  [
    Shape.Log,
    new RegExp(`\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d[\\d.,:Z+-]{0,20}[ \\t]+(?:${LEVEL})(?:[ \\t]|$)`, 'iy'),
  ],
  [Shape.Interface, /\d+: +[^\s:]{1,40}(?:: +<|[ \t]+(?:inet6?|link)[ \t/])/y],
  [Shape.IpRule, /\d+:[ \t]+(?:not )?from /y],
  [Shape.IpRoute, ROUTE],
  [Shape.RoutingTable, /(?:255[ \t]+local|254[ \t]+main|253[ \t]+default|0[ \t]+unspec)[ \t]*$/y],
  LISTING_ROW,
];

const CAPITAL: readonly Pattern[] = [
  [Shape.Packet, PACKET_OF_CAPITAL],
  [
    Shape.SocketRow,
    /(?:LISTEN|UNCONN|ESTAB|CLOSE-WAIT|TIME-WAIT|FIN-WAIT-[12]|SYN-SENT|SYN-RECV|LAST-ACK|CLOSING)[ \t]+\d+[ \t]+\d+(?:[ \t]|$)|(?:TCP|UDP|SCTP)[ \t]+(?:[\d.]{7,15}|\[[\da-f:.]{2,45}\]):\d{1,5}[ \t]+(?:w?rr|w?lc|lblcr?|[dsm]h|sed|nq|fo|ovf|twos)(?:[ \t]|$)/y,
  ],
  [Shape.Set, /Name: [^\s]{1,31}[ \t]*$/y],
  [
    Shape.WideTable,
    /(?:CONTAINER ID[ \t]+IMAGE[ \t]|(?:NAMESPACE[ \t]+)?NAME[ \t]+(?:READY[ \t]+STATUS|STATUS[ \t]+ROLES)[ \t])/y,
  ],
  [Shape.Assignment, /[A-Z][A-Z0-9_]{1,60}=(?!\S{0,15} OUT=)/y],
  [
    Shape.SocketHeader,
    /(?:State[ \t]+Recv-Q|Netid[ \t]+State|Proto[ \t]+Recv-Q|Recv-Q[ \t]+Send-Q|Active Internet connections|IP Virtual Server version)/y,
  ],
  [Shape.RouteHeader, /(?:Kernel IP(?:v6)? routing table|Destination[ \t]+(?:Gateway|Next Hop))/y],
  [
    Shape.Log,
    /(?:(?:Istio (?:iptables|nftables) (?:environment|variables)|Istio config|Environment|Variables):[ \t]*$|Writing following contents to rules file: |Running (?:command|iptables|ip6tables|nft|\S{1,80} with the following)|Command (?:error )?output: *|Final (?:ip|nf)tables state)/y,
  ],
  [Shape.IpRoute, ROUTE],
  [Shape.Interface, NAMED_INTERFACE],
  [Shape.ListingChain, /Chain [^ \t]{1,64} \((?:policy [A-Z]|\d+ references?)/y],
  LISTING_ROW,
];

const NFT_FAMILY = '(?:ip6?|inet|arp|bridge|netdev)';
const NFT_OBJECT =
  '(?:table|chain|rule|set|map|element|flowtable|counter|quota|limit|' +
  'ct[ \\t]+(?:helper|timeout|expectation)|secmark|synproxy)';
const NFT_VERB = '(?:add|insert|create|delete|destroy|flush|replace|rename)';
/** After the name of the program the family may be omitted; alone, a command is one by its family. */
const NFT_COMMAND =
  `${NFT_VERB}[ \\t]+${NFT_OBJECT}[ \\t]+${NFT_FAMILY}[ \\t]+\\S|flush[ \\t]+ruleset[ ` +
  `\\t]*(?:;|$)|(?:re)?define[ \\t]+[A-Za-z][\\w./-]*[ \\t]*=|undefine[ \\t]+[A-Za-z]`;
const NFT_PROGRAM = new RegExp(
  `(?:[^\\s@]{1,64}@\\S{1,128}[#$%][ \\t]*|[#$%>][ \\t]+)?(?:sudo[ \\t]+(?:-\\w+[ \\t]+)*)?(?:(?:/\\w+)*/)?nft[ \\t]+(?:-\\w+[ \\t]+)*['"]?[ \\t]*(?:${NFT_VERB}[ \\t]+${NFT_OBJECT}[ \\t]+\\S|flush[ \\t]+ruleset\\b)`,
  'y',
);

const SMALL: readonly Pattern[] = [
  [Shape.NftTable, new RegExp(`table[ \\t]+(?:${NFT_FAMILY}[ \\t]+)?"?[A-Za-z_][\\w./\\-]{0,127}"?[ \\t]*\\{`, 'y')],
  [Shape.NftCommand, new RegExp(NFT_COMMAND, 'y')],
  [Shape.Connection, CONNECTION],
  [
    Shape.SocketRow,
    /(?:tcp|udp|udpl|sctp|dccp|raw|icmp|mptcp)(?:lite)?6?[ \t]+(?:[A-Z]{5,6}(?:-[A-Z12]{1,5}(?:-[12])?)?[ \t]+\d+[ \t]+\d+|\d+[ \t]+\d+)(?:[ \t]|$)/y,
  ],
  [
    Shape.Set,
    /(?:create \S{1,31} (?:hash|list|bitmap):|add \S{1,31} \S+(?: (?:timeout|packets|bytes|comment|nomatch|skbmark|skbprio|skbqueue|forceadd)\b|[ \t]*$))/y,
  ],
  [Shape.Interface, NAMED_INTERFACE],
  [
    Shape.Interface,
    /inet6?[ \t]+[\da-fA-F.:]{3,45}(?:\/\d{1,3}(?:[ \t]+brd [\d.]+)?[ \t]+scope[ \t]|[ \t]+netmask[ \t])|inet addr:\d/y,
  ],
  [Shape.IpRoute, ROUTE],
  [Shape.Sysctl, SYSCTL],
  [Shape.Packet, PACKET_OF_SMALL],
  [Shape.Stanza, /iface[ \t]+[^\s:]{1,15}(?::\w{1,10})?[ \t]+inet6?[ \t]+[a-z0-9]+[ \t]*$/y],
  [Shape.Netplan, /(?:network|ethernets|bridges|bonds|vlans|wifis|tunnels|dummy-devices):[ \t]*$/y],
  [Shape.PodAddress, /(?:podIPs?|hostIPs?|nodeName):(?:[ \t]|$)/y],
  [
    Shape.Log,
    new RegExp(
      `(?:${LEVEL})[ \\t]+(?:Istio (?:iptables|nftables|config)|Running |Command output|Writing following|Final iptables)`,
      'y',
    ),
  ],
  LISTING_ROW,
];

/** By the first character of the line. */
const OTHER: Readonly<Record<number, readonly Pattern[]>> = {
  34: [
    [Shape.NftJson, /"nftables"[ \t]*:[ \t]*(?:\[|$)/y],
    [Shape.PodAddress, /"(?:podIPs?|hostIPs?|nodeName)":/y],
    [Shape.ContainerNetwork, /"[Nn]ame": "[^"]{1,200}",?[ \t]*$/y],
  ],
  47: [[Shape.Sysctl, /\/(?:proc\/sys\/[\w./*@:+-]{1,200}:|etc\/sysctl[\w./-]{1,100}:[a-z]+[./])/y]],
  61: [[Shape.Sysctl, /==> \/proc\/sys\/[\w./*@:+-]{1,200} <==[ \t]*$/y]],
  91: [
    [Shape.Ini, /\[(?:Interface|Match|Network|Address|Route|Peer)\][ \t]*$/y],
    [
      Shape.Connection,
      /\[(?:NEW|UPDATE|DESTROY|\d{9,11}\.\d{1,9})\][ \t]+(?:\[(?:NEW|UPDATE|DESTROY)\][ \t]+)?[a-z].{0,60}?src=/y,
    ],
  ],
};

const NONE: readonly Pattern[] = [];
