import { type Classified, plain, textOf } from './classified';
import { shellLine } from './shellLine';
import { Shape } from './shape';

/**
 * Tells apart the lines that are not part of a dump: log lines, tables of other tools, command lines, prose. Each
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
    code >= 48 && code <= 57 ? DIGIT : code >= 65 && code <= 90 ? CAPITAL : code >= 97 && code <= 122 ? SMALL : code === 58 || code === 95 ? SMALL : NONE;
  for (const [shape, pattern] of candidates) {
    pattern.lastIndex = start;
    if (!pattern.test(text)) continue;
    // `LC_ALL=C iptables -S`
    return (shape === Shape.Assignment && text.includes('tables', start) ? shellLine(text, start, end) : undefined) ?? textOf(shape);
  }
  return shellLine(text, start, end) ?? plain.text;
}

type Pattern = readonly [Shape, RegExp];

const LEVEL = 'trace|debug|info|warn|warning|error|fatal|none';
const ADDRESS = '(?:default|[0-9a-fA-F]{1,4}[0-9a-fA-F.:]{1,44}(?:\\/\\d{1,3})?)';
const ROUTE_WORDS = '(?:via|dev|proto|scope|metric|table|src|nhid|encap|nexthop|mtu|pref)';
const ROUTE = new RegExp(
  `(?:(?:unicast|local|broadcast|multicast|anycast|throw|unreachable|prohibit|blackhole) )?${ADDRESS} +${ROUTE_WORDS} |(?:blackhole|unreachable|prohibit|throw) ${ADDRESS} *$`,
  'y',
);

const DIGIT: readonly Pattern[] = [
  [Shape.Log, new RegExp(`\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d[\\d.,:Z+-]{0,20}[ \\t]+(?:${LEVEL})(?:[ \\t]|$)`, 'iy')],
  [Shape.Interface, /\d+: +[^\s:]{1,40}(?:: +<|[ \t]+(?:inet6?|link)[ \t/])/y],
  [Shape.IpRule, /\d+:[ \t]+(?:not )?from /y],
  [Shape.IpRoute, ROUTE],
];

const CAPITAL: readonly Pattern[] = [
  [Shape.SocketRow, /(?:LISTEN|UNCONN)[ \t]+\d+[ \t]+\d+(?:[ \t]|$)/y],
  [Shape.Assignment, /[A-Z][A-Z0-9_]{1,60}=/y],
  [Shape.SocketHeader, /(?:State[ \t]+Recv-Q|Netid[ \t]+State|Proto[ \t]+Recv-Q|Recv-Q[ \t]+Send-Q|Active Internet connections)/y],
  [Shape.RouteHeader, /(?:Kernel IP(?:v6)? routing table|Destination[ \t]+(?:Gateway|Next Hop))/y],
  [
    Shape.Log,
    /(?:(?:Istio (?:iptables|nftables) (?:environment|variables)|Istio config|Environment|Variables):[ \t]*$|Writing following contents to rules file: |Running (?:command|iptables|ip6tables|nft|\S{1,80} with the following)|Command (?:error )?output: *|Final (?:ip|nf)tables state)/y,
  ],
  [Shape.IpRoute, ROUTE],
  [Shape.Interface, /[\w.@-]{1,40}(?:: flags=\d+<|[ \t]+Link encap:|[ \t]+(?:UP|DOWN|UNKNOWN)[ \t]+[\da-fA-F.:]{2,45}\/\d+)/y],
];

const SMALL: readonly Pattern[] = [
  [Shape.SocketRow, /(?:tcp|udp|udpl|sctp|dccp|raw|icmp|mptcp)(?:lite)?6?[ \t]+(?:(?:LISTEN|UNCONN)[ \t]+\d+[ \t]+\d+|\d+[ \t]+\d+)(?:[ \t]|$)/y],
  [Shape.Set, /(?:create \S{1,31} (?:hash|list|bitmap):|add \S{1,31} \S+(?: (?:timeout|packets|bytes|comment|nomatch|skbmark|skbprio|skbqueue|forceadd)\b|[ \t]*$))/y],
  [Shape.Interface, /[\w.@-]{1,40}(?:: flags=\d+<|[ \t]+Link encap:|[ \t]+(?:UP|DOWN|UNKNOWN)[ \t]+[\da-fA-F.:]{2,45}\/\d+)/y],
  [Shape.IpRoute, ROUTE],
  [Shape.Log, new RegExp(`(?:${LEVEL})[ \\t]+(?:Istio (?:iptables|nftables|config)|Running |Command output|Writing following|Final iptables)`, 'y')],
];

const NONE: readonly Pattern[] = [];

