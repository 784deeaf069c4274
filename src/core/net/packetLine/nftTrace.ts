import { icmpTypeOf } from '../icmpTypes';
import { namedProtocol } from '../packetRequest';
import type { ReadPacket } from './readPacket';

/**
 * Reads the packet of `nft monitor trace`: `trace id 1a ip raw PREROUTING packet: iif "eth0" ip saddr 10.0.0.9 ip daddr
 * 10.0.0.1 … tcp sport 1 tcp dport 2 tcp flags == syn`. Source: nftables src/netlink.c trace_print_packet, and what its
 * version 1.0 prints.
 */
export function readNftTrace(text: string): ReadPacket | undefined {
  const found = /^trace id [\da-f]{1,16} \S{1,10} \S{1,64} \S{1,64} packet: /.exec(text);
  if (!found) return undefined;
  const words = text
    .slice(found[0].length)
    .split(/[ \t]+/, MOST_WORDS)
    .filter((word) => word !== '==');
  const value: Record<string, string> = Object.create(null) as Record<string, string>;
  words.forEach((word, i) => {
    const [name = '', given = ''] = [words[i + 1], words[i + 2]];
    if (/^(?:iif|oif|mark)$/.test(word)) value[word] ??= unquoted(name);
    else if (/^(?:ip6?|tcp|udp|udplite|sctp|dccp|icmp|icmpv6|ether|meta|esp|ah)$/.test(word) && given !== '')
      value[`${word} ${name}`] ??= unquoted(given);
  });
  const six = value['ip6 saddr'] !== undefined;
  const ip = six ? 'ip6' : 'ip';
  const src = value[`${ip} saddr`];
  const dst = value[`${ip} daddr`];
  if (src === undefined || dst === undefined) return undefined;
  const transport = ['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'icmp', 'icmpv6', 'esp', 'ah'].find((name) =>
    Object.keys(value).some((key) => key.startsWith(`${name} `)),
  );
  const stated = value['ip protocol'] ?? value['ip6 nexthdr'];
  const icmp = value['icmp type'] ?? value['icmpv6 type'];
  const code = value['icmp code'] ?? value['icmpv6 code'];
  const length = Number(value[`${ip} length`]);
  return {
    fields: {
      src,
      dst,
      proto: namedProtocol(transport === 'icmpv6' ? 'ipv6-icmp' : (transport ?? stated ?? '')),
      ...(value['iif'] === undefined
        ? value['oif'] === undefined
          ? {}
          : { dir: 'out', oface: value['oif'] }
        : { dir: 'in', iface: value['iif'], oface: value['oif'] }),
      sport: transport && value[`${transport} sport`],
      dport: transport && value[`${transport} dport`],
      flags: flagsOf(value['tcp flags']),
      window: value['tcp window'],
      spi: value['esp spi'] ?? value['ah spi'],
      icmpType: icmp && numberOf(icmp, six),
      icmpCode: code && /^\d+$/.test(code) ? code : undefined,
      icmpId: value['icmp id'] ?? value['icmpv6 id'],
      icmpSeq: value['icmp sequence'] ?? value['icmpv6 sequence'],
      ttl: value['ip ttl'] ?? value['ip6 hoplimit'],
      tos: tosOf(value[`${ip} dscp`], value[`${ip} ecn`]),
      id: value['ip id'],
      // That of IPv6 does not count its own header.
      length: Number.isInteger(length) && length > 0 ? length + (six ? 40 : 0) : undefined,
      mark: value['meta mark'] ?? value['mark'],
      srcMac: value['ether saddr'],
      dstMac: value['ether daddr'],
    },
  };
}

const MOST_WORDS = 300;

function unquoted(word: string): string {
  return word.replace(/^"|"$/g, '');
}

function flagsOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  return /^0x[\da-f]{1,2}$/.test(text) ? Number(text) : text.split(/[|,]/);
}

function numberOf(name: string, six: boolean): number | undefined {
  return /^\d{1,3}$/.test(name)
    ? Number(name)
    : icmpTypeOf(
        name === 'nd-neighbor-solicit'
          ? 'neighbour-solicitation'
          : name === 'nd-neighbor-advert'
            ? 'neighbour-advertisement'
            : name,
        six ? 6 : 4,
      )?.type;
}

const DSCP: Readonly<Record<string, number>> = Object.fromEntries([
  ['ef', 46],
  ['lephb', 1],
  ['va', 44],
  ...Array.from({ length: 8 }, (_, i): [string, number] => [`cs${i}`, i * 8]),
  ...[1, 2, 3, 4].flatMap((x) => [1, 2, 3].map((y): [string, number] => [`af${x}${y}`, x * 8 + y * 2])),
]);
const ECN: Readonly<Record<string, number>> = { 'not-ect': 0, ect1: 1, ect0: 2, ce: 3 };

function tosOf(dscp: string | undefined, ecn: string | undefined): number | undefined {
  if (dscp === undefined) return undefined;
  const value = Object.hasOwn(DSCP, dscp) ? DSCP[dscp] : /^0x[\da-f]{1,2}$/.test(dscp) ? Number(dscp) : undefined;
  return value === undefined || value > 63
    ? undefined
    : (value << 2) | (ecn !== undefined && Object.hasOwn(ECN, ecn) ? (ECN[ecn] ?? 0) : 0);
}
