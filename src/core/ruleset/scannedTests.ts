import {
  CERTAIN_IPV4,
  CERTAIN_IPV6,
  parseAddress,
  parseBlock,
  prefixLengthOf,
  type Address,
  type AddressBlock,
} from '../net/address';
import { own } from '../text/own';
import { PROTOCOL } from '../net/packet';
import type { Span } from '../net/fields/fieldTest';

/** Some of a rule's tests, each of which has to hold; none is negated. */
export interface ScannedTests {
  source?: AddressBlock;
  destination?: AddressBlock;
  inInterface?: string;
  outInterface?: string;
  protocol?: number;
  /** In tests of ports, what comes before them in the rule has no side effect and drops no whole packet. */
  sourcePorts?: readonly Span[];
  destinationPorts?: readonly Span[];
}

/**
 * Reads a rule in the form of iptables-save far enough to look it up, from its text alone: of the rules of a large dump
 * a packet meets a few, and the others need not be read. The reading ends at whatever is not certain; what was found
 * before it holds.
 */
export function scannedTests(text: string, from: number, family: 4 | 6): ScannedTests | undefined {
  BEGIN.lastIndex = from;
  if (!BEGIN.test(text)) return undefined;
  const found: ScannedTests = {};
  const words = new Words(text, BEGIN.lastIndex);
  for (let option = words.next(); option !== undefined; option = words.next()) {
    const negated = option === '!';
    if (negated) option = words.next() ?? '';
    if (option === '-m') {
      if (negated || !PURE.has(words.next() ?? '')) break;
      continue;
    }
    if (FLAGS.has(option)) continue;
    const count = own(VALUES, option);
    if (count === undefined) break;
    const value = words.next();
    if (value === undefined || (count === 2 && words.next() === undefined)) break;
    if (!negated) take(found, option, value, family);
  }
  return found;
}

/**
 * The one destination that a rule tests for, or else the one source: most rules of a large chain test for one, before
 * everything else.
 */
export function scannedAddress(
  text: string,
  from: number,
  family: 4 | 6,
): { readonly side: 'destination' | 'source'; readonly address: Address } | undefined {
  const { destination, source } = ADDRESS[family];
  return addressIn('destination', destination, text, from) ?? addressIn('source', source, text, from);
}

function addressIn<Side>(side: Side, expression: RegExp, text: string, from: number) {
  expression.lastIndex = from;
  const found = expression.exec(text)?.[1];
  const address = found === undefined ? undefined : parseAddress(found);
  return address && { side, address };
}

const BEGIN = /(?:\[\d+:\d+\] )?-A [^\s"'\\]+/y;
const ADDRESS = {
  4: {
    destination: new RegExp(`${BEGIN.source}(?: (?:! )?-s [\\d./]+)? -d (${CERTAIN_IPV4})(?:/32)?(?= |$)`, 'y'),
    source: new RegExp(`${BEGIN.source} -s (${CERTAIN_IPV4})(?:/32)?(?= |$)`, 'y'),
  },
  6: {
    destination: new RegExp(`${BEGIN.source}(?: (?:! )?-s [\\da-fA-F:/]+)? -d (${CERTAIN_IPV6})(?:/128)?(?= |$)`, 'y'),
    source: new RegExp(`${BEGIN.source} -s (${CERTAIN_IPV6})(?:/128)?(?= |$)`, 'y'),
  },
};

/** Matches that remember nothing, change nothing and rest on nothing that is assumed. */
const PURE: ReadonlySet<string> = new Set(['tcp', 'udp', 'multiport', 'comment', 'conntrack', 'state', 'addrtype']);
const FLAGS: ReadonlySet<string> = new Set(['-f', '--syn', '--limit-iface-in', '--limit-iface-out']);
/** Options of these and of the header, with the number of words after them. */
const VALUES: Readonly<Record<string, 1 | 2>> = {
  '-s': 1,
  '-d': 1,
  '-i': 1,
  '-o': 1,
  '-p': 1,
  '--sport': 1,
  '--dport': 1,
  '--sports': 1,
  '--dports': 1,
  '--ports': 1,
  '--tcp-flags': 2,
  '--comment': 1,
  '--ctstate': 1,
  '--state': 1,
  '--ctorigdst': 1,
  '--ctorigdstport': 1,
  '--ctorigsrc': 1,
  '--ctdir': 1,
  '--src-type': 1,
  '--dst-type': 1,
};

const PROTOCOLS: Readonly<Record<string, number>> = {
  tcp: PROTOCOL.TCP,
  udp: PROTOCOL.UDP,
  icmp: PROTOCOL.ICMP,
  'ipv6-icmp': PROTOCOL.ICMPV6,
  sctp: PROTOCOL.SCTP,
};

function take(found: ScannedTests, option: string, value: string, family: 4 | 6): void {
  switch (option) {
    case '-s':
    case '-d': {
      const block = blockOf(value, family);
      if (block) found[option === '-s' ? 'source' : 'destination'] = block;
      return;
    }
    case '-i':
    case '-o':
      if (PLAIN_NAME.test(value)) found[option === '-i' ? 'inInterface' : 'outInterface'] = value;
      return;
    case '-p': {
      const protocol = own(PROTOCOLS, value);
      if (protocol !== undefined) found.protocol = protocol;
      return;
    }
    case '--sport':
    case '--sports':
    case '--dport':
    case '--dports': {
      const spans = spansOf(value, option.endsWith('s'));
      if (spans) found[option.startsWith('--s') ? 'sourcePorts' : 'destinationPorts'] = spans;
      return;
    }
  }
}

/** As iptables-save writes it; anything else has to be read in full. */
function blockOf(value: string, family: 4 | 6): AddressBlock | undefined {
  if (!(family === 4 ? BLOCK_4 : BLOCK_6).test(value)) return undefined;
  const slash = value.indexOf('/');
  if (!parseAddress(slash < 0 ? value : value.slice(0, slash))) return undefined;
  const block = parseBlock(value, family);
  return block && prefixLengthOf(block.mask) !== undefined ? block : undefined;
}

const BLOCK_4 = /^\d+\.\d+\.\d+\.\d+(?:\/\d+)?$/;
const BLOCK_6 = /^[\da-fA-F:]+(?:\/\d+)?$/;
/** Neither `eth+` nor anything that is written in quotes. */
const PLAIN_NAME = /^[\w.:@-]*\w$/;

function spansOf(value: string, list: boolean): readonly Span[] | undefined {
  const spans: Span[] = [];
  for (const item of list ? value.split(',') : [value]) {
    const ports = PORTS.exec(item);
    if (!ports) return undefined;
    spans.push([Number(ports[1]), Number(ports[2] ?? ports[1])]);
  }
  return spans;
}

const PORTS = /^(0|[1-9]\d{0,4})(?::(0|[1-9]\d{0,4}))?$/;

/** The words of a rule, set apart by single blanks; of those in quotes only where they end. */
class Words {
  constructor(
    private readonly text: string,
    private at: number,
  ) {}

  /** undefined at the end, and where a word is not certain. */
  next(): string | undefined {
    const { text } = this;
    if (text.charCodeAt(this.at) !== BLANK) return undefined;
    const start = this.at + 1;
    if (text.charCodeAt(start) === QUOTE) {
      QUOTED.lastIndex = start;
      if (!QUOTED.test(text)) return undefined;
      this.at = QUOTED.lastIndex;
      return '"';
    }
    const blank = text.indexOf(' ', start);
    this.at = blank < 0 ? text.length : blank;
    const word = text.slice(start, this.at);
    return word === '' || UNCERTAIN.test(word) ? undefined : word;
  }
}

const BLANK = 32;
const QUOTE = 34;
const QUOTED = /"(?:[^"\\]|\\.)*"(?= |$)/y;
const UNCERTAIN = /["'\\\s]/;
