import { countFirst } from '../text/bisect';
import { andAddress, prefixLengthOf, prefixMask, type Address } from '../net/address';
import type { Span } from '../net/fields/fieldTest';
import { PROTOCOL, type Packet } from '../net/packet';
import { transportLength } from '../xtables/values/transport';
import type { PacketView } from '../xtables/view';
import type { Side } from '../xtables/values/portCondition';
import type { Chain, Rule } from './ruleSet';
import { scannedAddress, scannedTests } from './scannedTests';

/**
 * What a rule may be filed under. Numbers stand for addresses of IPv4, ports and protocols, each in a range of its own.
 */
type Key = number | string;

/**
 * Finds the rules of a long chain that may match a packet. A rule that tests for another address, interface, protocol
 * or port than the packet has cannot match it, whatever else it tests: such rules need not even be read. Each rule is
 * filed under the one value it tests for that the fewest rules test for.
 */
export class RuleIndex {
  /** Places of rules in their chain, from 0 on and ascending, by what they are filed under. */
  private readonly places = new Map<Key, number[]>();
  /** The prefix lengths under which rules are filed. */
  private readonly lengths: Readonly<Record<Side, Set<number>>> = { destination: new Set(), source: new Set() };
  /** For each place the first one, there or after it, of a rule that is filed under nothing. */
  private readonly nextOther: Int32Array;

  private constructor({ rules }: Chain, ports: boolean) {
    const filed = new Uint8Array(rules.length);
    // Most large chains ask for addresses, which come before everything else.
    for (const [key, places] of placesByAddress(rules)) {
      if (places.length > FEW) continue;
      this.places.set(key, places);
      for (const place of places) filed[place] = 1;
    }
    const left = [...rules.keys()].filter((place) => filed[place] === 0);
    const alternatives = left.map((place) => alternativesOf(rules[place] as Rule, ports));
    const counts = countsOf(alternatives);
    for (const [i, place] of left.entries())
      for (const key of rarest(alternatives[i] ?? [], counts)) {
        put(this.places, key, place);
        filed[place] = 1;
      }
    for (const places of this.places.values()) if (places.length > 1) places.sort((a, b) => a - b);
    this.nextOther = nextZero(filed);
    for (const key of this.places.keys()) {
      const found = prefixOf(key);
      if (found) this.lengths[found.side].add(found.length);
    }
  }

  /** Made once for each chain; undefined for a short one, which is walked as quickly. */
  static of(chain: Chain): ChainIndex | undefined {
    if (chain.rules.length < SHORT) return undefined;
    let index = made.get(chain.rules);
    if (index === undefined) made.set(chain.rules, (index = RuleIndex.lazily(chain)));
    return index;
  }

  /** Of a fragmented packet, ports are read in another way, or the kernel drops it while it reads them. */
  private static lazily(chain: Chain): ChainIndex {
    let whole: RuleIndex | undefined;
    let others: RuleIndex | undefined;
    return {
      candidates: (view) =>
        (isWhole(view) ? (whole ??= new RuleIndex(chain, true)) : (others ??= new RuleIndex(chain, false))).candidates(
          view,
        ),
    };
  }

  private candidates({ packet, inInterface, outInterface }: PacketView): Candidates {
    const lists: (readonly number[])[] = [];
    const look = (key: Key): void => {
      const list = this.places.get(key);
      if (list) lists.push(list);
    };
    for (const side of SIDES)
      for (const length of this.lengths[side])
        look(prefixKey(side, andAddress(packet[side], prefixMask(packet.family, length)), length));
    look(`i ${inInterface}`);
    look(`o ${outInterface}`);
    look(PROTOCOL_KEY + packet.protocol);
    look(PORT_KEY.destination + packet.destinationPort);
    look(PORT_KEY.source + packet.sourcePort);
    return new Candidates(lists, this.nextOther);
  }
}

/** The rules of one chain, to be looked up for a packet as it is at one moment. */
export interface ChainIndex {
  candidates(view: PacketView): Candidates;
}

/** The places of the rules that may match a packet. */
export class Candidates {
  private readonly at: number[];
  private last = 0;

  constructor(
    private readonly lists: readonly (readonly number[])[],
    private readonly nextOther: Int32Array,
  ) {
    this.at = lists.map(() => 0);
  }

  /** The first of them that is not before `place`; the chain's length where there is none. */
  next(place: number): number {
    let found = this.nextOther[place] as number;
    const back = place < this.last;
    this.last = place;
    for (let i = 0; i < this.lists.length; i++) {
      const list = this.lists[i] as readonly number[];
      let at = this.at[i] as number;
      if (back || (list[at + NEAR] ?? place) < place) at = countFirst(list.length, (j) => (list[j] as number) < place);
      while (at < list.length && (list[at] as number) < place) at++;
      this.at[i] = at;
      const candidate = list[at];
      if (candidate !== undefined && candidate < found) found = candidate;
    }
    return found;
  }
}

/** For far places, bisection is quicker than stepping. */
const NEAR = 8;
/** Chains of fewer rules are walked rule by rule. */
const SHORT = 32;
/** A rule that tests for more ports than this is not filed under them. */
const MOST_PORTS = 16;
/** By the list of rules: an edit gives a chain another one. */
const made = new WeakMap<readonly Rule[], ChainIndex>();

/** For a copy of a chain with rules of the same lines in the same order: what was filed is used for both. */
export function shareIndex(from: Chain, to: Chain): void {
  const index = made.get(from.rules);
  if (index && from.rules.length === to.rules.length && from.rules.every(({ line }, i) => line === to.rules[i]?.line))
    made.set(to.rules, index);
}

/** Complete up to the end of the header of its transport protocol, and nothing in it drawn at random. */
function isWhole({ packet, drawn }: PacketView): boolean {
  if (packet.fragmentOffset > 0 || packet.extensionHeaders.length > 0 || drawn) return false;
  return transportLength(packet) >= headerLength(packet);
}

function headerLength({ protocol, tcpOptions }: Packet): number {
  return protocol === PROTOCOL.TCP ? 20 + tcpOptions.length : 12;
}

const SIDES: readonly Side[] = ['destination', 'source'];

const PORT_KEY = { destination: 0, source: 2 ** 16 } as const;
const PROTOCOL_KEY = 2 ** 17;
/** After it, 32 bits of address for each prefix length of each side. */
const PREFIX_KEY = 2 ** 32;
const LENGTHS = 33;

function prefixKey(side: Side, { words }: Address, length: number): Key {
  return words.length === 1
    ? PREFIX_KEY * (1 + length + (side === 'source' ? LENGTHS : 0)) + (words[0] as number)
    : `${side === 'source' ? 's' : 'd'}${length} ${words.join()}`;
}

function prefixOf(key: Key): { readonly side: Side; readonly length: number } | undefined {
  if (typeof key === 'number') {
    if (key < PREFIX_KEY) return undefined;
    const at = Math.floor(key / PREFIX_KEY) - 1;
    return at < LENGTHS ? { side: 'destination', length: at } : { side: 'source', length: at - LENGTHS };
  }
  const found = PREFIX_OF.exec(key);
  return found ? { side: found[1] === 's' ? 'source' : 'destination', length: Number(found[2]) } : undefined;
}

const PREFIX_OF = /^([ds])(\d+) /;

/** Addresses that so few rules test for that nothing else of these rules is read. */
const FEW = 8;

/** The rules that ask for one address, by that. */
function placesByAddress(rules: readonly Rule[]): ReadonlyMap<Key, number[]> {
  const places = new Map<Key, number[]>();
  for (const [place, { line, family }] of rules.entries()) {
    const found = scannedAddress(line.text, line.contentStart, family);
    if (found) put(places, prefixKey(found.side, found.address, family === 4 ? 32 : 128), place);
  }
  return places;
}

function put(places: Map<Key, number[]>, key: Key, place: number): void {
  const list = places.get(key);
  if (list) list.push(place);
  else places.set(key, [place]);
}

/** For each place, and for the end, the first place there or after it that has a zero; the end where there is none. */
function nextZero(filed: Uint8Array): Int32Array {
  const next = new Int32Array(filed.length + 1).fill(filed.length);
  for (let place = filed.length - 1; place >= 0; place--)
    next[place] = filed[place] === 0 ? place : (next[place + 1] as number);
  return next;
}

/** One thing that a rule tests for, as the keys of all values that it accepts: any of them may match. */
type Alternative = readonly Key[];

function countsOf(asked: readonly (readonly Alternative[])[]): ReadonlyMap<Key, number> {
  const counts = new Map<Key, number>();
  for (const alternatives of asked)
    for (const keys of alternatives) for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** All that a rule may be filed under. */
function alternativesOf(rule: Rule, ports: boolean): readonly Alternative[] {
  const tests = scannedTests(rule.line.text, rule.line.contentStart, rule.family);
  if (!tests) return [];
  const { inInterface, outInterface, protocol } = tests;
  const keys: Alternative[] = [];
  for (const side of SIDES) {
    const block = tests[side];
    if (block) keys.push([prefixKey(side, block.address, prefixLengthOf(block.mask) ?? 0)]);
  }
  if (inInterface !== undefined) keys.push([`i ${inInterface}`]);
  if (outInterface !== undefined) keys.push([`o ${outInterface}`]);
  if (!ports) return keys;
  if (protocol !== undefined) keys.push([PROTOCOL_KEY + protocol]);
  for (const side of SIDES) {
    const spans = side === 'destination' ? tests.destinationPorts : tests.sourcePorts;
    const values = spans && portsIn(spans);
    if (values) keys.push(values.map((port) => PORT_KEY[side] + port));
  }
  return keys;
}

function portsIn(spans: readonly Span[]): readonly number[] | undefined {
  const ports: number[] = [];
  for (const [first, last] of spans) {
    if (last - first >= MOST_PORTS) return undefined;
    for (let port = first; port <= last; port++) if (!ports.includes(port)) ports.push(port);
  }
  return ports.length <= MOST_PORTS ? ports : undefined;
}

/** What the fewest other rules test for; nothing where the rule tests for nothing that is known. */
function rarest(alternatives: readonly Alternative[], counts: ReadonlyMap<Key, number>): Alternative {
  let best: Alternative = [];
  let fewest = Infinity;
  for (const keys of alternatives) {
    const most = keys.reduce<number>((sum, key) => Math.max(sum, counts.get(key) ?? 0), 0);
    if (most >= fewest) continue;
    fewest = most;
    best = keys;
  }
  return best;
}
