import { countFirst } from '../text/bisect';
import { CERTAIN_IPV4, CERTAIN_IPV6, parseAddress, type Address } from '../net/address';
import type { Chain, Rule } from './ruleSet';

/** Places of rules in their chain, from 0 on and ascending, by the one address that the rules ask for. */
type Places = Map<number | string, number[]>;

/**
 * Finds the rules of a long chain that a packet may fit. A rule that asks for one destination or one source cannot fit
 * a packet with another, whatever else it asks, and the kernel looks at the addresses before it asks any match: such
 * rules need not even be read.
 */
export class AddressIndex {
  private readonly byDestination: Places = new Map();
  private readonly bySource: Places = new Map();
  /** For each place the first one, there or behind it, of a rule that does not ask for a single address. */
  private readonly nextOther: Int32Array;

  private constructor({ rules }: Chain) {
    const { length } = rules;
    const other = new Int32Array(length + 1).fill(length);
    for (let place = length - 1; place >= 0; place--) {
      const asked = askedAddress(rules[place] as Rule);
      other[place] = asked ? (other[place + 1] as number) : place;
      if (asked) put(asked.of === 'destination' ? this.byDestination : this.bySource, keyOf(asked.address), place);
    }
    for (const places of [...this.byDestination.values(), ...this.bySource.values()]) places.reverse();
    this.nextOther = other;
  }

  /** Made once for each chain; undefined for a short one, which is as soon walked. */
  static of(chain: Chain): AddressIndex | undefined {
    if (chain.rules.length < SHORT) return undefined;
    let index = made.get(chain);
    if (index === undefined) {
      index = new AddressIndex(chain);
      made.set(chain, index);
    }
    return index;
  }

  /**
   * The first place from `place` on whose rule a packet with these addresses may fit; the chain's length where there is
   * none.
   */
  next(place: number, packet: { readonly source: Address; readonly destination: Address }): number {
    const other = this.nextOther[place] as number;
    return Math.min(
      other,
      from(this.byDestination.get(keyOf(packet.destination)), place, other),
      from(this.bySource.get(keyOf(packet.source)), place, other),
    );
  }
}

/** Chains of fewer rules are walked rule by rule. */
const SHORT = 32;
const made = new WeakMap<Chain, AddressIndex>();

function put(places: Places, key: number | string, place: number): void {
  const list = places.get(key);
  if (list) list.push(place);
  else places.set(key, [place]);
}

function keyOf({ words }: Address): number | string {
  return words.length === 1 ? (words[0] as number) : words.join();
}

/** The first of `places` that is not below `place`, found by halving; `none` where there is none. */
function from(places: readonly number[] | undefined, place: number, none: number): number {
  if (places === undefined) return none;
  return places[countFirst(places.length, (i) => (places[i] as number) < place)] ?? none;
}

const BEGIN = '(?:\\[\\d+:\\d+\\] )?-A [^\\s"\\\\]+';
/**
 * The addresses stand in front of everything else, as iptables-save prints them: first the source, then the
 * destination.
 */
const DESTINATION = {
  4: new RegExp(`${BEGIN}(?: (?:! )?-s [\\d./]+)? -d (${CERTAIN_IPV4})(?:/32)?(?= |$)`, 'y'),
  6: new RegExp(`${BEGIN}(?: (?:! )?-s [\\da-fA-F:/]+)? -d (${CERTAIN_IPV6})(?:/128)?(?= |$)`, 'y'),
};
const SOURCE = {
  4: new RegExp(`${BEGIN} -s (${CERTAIN_IPV4})(?:/32)?(?= |$)`, 'y'),
  6: new RegExp(`${BEGIN} -s (${CERTAIN_IPV6})(?:/128)?(?= |$)`, 'y'),
};

/** Told from the text alone; undefined where the rule asks for no single address, or might not. */
function askedAddress({
  line: { text, contentStart },
  family,
}: Rule): { readonly of: 'source' | 'destination'; readonly address: Address } | undefined {
  const destination = found(DESTINATION[family], text, contentStart);
  if (destination) return { of: 'destination', address: destination };
  const source = found(SOURCE[family], text, contentStart);
  return source && { of: 'source', address: source };
}

function found(expression: RegExp, text: string, from: number): Address | undefined {
  expression.lastIndex = from;
  const address = expression.exec(text)?.[1];
  return address === undefined ? undefined : parseAddress(address);
}
