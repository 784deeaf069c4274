import { namedProtocol } from '../packetRequest';
import { PROTOCOL } from '../packet';
import { readEnd } from './endpoint';
import { icmp6OfWords, icmpOfWords } from './icmpWords';
import type { ReadPacket } from './readPacket';

/**
 * Reads a packet of tcpdump: with or without time, interface (`-i any`), link layer header (`-e`), IP header (`-v`),
 * numbers (`-n`). Source: tcpdump print.c, print-ether.c, print-sll.c, print-ip.c, print-ip6.c, print-tcp.c,
 * print-udp.c, print-icmp.c, print-icmp6.c.
 */
export function readTcpdump(text: string): ReadPacket | undefined {
  const time = TIME.exec(text)?.[0] ?? '';
  const captured = CAPTURED.exec(text.slice(time.length));
  const rest = text.slice(time.length + (captured?.[0].length ?? 0));
  const link = linkOf(rest);
  if (!link) return undefined;
  const { header, text: conversation } = headerOf(link.network);
  const ends =
    /^([\w.:%-]{1,200}) > ([\w.:%-]{1,200}): (.*)$/s.exec(conversation) ??
    /^([\w.:%-]{1,200}) > ([\w.:%-]{1,200}):?()$/s.exec(conversation);
  if (!ends) return undefined;
  const [source, destination] = [readEnd(ends[1] ?? ''), readEnd(ends[2] ?? '')];
  const stated = transportOf(ends[3] ?? '', header.proto, source.port !== undefined || destination.port !== undefined);
  const { length: body, ...transport } = stated;
  const headers = link.six ? 40 : 20;
  return {
    fields: {
      src: source.address,
      dst: destination.address,
      sport: source.port,
      dport: destination.port,
      ...transport,
      ...directionOf(captured?.[1], captured?.[2]),
      ...header,
      proto: header.proto ?? transport['proto'],
      length: header.length ?? link.length ?? (typeof body === 'number' ? body + headers : undefined),
      srcMac: link.source,
      dstMac: link.destination,
    },
  };
}

const TIME = /^(?:\d{4}-\d\d-\d\d )?(?:\d\d:\d\d:\d\d\.\d{3,9}|\d{9,10}\.\d{3,9})[ \t]+/;
const CAPTURED = /^(?:([\w.@-]{1,16})[ \t]+)?(In|Out|B|M|P)[ \t]+/;

/** What came in, also for others (`P`) and for all (`B`, `M`), and what went out. */
function directionOf(iface: string | undefined, direction: string | undefined): Record<string, unknown> {
  if (direction === undefined) return {};
  return direction === 'Out' ? { dir: 'out', oface: iface } : { dir: 'in', iface };
}

interface Link {
  readonly six: boolean;
  readonly network: string;
  readonly source: string | undefined;
  readonly destination: string | undefined;
  /** Of the IP packet. */
  readonly length: number | undefined;
}

const MAC = '(?:[\\da-f]{1,2}:){5}[\\da-f]{1,2}';
const FRAME = new RegExp(
  `^(?:ifindex \\d{1,10} )?(${MAC})(?: \\([^()]{0,60}\\))?(?: > (${MAC})(?: \\([^()]{0,60}\\))?,)? .{0,120}?ethertype IPv([46]) \\(0x[\\da-f]{1,4}\\)(?:, length (\\d{1,6}))?[:,] `,
);

function linkOf(text: string): Link | undefined {
  const plain = /^IP(6?)[ \t]+/.exec(text);
  if (plain)
    return {
      six: plain[1] === '6',
      network: text.slice(plain[0].length),
      source: undefined,
      destination: undefined,
      length: undefined,
    };
  const frame = FRAME.exec(text);
  if (!frame) return undefined;
  const [all, source, destination, family, length] = frame;
  // The length of a frame has the 14 bytes of its own header; a tag of a VLAN or a cooked capture has more, which is
  // not shown.
  const counted =
    length !== undefined && destination !== undefined && !all.includes('802.1Q') ? Number(length) - 14 : undefined;
  return {
    six: family === '6',
    network: text.slice(all.length).replace(/^IP6?[ \t]+/, ''),
    source,
    destination,
    length: counted !== undefined && counted > 0 ? counted : undefined,
  };
}

interface PrintedHeader {
  proto?: number;
  length?: number;
  ttl?: number;
  tos?: number;
  id?: number;
  df?: boolean;
  mf?: boolean;
  fragOffset?: number;
}

/**
 * `(tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), length 60)`, `(class 0x10, flowlabel 0x1, hlim 64,
 * next-header TCP (6) payload length: 40)`.
 */
function headerOf(text: string): { readonly header: PrintedHeader; readonly text: string } {
  if (!text.startsWith('(')) return { header: {}, text };
  let depth = 0;
  let end = 0;
  for (; end < text.length; end++) {
    const character = text[end];
    if (character === '(') depth++;
    else if (character === ')' && --depth === 0) break;
  }
  const inside = text.slice(1, end);
  const number = (pattern: RegExp): number | undefined => {
    const value = Number(pattern.exec(inside)?.[1]);
    return Number.isInteger(value) ? value : undefined;
  };
  const payload = number(/payload length: (\d{1,5})/);
  const flags = /flags \[([^\]]{0,20})\]/.exec(inside)?.[1] ?? '';
  const offset = number(/(?:^|, )offset (\d{1,5})/);
  const header: Record<keyof PrintedHeader, unknown> = {
    proto: number(/(?:proto|next-header) [\w-]{1,20} \((\d{1,3})\)/),
    length: payload === undefined ? number(/(?:^|, )length (\d{1,5})$/) : payload + 40,
    ttl: number(/(?:ttl|hlim) (\d{1,3})/),
    tos: number(/(?:tos|class) (0x[\da-f]{1,2})/),
    id: number(/(?:^|, )id (\d{1,5})/),
    df: flags.includes('DF') || undefined,
    mf: flags.includes('+') || undefined,
    fragOffset: offset ? offset / 8 : undefined,
  };
  return {
    header: Object.fromEntries(Object.entries(header).filter(([, value]) => value !== undefined)),
    text: text.slice(end + 1).trim(),
  };
}

const FLAGS: Readonly<Record<string, string>> = {
  S: 'SYN',
  F: 'FIN',
  P: 'PSH',
  R: 'RST',
  U: 'URG',
  W: 'CWR',
  E: 'ECE',
  '.': 'ACK',
};

/** What is written after the two ends. `length`: of what follows the IP header. */
function transportOf(text: string, proto: number | undefined, ports: boolean): Record<string, unknown> {
  const flags = /^Flags \[([SFPRUWEe.]{1,9}|none)\]/.exec(text);
  const length = Number(/, length (\d{1,5})\b/.exec(text)?.[1] ?? NaN);
  if (flags) {
    const names = [...(flags[1] === 'none' ? '' : (flags[1] ?? ''))].flatMap((letter) => FLAGS[letter] ?? []);
    // After the first packets of a conversation the numbers count from its beginning, so that only those of a SYN say
    // what was sent.
    return {
      proto: PROTOCOL.TCP,
      flags: names,
      seq: names.includes('SYN') ? /, seq (\d{1,10})/.exec(text)?.[1] : undefined,
      window: /, win (\d{1,5})\b/.exec(text)?.[1],
    };
  }
  if (text.startsWith('ICMP6, '))
    return { proto: PROTOCOL.ICMPV6, ...icmp6OfWords(text.slice(7)), ...(Number.isNaN(length) ? {} : { length }) };
  if (text.startsWith('ICMP '))
    return { proto: PROTOCOL.ICMP, ...icmpOfWords(text.slice(5)), ...(Number.isNaN(length) ? {} : { length }) };
  const spi = /^(ESP|AH)\(spi=(0x[\da-f]{1,8})/.exec(text);
  if (spi) return { proto: spi[1] === 'ESP' ? PROTOCOL.ESP : PROTOCOL.AH, spi: spi[2] };
  if (/^UDP\b/.test(text)) return { proto: PROTOCOL.UDP, ...(Number.isNaN(length) ? {} : { length: length + 8 }) };
  const named =
    /^ip-proto-(\d{1,3})/.exec(text)?.[1] ??
    /^(sctp|igmp|GRE|gre|esp|ah|udp|tcp|icmp6?)\b/i.exec(text)?.[1]?.toLowerCase().replace('icmp6', 'ipv6-icmp');
  if (named !== undefined) return { proto: namedProtocol(named) ?? Number(named) };
  if (/^IP6? /.test(text)) return { proto: /^IP6/.test(text) ? 41 : PROTOCOL.IPIP };
  // Protocols whose packets tcpdump decodes (`53533+ A? example.com.`); of TCP the flags would be first.
  return proto === undefined && ports ? { proto: PROTOCOL.UDP } : {};
}
