import { isPlaceholder } from '../text/placeholder';
import { utf8Length } from '../text/utf8';
import type { Word } from '../syntax/tree';
import { anyBlock, CERTAIN_IPV4, CERTAIN_IPV6, parseBlock, parseMask, type AddressBlock } from '../net/address';
import { protocolNumber } from '../net/protocols';
import { ofNft } from '../xtables/backend';
import type { RuleSurroundings } from './optionReader';
import { EMPTY_HEADER, type Names, type Negatable, type RuleHeader } from './header';
import type { RuleContext } from './parsedRule';
import { placeholderHelp } from './advice';

type AddressList = Negatable<readonly (AddressBlock | string)[]>;

/** The longest interface name, `IFNAMSIZ` less the final zero. */
export const LONGEST_INTERFACE = 15;
/** One bit for each option, to find repetitions. */
const SEEN = { p: 1, s: 2, d: 4, i: 8, o: 16, f: 32 } as const;

/** Collects `-s -d -i -o -p -f`, the options of iptables itself. */
export class HeaderReader {
  protocol: Negatable<number> | undefined;
  private source: AddressList | undefined;
  private destination: AddressList | undefined;
  private inInterface: Negatable<string> | undefined;
  private outInterface: Negatable<string> | undefined;
  /** Placeholders in the place of interfaces. */
  private openInterfaces: Pick<Names, 'inInterface' | 'outInterface'> | undefined;
  private fragment: Negatable<true> | undefined;
  private seen = 0;
  /** The `!` or the value of an address that is negated, for a complaint once all addresses are known. */
  private negatedAddress: Word | undefined;
  /** What was written after `-p`, in small letters. */
  protocolText = '';

  constructor(
    private readonly context: RuleContext,
    private readonly rule: RuleSurroundings,
  ) {}

  /** False where the value could not be understood. */
  read(name: 'p' | 's' | 'd' | 'i' | 'o', option: Word, value: Word, negation: Word | undefined): boolean {
    if (this.seen & SEEN[name]) {
      this.rule.report(option, 'duplicate-option', `${option.text} was given before; it can be given only once`);
      return true;
    }
    this.seen |= SEEN[name];
    const inverted = negation !== undefined;
    if (name === 'p') return this.readProtocol(value, inverted);
    if (name === 's' || name === 'd')
      return this.readAddresses(name === 's' ? 'source' : 'destination', value, inverted);
    if (isPlaceholder(value.text)) {
      // iptables accepts any name.
      this.rule.report(value, 'suspicious-interface', placeholderHelp(value.text), 'warning');
      this.openInterfaces = {
        ...this.openInterfaces,
        [name === 'i' ? 'inInterface' : 'outInterface']: { value: value.text, inverted },
      };
      return true;
    }
    this.readInterface(name, option, value, inverted);
    return true;
  }

  readFragment(option: Word, negation: Word | undefined): void {
    if (this.context.family === 6) {
      this.rule.report(option, 'unknown-option', '-f is for IPv4; in IPv6 use -m frag');
      return;
    }
    if (this.seen & SEEN.f) this.rule.report(option, 'duplicate-option', '-f was given before');
    this.seen |= SEEN.f;
    this.fragment = { value: true, inverted: negation !== undefined };
  }

  /** One header for each pair of a source and a destination, in iptables' order. */
  finish(): readonly RuleHeader[] {
    if (this.seen === 0) return NO_HEADER;
    const { source, destination } = this;
    const several = (source?.value.length ?? 1) !== 1 || (destination?.value.length ?? 1) !== 1;
    if (several && this.negatedAddress) {
      this.rule.report(
        this.negatedAddress,
        'bad-value',
        '"!" cannot be combined with several addresses: write one rule for each, or use a set',
      );
    }
    if (!several) return [this.header(source && only(source), destination && only(destination))];
    return each(source).flatMap((from) => each(destination).map((to) => this.header(from, to)));
  }

  private header(
    source: Negatable<AddressBlock | string> | undefined,
    destination: Negatable<AddressBlock | string> | undefined,
  ): RuleHeader {
    return {
      source: block(source),
      destination: block(destination),
      inInterface: this.inInterface,
      outInterface: this.outInterface,
      protocol: this.protocol,
      fragment: this.fragment,
      names: this.openInterfaces
        ? { ...(nameOf(source, destination) ?? NO_NAMES), ...this.openInterfaces }
        : nameOf(source, destination),
    };
  }

  private readProtocol(value: Word, inverted: boolean): boolean {
    const number = protocolNumber(/^\s*\+?\d/.test(value.text) ? value.text.replace(/^\s*\+?/, '') : value.text);
    this.protocolText = value.text.toLowerCase();
    if (number === undefined && this.rule.takesPlaceholders && isPlaceholder(value.text)) {
      this.rule.report(value, 'placeholder', placeholderHelp(value.text), 'warning');
      return false;
    }
    if (number === undefined) {
      this.rule.report(
        value,
        'bad-value',
        `"${value.text}" is not a protocol: give a number from 0 to 255 or a name such as tcp, udp, icmp`,
      );
      return false;
    }
    if (number === 0 && inverted) this.rule.report(value, 'bad-value', '"! -p all" would never match');
    else if (this.context.family === 6 && !inverted && EXTENSION_HEADERS.has(number)) {
      this.rule.report(
        value,
        'suspicious-protocol',
        `-p ${value.text} never matches in IPv6: it is an extension header, not the transport protocol; use -m ` +
          `${EXTENSION_HEADERS.get(number)}`,
        'warning',
      );
    }
    this.protocol = inverted ? { value: number, inverted } : plainProtocol(number);
    return true;
  }

  private readAddresses(name: 'source' | 'destination', value: Word, inverted: boolean): boolean {
    const list: (AddressBlock | string)[] = [];
    const parts = value.text.includes(',') ? value.text.split(',') : [value.text];
    if (inverted) this.negatedAddress = value;
    for (const part of parts) {
      const read = readBlock(part, this.context.family);
      if (typeof read !== 'object' && this.rule.takesPlaceholders && isPlaceholder(part)) {
        this.rule.report(value, 'placeholder', placeholderHelp(part), 'warning');
        continue;
      }
      if (read === undefined) {
        const other = this.context.family === 4 ? 6 : 4;
        const ofOther = typeof (readBlock(part, other) ?? '') === 'object';
        this.rule.report(
          value,
          'bad-value',
          ofOther
            ? `"${part}" is an IPv${other} address, and these are rules for IPv${this.context.family}`
            : `"${part}" is not an IPv${this.context.family} address, network or host name`,
        );
        continue;
      }
      if (typeof read === 'string') {
        this.rule.report(
          value,
          'host-name',
          `"${part}" is a host name: iptables looks it up while loading; the trace cannot know the address`,
          'warning',
        );
      }
      list.push(read);
    }
    if (inverted && this.context.backend === 'nft' && list.some(isEveryAddress))
      this.rule.addComplaint(value, ofNft('nothing is outside of /0'));
    this.rule.noteCertain(value, this.context.family === 4 ? CERTAIN_BLOCKS_4 : CERTAIN_BLOCKS_6);
    if (list.length > 0) this[name] = { value: list, inverted };
    return list.length === parts.length;
  }

  private readInterface(name: 'i' | 'o', option: Word, value: Word, inverted: boolean): void {
    const text = value.text;
    if (text === '')
      this.rule.report(
        value,
        'bad-value',
        'an empty interface name is probably a mistake; "+" stands for any interface',
      );
    else if (utf8Length(text) > LONGEST_INTERFACE)
      this.rule.report(
        value,
        'bad-value',
        `"${text}" is too long: interface names have at most ${LONGEST_INTERFACE} bytes`,
      );
    else if (/[/ ]/.test(text))
      this.rule.report(
        value,
        'suspicious-interface',
        `an interface cannot be called "${text}": "/" and " " are not allowed in its name`,
        'warning',
      );
    if (chainLacksInterface(name, this.context.chain)) {
      this.rule.report(
        option,
        'wrong-chain',
        `${option.text} cannot be used in ${this.context.chain}, where a packet has no ` +
          `${name === 'i' ? 'incoming' : 'outgoing'} interface`,
      );
    }
    this.rule.noteCertain(value, CERTAIN_INTERFACES);
    this[name === 'i' ? 'inInterface' : 'outInterface'] = { value: text, inverted };
  }
}

/** Whether iptables refuses `-i` or `-o` in a built-in chain, because packets have no such interface there. */
export function chainLacksInterface(name: 'i' | 'o', chain: string): boolean {
  return name === 'i' ? chain === 'OUTPUT' || chain === 'POSTROUTING' : chain === 'INPUT' || chain === 'PREROUTING';
}

/**
 * What ip6tables warns of, with the match that finds it: the kernel searches for the protocol after these headers. Not
 * 51 (ah), at which iptables-nft stops.
 */
const EXTENSION_HEADERS: ReadonlyMap<number, string> = new Map([
  [43, 'rt'],
  [44, 'frag'],
  [51, 'ah'],
  [60, 'dst'],
]);

function isEveryAddress(block: AddressBlock | string): boolean {
  return typeof block === 'object' && block.mask.words.every((word) => word === 0);
}

/** Not /0: a rule that does not test the address may end its chain. */
const CERTAIN_BLOCKS_4: readonly string[] = [`${CERTAIN_IPV4}(?:/(?:[1-9]|[12]\\d|3[0-2]))?`];
const CERTAIN_BLOCKS_6: readonly string[] = [`${CERTAIN_IPV6}(?:/(?:[1-9]\\d?|1[01]\\d|12[0-8]))?`];
const CERTAIN_INTERFACES: readonly string[] = ['[a-zA-Z][\\w.@-]{0,13}\\+?'];

const NO_HEADER: readonly RuleHeader[] = [EMPTY_HEADER];

function only({ value, inverted }: AddressList): Negatable<AddressBlock | string> {
  return { value: value[0] as AddressBlock | string, inverted };
}

const protocols: Negatable<number>[] = [];

/** The same object for the same protocol: a large dump names tcp 100,000 times. */
function plainProtocol(value: number): Negatable<number> {
  return (protocols[value] ??= { value, inverted: false });
}

function each(list: AddressList | undefined): readonly (Negatable<AddressBlock | string> | undefined)[] {
  return list === undefined ? [undefined] : list.value.map((value) => ({ value, inverted: list.inverted }));
}

function block(given: Negatable<AddressBlock | string> | undefined): Negatable<AddressBlock> | undefined {
  return given === undefined || typeof given.value === 'string' ? undefined : (given as Negatable<AddressBlock>);
}

const NO_NAMES: Names = { source: undefined, destination: undefined };

function nameOf(
  source: Negatable<AddressBlock | string> | undefined,
  destination: Negatable<AddressBlock | string> | undefined,
): Names | undefined {
  if (typeof source?.value !== 'string' && typeof destination?.value !== 'string') return undefined;
  const pick = (given: typeof source): Negatable<string> | undefined =>
    given !== undefined && typeof given.value === 'string'
      ? { value: given.value, inverted: given.inverted }
      : undefined;
  const names = { source: pick(source), destination: pick(destination) };
  return names;
}

/** An address with or without mask, else a host name. */
function readBlock(text: string, family: 4 | 6): AddressBlock | string | undefined {
  const parsed = parseBlock(text, family);
  if (parsed) return parsed;
  const slash = text.lastIndexOf('/');
  const mask = slash < 0 ? undefined : parseMask(text.slice(slash + 1), family);
  if (slash >= 0 && mask === undefined) return undefined;
  // The address before /0 is ignored.
  if (mask?.words.every((word) => word === 0)) return anyBlock(family);
  const host = slash < 0 ? text : text.slice(0, slash);
  const suffix = slash < 0 ? '' : text.slice(slash);
  if (host === 'localhost') return parseBlock(`${family === 4 ? '127.0.0.1' : '::1'}${suffix}`, family);
  // The resolver gives the IPv4 address that is mapped into an IPv6 one.
  if (family === 4 && /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(host)) return parseBlock(`${host.slice(7)}${suffix}`, family);
  if (!/^(?=.*[a-z])[a-z0-9_]([a-z0-9_.-]*[a-z0-9])?$/i.test(host) || parseBlock(host, 4)) return undefined;
  return text;
}
