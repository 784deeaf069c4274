import { formatAddress } from './address';
import { ALIASES, DIRECTIONS, ICMP_NAMES, KEYWORDS, PROTOCOL_WORDS, STATES } from './expressionWords';
import { icmpTypes } from './icmpTypes';
import { TCP_FLAGS } from './packet';
import { packetsOfLine } from './packetLine/packetsOfLine';
import { isProblem, namedProtocol, readPacketRequest, type PacketRequest } from './packetRequest';
import { protocolName } from './protocols';
import { own } from '../text/own';
import {
  isFlagList,
  isInterfaceWord,
  keywordValue,
  readEndpoint,
  readIcmpType,
  type Endpoint,
} from './expressionValues';

export { formatPacketExpression } from './formatPacketExpression';

/** What a word of an expression is. `value` belongs to the keyword before it. */
type ExpressionRole =
  | 'direction'
  | 'interface'
  | 'protocol'
  | 'source'
  | 'destination'
  | 'arrow'
  | 'icmp-type'
  | 'flags'
  | 'state'
  | 'keyword'
  | 'value';

/** A word with its place in the text: UTF-16 columns, `end` exclusive. */
interface ExpressionWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly role: ExpressionRole;
}

/** `start`, `end`: columns of the expression, 0-based, the end excluded. */
export interface ExpressionProblem {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  /** The word that is probably meant in place of the wrong one; missing where none is near. */
  readonly meant?: string;
}

export type ParsedExpression =
  /** `writer`: of a line that stands for the packet. `note`: what that line does not show of it. */
  | {
      readonly request: PacketRequest;
      readonly words: readonly ExpressionWord[];
      readonly writer?: string;
      readonly note?: string;
      readonly problems?: undefined;
    }
  | { readonly problems: readonly ExpressionProblem[]; readonly request?: undefined };

/**
 * Reads a packet as people type it: `in eth0 tcp 10.10.40.12:41522 > 10.10.38.7:3000 syn new`. Words come in any order;
 * `>` (also `->` and `→`) separates source and destination, and one address alone is the destination. Everything may be
 * omitted. Words: `in [interface]`, `out [interface]`, `forward [in-interface [out-interface]]` (also `in A out B`), a
 * protocol, `address[:port]` (IPv6 with a port in brackets), TCP flags, conntrack states, ICMP type names, `df`, `mf`,
 * `own` (the destination is an address of this host; `forward` says that it is not), and the keywords of KEYWORDS with
 * a value. The whole text may also be a line of a log or of a capture that shows the packet (`packetsOfLine`); such a
 * line has no words.
 */
export function parsePacketExpression(text: string): ParsedExpression {
  const tokens = tokenize(text);
  const reader = new PacketWordReader(tokens);
  const request = reader.read();
  if (request) return { request, words: reader.words };
  const [shown] = packetsOfLine(text);
  return shown
    ? {
        request: shown.request,
        words: [],
        writer: shown.writer,
        ...(shown.note === undefined ? {} : { note: shown.note }),
      }
    : { problems: reader.problems };
}

interface ExpressionToken {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function tokenize(text: string): ExpressionToken[] {
  const tokens: ExpressionToken[] = [];
  for (const match of text.matchAll(/->|→|>|(?:[^\s>→-]|-(?!>))+/g))
    tokens.push({ text: match[0], start: match.index, end: match.index + match[0].length });
  return tokens;
}

/** After this many wrong words the rest is ignored. */
const MOST_PROBLEMS = 20;
const MOST_WORDS = 200;

class PacketWordReader {
  readonly words: ExpressionWord[] = [];
  readonly problems: ExpressionProblem[] = [];
  private readonly fields: Record<string, unknown> = {};
  private at = 0;
  private arrows = 0;
  private readonly endpoints: {
    readonly token: ExpressionToken;
    readonly value: Endpoint;
    readonly afterArrow: boolean;
  }[] = [];
  private icmpName: ExpressionToken | undefined;
  /** Whether the destination is said to be an address of this host. */
  private own: boolean | undefined;
  /** The word "icmp", which between IPv6 addresses means ICMPv6; `proto 1` never does. */
  private saysIcmp = false;

  constructor(private readonly tokens: readonly ExpressionToken[]) {}

  read(): PacketRequest | undefined {
    const tooMany = this.tokens[MOST_WORDS];
    if (tooMany) this.fail(tooMany, `a packet has at most ${MOST_WORDS} words`);
    while (this.at < Math.min(this.tokens.length, MOST_WORDS) && this.problems.length < MOST_PROBLEMS)
      this.word(this.tokens[this.at++] as ExpressionToken);
    this.assignEndpoints();
    if (this.saysIcmp && this.isIpv6()) this.fields['proto'] = 58;
    this.assignIcmpType();
    this.assignFragment();
    if (this.problems.length > 0) return undefined;
    const request = readPacketRequest(this.fields);
    if (!isProblem(request))
      return this.own === undefined || (!this.own && request.oface !== undefined)
        ? request
        : { ...request, own: this.own };
    this.problems.push({ start: 0, end: this.tokens.at(-1)?.end ?? 0, message: request.message });
    return undefined;
  }

  private word(token: ExpressionToken): void {
    const lower = token.text.toLowerCase();
    const keyword = own(ALIASES, lower) ?? lower;
    if (lower === '>' || lower === '->' || lower === '→') {
      this.add(token, 'arrow');
      if (++this.arrows > 1) this.fail(token, 'a packet has one source and one destination, so only one ">"');
    } else if (DIRECTIONS.has(lower)) this.direction(token, lower);
    else if (Object.hasOwn(KEYWORDS, keyword)) this.keyword(token, keyword);
    else if (lower === 'df' || lower === 'mf') this.set(token, 'keyword', lower, true);
    else if (lower === 'own') this.ownWord(token);
    else if (STATES.has(lower)) this.set(token, 'state', 'ctstate', lower.toUpperCase());
    else if (isFlagList(lower)) this.flags(token, lower);
    else if (PROTOCOL_WORDS.has(lower)) this.protocol(token, lower);
    else if (ICMP_NAMES.has(lower)) this.icmp(token);
    else this.endpointOrProblem(token);
  }

  private protocol(token: ExpressionToken, lower: string): void {
    this.set(token, 'protocol', 'proto', namedProtocol(lower));
    this.saysIcmp ||= lower === 'icmp';
  }

  private isIpv6(): boolean {
    return [this.fields['dst'], this.fields['src']].some(
      (address) => typeof address === 'string' && address.includes(':'),
    );
  }

  private ownWord(token: ExpressionToken): void {
    this.add(token, 'keyword');
    if (this.own === false) this.fail(token, 'a forwarded packet is not for an address of this host');
    this.own = true;
  }

  private direction(token: ExpressionToken, word: string): void {
    if (this.otherSide(token, word)) return;
    this.set(token, 'direction', 'dir', word === 'out' ? 'out' : 'in');
    if (word === 'forward' && this.own === true)
      this.fail(token, 'a packet for an address of this host is not forwarded');
    if (word === 'forward') this.own ??= false;
    const names = word === 'forward' ? ['iface', 'oface'] : [word === 'out' ? 'oface' : 'iface'];
    for (const name of names) {
      const next = this.tokens[this.at];
      if (next === undefined || !isInterfaceWord(next.text)) return;
      this.at++;
      this.set(next, 'interface', name, next.text);
    }
  }

  /** `in eth0 … out eth1` and `forward in eth0 out eth1`, which are `forward eth0 eth1`. */
  private otherSide(token: ExpressionToken, word: string): boolean {
    const { dir, iface, oface } = this.fields;
    const next = this.tokens[this.at];
    if (dir === undefined || word === 'forward' || next === undefined || !isInterfaceWord(next.text)) return false;
    const given = word === 'in' ? iface : oface;
    if (given !== undefined || (iface === undefined && oface === undefined && this.own !== false)) return false;
    this.add(token, 'direction');
    if (this.own === true) this.fail(token, 'a packet for an address of this host is not forwarded');
    this.own = false;
    this.fields['dir'] = 'in';
    this.at++;
    this.set(next, 'interface', word === 'in' ? 'iface' : 'oface', next.text);
    return true;
  }

  private keyword(token: ExpressionToken, keyword: string): void {
    const { field, value: meaning } = KEYWORDS[keyword] as { field: string; value: string };
    const next = this.tokens[this.at];
    if (next === undefined || next.text === '>' || next.text === '->' || next.text === '→') {
      this.add(token, 'keyword');
      this.fail(token, `"${token.text}" needs a value: ${meaning}`);
      return;
    }
    this.at++;
    this.add(token, 'keyword');
    if (field === 'type') {
      this.icmp(next);
      return;
    }
    const value = keywordValue(field, next.text);
    const read =
      value === undefined ? undefined : readPacketRequest({ [field === 'state' ? 'ctstate' : field]: value });
    if (read === undefined || isProblem(read)) {
      this.add(next, 'value');
      this.fail(next, `"${next.text}" is not ${meaning}`);
    } else if (field === 'dscp') this.set(next, 'value', 'tos', read.tos);
    else this.set(next, 'value', field === 'state' ? 'ctstate' : field, value);
  }

  private flags(token: ExpressionToken, lower: string): void {
    this.add(token, 'flags');
    const bits = lower
      .split(/[,|+]/)
      .reduce((sum, name) => sum | TCP_FLAGS[name.toUpperCase() as keyof typeof TCP_FLAGS], 0);
    this.fields['flags'] = ((this.fields['flags'] as number | undefined) ?? 0) | bits;
  }

  private icmp(token: ExpressionToken): void {
    this.add(token, 'icmp-type');
    if (this.icmpName) this.fail(token, `the ICMP type is given twice, as "${this.icmpName.text}" and "${token.text}"`);
    this.icmpName = token;
  }

  private endpointOrProblem(token: ExpressionToken): void {
    const value = readEndpoint(token.text);
    if (!('message' in value)) {
      this.endpoints.push({ token, value, afterArrow: this.arrows > 0 });
      return;
    }
    this.add(token, 'value');
    this.problems.push({ start: token.start, end: token.end, ...value });
  }

  private assignEndpoints(): void {
    const before = this.endpoints.filter(({ afterArrow }) => !afterArrow);
    const after = this.endpoints.filter(({ afterArrow }) => afterArrow);
    const [sources, destinations] = this.arrows === 0 && before.length === 1 ? [[], before] : [before, after];
    if (this.arrows === 0 && before.length > 1) {
      const second = before[1] as (typeof before)[number];
      this.fail(second.token, 'put ">" between the source and the destination');
    }
    for (const [list, role, address, port] of [
      [sources, 'source', 'src', 'sport'],
      [destinations, 'destination', 'dst', 'dport'],
    ] as const) {
      for (const [i, { token, value }] of list.entries()) {
        this.add(token, role);
        if (i > 0 && this.arrows > 0) this.fail(token, `the ${role} is given twice`);
        if (value.address !== undefined) this.assign(token, address, formatAddress(value.address));
        if (value.port !== undefined) this.assign(token, port, value.port);
      }
    }
    const [src, dst] = [this.fields['src'], this.fields['dst']];
    if (typeof src === 'string' && typeof dst === 'string' && src.includes(':') !== dst.includes(':')) {
      this.fail(
        this.endpoints.at(-1)?.token ?? (this.tokens[0] as ExpressionToken),
        `${src} and ${dst} are of different families`,
      );
    }
  }

  private assignIcmpType(): void {
    const token = this.icmpName;
    if (token === undefined) return;
    const given = this.fields['proto'];
    if (given !== undefined && given !== 1 && given !== 58) {
      this.fail(token, `"${token.text}" is an ICMP type, but the protocol is ${protocolName(given as number)}`);
      return;
    }
    const withoutAddresses = this.fields['dst'] === undefined && this.fields['src'] === undefined;
    const family = given === 58 || this.isIpv6() ? 6 : 4;
    const found =
      readIcmpType(token.text, family) ??
      (given === undefined && withoutAddresses ? readIcmpType(token.text, 6) : undefined);
    if (found === undefined) {
      const allowed = icmpTypes(family)
        .filter(({ code }) => code === undefined)
        .map(({ name }) => name)
        .join(', ');
      this.fail(
        token,
        `"${token.text}" is not a type of ${family === 4 ? 'ICMP' : 'ICMPv6'}: a number with an optional ` +
          `/code, or ${allowed}, or one of their codes`,
      );
      return;
    }
    // A name that only ICMPv6 has says the protocol; a number means what the addresses are, IPv4 where there are none.
    this.fields['proto'] ??= family === 4 && readIcmpType(token.text, 4) ? 1 : 58;
    this.fields['icmpType'] = found.type;
    if (found.code !== undefined) this.fields['icmpCode'] = found.code;
  }

  /** IPv6 has its fragment fields in an extension header. */
  private assignFragment(): void {
    if (
      !(this.isIpv6() || this.fields['proto'] === 58) ||
      (this.fields['fragOffset'] === undefined && this.fields['mf'] === undefined)
    )
      return;
    const header = { type: 'frag', offset: this.fields['fragOffset'] ?? 0, ...(this.fields['mf'] ? { mf: true } : {}) };
    delete this.fields['fragOffset'];
    delete this.fields['mf'];
    this.fields['extHeaders'] = [{ ...header, offset: Number(header.offset) }];
  }

  private set(token: ExpressionToken, role: ExpressionRole, field: string, value: unknown): void {
    this.add(token, role);
    this.assign(token, field, value);
  }

  private assign(token: ExpressionToken, field: string, value: unknown): void {
    if (field in this.fields && field !== 'df' && field !== 'mf')
      this.fail(token, `"${token.text}": ${field} is given twice`);
    this.fields[field] = value;
  }

  private add(token: ExpressionToken, role: ExpressionRole): void {
    this.words.push({ ...token, role });
    this.words.sort((a, b) => a.start - b.start);
  }

  private fail({ start, end }: ExpressionToken, message: string): void {
    this.problems.push({ start, end, message });
  }
}
