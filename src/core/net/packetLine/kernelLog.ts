import { namedProtocol } from '../packetRequest';
import type { ReadPacket } from './readPacket';

/**
 * Reads what LOG and TRACE write, `IN=eth0 OUT= MAC=… SRC=10.0.0.9 DST=10.0.0.1 LEN=60 TOS=0x00 … PROTO=TCP SPT=1 DPT=2
 * … SYN … MARK=0x1`, after any prefix, and the `PACKET:` line of xtables-monitor. Source:
 * net/netfilter/nf_log_syslog.c, iptables/xtables-monitor.c trace_print_packet, ulogd2 util/printpkt.c.
 */
export function readKernelLog(text: string): ReadPacket | undefined {
  const found = START.exec(text);
  if (!found || !/ SRC=/.test(text)) return undefined;
  const rest = text.slice(found.index + found[0].length - (found[1] ?? found[2] ?? '').length);
  const bracket = rest.indexOf(' [SRC=');
  const close = bracket < 0 ? -1 : rest.indexOf(']', bracket);
  const outside = bracket < 0 ? rest : `${rest.slice(0, bracket)} ${close < 0 ? '' : rest.slice(close + 1)}`;
  const words = wordsOf(outside);
  const head = headerFields(words);
  if (!head) return undefined;
  const { IN: inInterface = '', OUT: outInterface = '' } = values(words);
  if (bracket >= 0) head['inner'] = headerFields(wordsOf(rest.slice(bracket + 2, close < 0 ? undefined : close)));
  const fields: Record<string, unknown> = {
    ...head,
    ...direction(inInterface, outInterface),
    ...linkLayer(values(words)),
  };
  const forwarded = inInterface !== '' && outInterface !== '';
  // The kernel decrements the TTL before FORWARD, so the packet arrived with one more.
  if (forwarded && typeof fields['ttl'] === 'number' && fields['ttl'] < 255) fields['ttl'] += 1;
  const prefix = text.slice(0, found.index + 1);
  const writer = /PACKET: /.test(prefix) ? 'xtables-monitor' : /TRACE: /.test(prefix) ? 'TRACE' : undefined;
  return { fields, writer, note: noteOf(prefix, inInterface, forwarded) };
}

/**
 * `IN=` and what follows; `PHYSIN=` of a bridge comes after it. For what this host sends, xtables-monitor writes no
 * `IN=`.
 */
const START =
  /(?<!PHYS)(IN=\S{0,15}(?=[ \t]+(?:OUT=|MAC|LOOPBACK |SRC=)))|(?<=PACKET: (?:2|10) [\da-f]{1,16} )(OUT=\S{1,15}(?= ))/;
const MOST_WORDS = 200;

/** xtables-monitor writes no blank after the ID: `ID=43751DF`. */
function wordsOf(text: string): readonly string[] {
  return text
    .replace(/( ID=\d{1,5})(?=(?:CE|DF|MF)(?: |$))/, '$1 ')
    .trim()
    .split(/[ \t]+/, MOST_WORDS);
}

/** The first value of each `KEY=value`: the second LEN is that of UDP. */
function values(words: readonly string[]): Readonly<Record<string, string | undefined>> {
  const found: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals > 0) found[word.slice(0, equals)] ??= word.slice(equals + 1);
  }
  return found;
}

const FLAGS: ReadonlySet<string> = new Set(['CWR', 'ECE', 'URG', 'ACK', 'PSH', 'RST', 'SYN', 'FIN']);

/** The fields of the IP packet and its transport header. */
function headerFields(words: readonly string[]): Record<string, unknown> | undefined {
  const value = values(words);
  const { SRC: src, DST: dst } = value;
  if (src === undefined || dst === undefined) return undefined;
  const flags = words.filter((word) => FLAGS.has(word));
  const sport = value['SPT'] ?? value['SPORT'];
  const dport = value['DPT'] ?? value['DPORT'];
  // xtables-monitor writes no protocol; a TCP packet has flags.
  const proto =
    value['PROTO'] !== undefined
      ? protocolOf(value['PROTO'])
      : sport === undefined
        ? undefined
        : flags.length > 0
          ? 6
          : 17;
  const icmp = proto === 1 || proto === 58;
  const fragment = /(?:^| )FRAG:(\d{1,5})/.exec(words.join(' '))?.[1];
  const fields: Record<string, unknown> = {
    src,
    dst,
    proto,
    sport,
    dport,
    length: value['LEN'],
    ttl: number(value['TTL'] ?? value['HOPLIMIT']),
    tos: tosOf(value),
    mark: value['MARK'],
    uid: value['UID'],
    gid: value['GID'],
    spi: value['SPI'],
    id: src.includes(':') ? undefined : idOf(words),
    df: words.includes('DF') || undefined,
    seq: proto === 6 ? value['SEQ'] : undefined,
    ack: proto === 6 ? value['ACK'] : undefined,
    window: value['WINDOW'],
    flags: proto === 6 ? flags : undefined,
    icmpType: icmp ? value['TYPE'] : undefined,
    icmpCode: icmp ? value['CODE'] : undefined,
    icmpSeq: icmp ? value['SEQ'] : undefined,
    icmpId: icmp ? icmpId(words) : undefined,
  };
  if (!src.includes(':')) Object.assign(fields, { mf: words.includes('MF') || undefined, fragOffset: fragment });
  else if (fragment !== undefined) fields['extHeaders'] = [{ type: 'frag', offset: Number(fragment) }];
  return fields;
}

/** `TOS=0x08 PREC=0x20` of IPv4, `TC=40` of IPv6. ulogd leaves `0x` out. */
function tosOf(value: Readonly<Record<string, string | undefined>>): number | undefined {
  if (value['TC'] !== undefined) return number(value['TC']);
  const hex = (text: string | undefined): number =>
    text !== undefined && /^(?:0x)?[\da-f]{1,2}$/i.test(text) ? parseInt(text, 16) : 0;
  return value['TOS'] === undefined ? undefined : hex(value['TOS']) | hex(value['PREC']);
}

function number(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** `PROTO=TCP`, `PROTO=ICMPv6`, `PROTO=47`. */
function protocolOf(text: string): number | undefined {
  return /^\d{1,3}$/.test(text) ? Number(text) : namedProtocol(text === 'ICMPv6' ? 'ipv6-icmp' : text.toLowerCase());
}

/** ICMP has an ID of its own, after TYPE; that of the IP header comes before PROTO. */
function idOf(words: readonly string[]): string | undefined {
  const before = words.findIndex((word) => word.startsWith('PROTO='));
  return words.find((word, i) => word.startsWith('ID=') && (before < 0 || i < before))?.slice(3);
}

function icmpId(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word.startsWith('TYPE='));
  return at < 0
    ? undefined
    : words
        .slice(at)
        .find((word) => word.startsWith('ID='))
        ?.slice(3);
}

function direction(inInterface: string, outInterface: string): Record<string, unknown> {
  if (inInterface !== '')
    return { dir: 'in', iface: inInterface, ...(outInterface === '' ? {} : { oface: outInterface }) };
  return outInterface === '' ? {} : { dir: 'out', oface: outInterface };
}

/** `MAC=` is the header of the frame: destination, source and type. */
function linkLayer(value: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  const bytes = value['MAC']?.split(':') ?? [];
  const isFrame = bytes.length >= 12 && bytes.every((byte) => /^[\da-f]{2}$/i.test(byte));
  const source = value['MACSRC'] ?? (isFrame ? bytes.slice(6, 12).join(':') : undefined);
  const destination = value['MACDST'] ?? (isFrame ? bytes.slice(0, 6).join(':') : undefined);
  return source === undefined && destination === undefined ? {} : { srcMac: source, dstMac: destination };
}

/** What the rules before this place may have done: TRACE says which place it is, LOG does not. */
function noteOf(prefix: string, inInterface: string, forwarded: boolean): string | undefined {
  const place = /TRACE: (\w+):(\w+):/.exec(prefix);
  if (
    place &&
    (place[1] === 'raw' ||
      (place[2] === 'OUTPUT' && place[1] === 'mangle') ||
      (place[2] === 'PREROUTING' && place[1] !== 'filter'))
  )
    return undefined;
  if (forwarded)
    return (
      'The line shows the packet as it was when it was forwarded: if DNAT gave it its destination, or a rule its ' +
      'mark, it arrived with different ones.'
    );
  return place?.[2] === 'INPUT' && inInterface !== ''
    ? 'The line shows the packet as it was before INPUT: if DNAT gave it its destination, or a rule its mark, it ' +
        'arrived with different ones.'
    : undefined;
}
