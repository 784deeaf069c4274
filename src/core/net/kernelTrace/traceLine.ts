import { CONNTRACK_STATES, type ConntrackState } from '../conntrack';

/** Who wrote a trace of the kernel. */
export type TraceWriter = 'TRACE' | 'xtables-monitor' | 'nft monitor trace';

/** What the kernel says of one step of a packet. */
export interface KernelStep {
  /** `filter`, and of nftables also its family, `inet gate`. */
  readonly table: string;
  readonly chain: string;
  /** `end`: no rule decided, so a user-defined chain returned or the policy of a base chain was applied. */
  readonly kind: 'rule' | 'end';
  /**
   * Of TRACE, from 1: the rule, or one more than the chain has rules. A RETURN or a verdict without conditions is
   * logged as the end of its chain, and only this number tells it from one (`isAtEnd`).
   */
  readonly number: number | undefined;
  readonly handle: number | undefined;
  /** The rule as xtables-monitor (`-A FORWARD -j GUARD`) or nft prints it. */
  readonly text: string | undefined;
  readonly verdict: KernelVerdict | undefined;
  /** Where a jump or goto leads. */
  readonly to: string | undefined;
}

const VERDICTS = ['ACCEPT', 'DROP', 'QUEUE', 'STOLEN', 'CONTINUE', 'JUMP', 'GOTO', 'RETURN'] as const;
export type KernelVerdict = (typeof VERDICTS)[number];

/**
 * A line of a kernel's trace. `id` is the same for the lines of one packet; that of a later one may be the same too.
 */
export interface TraceLine {
  readonly writer: TraceWriter;
  readonly id: string;
  readonly family: 4 | 6 | undefined;
  /** undefined: the line shows the packet before a base chain, or what connection tracking says of it. */
  readonly step: KernelStep | undefined;
  readonly table: string;
  readonly chain: string;
  /** The line shows the packet too. */
  readonly showsPacket: boolean;
  readonly state: ConntrackState | undefined;
}

/** In characters; no kernel writes longer lines. */
const LONGEST_LINE = 4000;

/**
 * Reads a line that a kernel writes when it traces packets, whatever comes before it. undefined for other text. Never
 * throws. Source: net/ipv4/netfilter/ip_tables.c trace_packet, iptables/xtables-monitor.c, nftables src/netlink.c
 * trace_print_rule.
 */
export function readTraceLine(text: string): TraceLine | undefined {
  if (!text.includes('TRACE: ') && !text.includes('trace id ') && !text.includes('PACKET: ')) return undefined;
  const line = text.slice(0, LONGEST_LINE);
  return readLogged(line) ?? readMonitored(line) ?? readNft(line);
}

const LOGGED = /TRACE: (raw|mangle|nat|filter|security):(\S{1,64}):(rule|return|policy):(\d{1,7}) (?=IN=)/;

/** `TRACE: filter:GUARD:return:4 IN=wan0 OUT=lan0 … SRC=198.51.100.9 …`. */
function readLogged(line: string): TraceLine | undefined {
  const found = LOGGED.exec(line);
  if (!found) return undefined;
  const [all, table = '', chain = '', kind, number] = found;
  const packet = line.slice(found.index + all.length);
  return {
    writer: 'TRACE',
    id: loggedId(packet),
    family: / SRC=[\d.]+ /.test(packet) ? 4 : 6,
    step: {
      table,
      chain,
      kind: kind === 'rule' ? 'rule' : 'end',
      number: Number(number),
      handle: undefined,
      text: undefined,
      verdict: undefined,
      to: undefined,
    },
    table,
    chain,
    showsPacket: true,
    state: undefined,
  };
}

/** What no rule changes before the last chain: the destination and the mark change on the way. */
function loggedId(packet: string): string {
  return [...packet.matchAll(/ (?:SRC|ID|PROTO|SPT|SEQ|ACK|TYPE|SPI|FRAG|FLOWLBL)[=:]\S{1,45}/g)]
    .map(([word]) => word)
    .join('');
}

const MONITORED =
  /(PACKET|TRACE): (2|10) ([\da-f]{1,16}) (?:(?=IN=|OUT=)|(\S{1,64}):(\S{1,64}):(rule|return|policy)(?::(\S{1,80}))?(?: (.*))?$)/;

/**
 * `PACKET: 2 d922bdcd IN=…`, ` TRACE: 2 d922bdcd filter:FORWARD:rule:0x4e:JUMP:GUARD  -4 -t filter -A FORWARD -j
 * GUARD`.
 */
function readMonitored(line: string): TraceLine | undefined {
  const found = MONITORED.exec(line);
  if (!found) return undefined;
  const [, head, family, id = '', table = '', chain = '', kind, rest = '', text] = found;
  const common = {
    writer: 'xtables-monitor',
    id,
    family: family === '2' ? 4 : 6,
    table,
    chain,
    state: undefined,
  } as const;
  if (head === 'PACKET') return { ...common, step: undefined, showsPacket: true };
  if (kind === undefined) return undefined;
  const [handle, verdict = '', to] = kind === 'rule' ? splitVerdict(rest) : [undefined, rest, undefined];
  return {
    ...common,
    step: {
      table,
      chain,
      kind: kind === 'rule' ? 'rule' : 'end',
      number: undefined,
      handle: handle === undefined ? undefined : Number(handle),
      text: /(-A \S.*)$/.exec(text ?? '')?.[1]?.trim(),
      verdict: verdictOf(verdict),
      to,
    },
    showsPacket: false,
  };
}

/** `0x4e:JUMP:GUARD`; a chain may have a colon in its name. */
function splitVerdict(
  text: string,
): readonly [handle: string | undefined, verdict?: string | undefined, to?: string | undefined] {
  const found = /^(0x[\da-f]{1,16}|\d{1,10}):(\w{1,20})(?::(.+))?$/i.exec(text);
  return found ? [found[1], found[2], found[3]] : [undefined];
}

const NFT =
  /(?:^|[\s|])trace id ([\da-f]{1,16}) (ip6?|inet|arp|bridge|netdev) (\S{1,128}) (\S{1,128}) (packet: |rule |unknown rule |policy |verdict |return|conntrack: )(.*)$/;

/** `trace id 8974f599 ip filter INPUT rule counter jump GUARD (verdict jump GUARD)`. */
function readNft(line: string): TraceLine | undefined {
  const found = NFT.exec(line);
  if (!found) return undefined;
  const [, id = '', kindOfTable = '', name = '', chain = '', what = '', rest = ''] = found;
  const table = `${kindOfTable} ${name}`;
  const common = {
    writer: 'nft monitor trace',
    id,
    family: kindOfTable === 'ip' ? 4 : kindOfTable === 'ip6' ? 6 : undefined,
    table,
    chain,
    state: undefined,
  } as const;
  if (what === 'packet: ') return { ...common, step: undefined, showsPacket: true };
  if (what === 'conntrack: ') {
    const state = /\bct state (\w{1,20})/.exec(rest)?.[1]?.toUpperCase();
    return { ...common, step: undefined, showsPacket: false, state: CONNTRACK_STATES.find((each) => each === state) };
  }
  const rule = what.endsWith('rule ');
  const decided = rule ? /\(verdict (\w{1,20})(?: (\S{1,128}))?\)[^()]*$/.exec(rest) : /^\s*(\w{1,20})/.exec(rest);
  const written = rule ? rest.slice(0, decided?.index) : '';
  const handle = /(?:#\s*|^)handle (\d{1,10})\s*$/.exec(written);
  return {
    ...common,
    step: {
      table,
      chain,
      kind: rule ? 'rule' : 'end',
      number: undefined,
      handle: handle ? Number(handle[1]) : undefined,
      text: rule && what === 'rule ' ? written.slice(0, handle?.index).trim() : undefined,
      verdict: verdictOf(decided?.[1] ?? ''),
      to: decided?.[2],
    },
    showsPacket: false,
  };
}

/** xtables-monitor has no word for RETURN and prints its number. */
function verdictOf(text: string): KernelVerdict | undefined {
  const word = text.toUpperCase();
  if (word === '0XFFFFFFFB') return 'RETURN';
  return VERDICTS.find((each) => each === word);
}
