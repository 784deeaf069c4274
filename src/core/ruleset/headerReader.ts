import type { Word } from '../syntax/tree';
import { parseBlock, type AddressBlock } from '../net/address';
import { protocolNumber } from '../net/protocols';
import type { Report } from './optionReader';
import type { Names, Negatable, RuleHeader } from './header';
import type { RuleContext } from './parseRule';

type AddressList = Negatable<readonly (AddressBlock | string)[]>;
type AddressOption = 'source' | 'destination';
type InterfaceOption = 'in-interface' | 'out-interface';

/** The longest interface name, `IFNAMSIZ` less the final zero. */
const LONGEST_INTERFACE = 15;

/** Collects `-s -d -i -o -p -f`, the options of iptables itself. */
export class HeaderReader {
  protocol: Negatable<number> | undefined;
  private source: AddressList | undefined;
  private destination: AddressList | undefined;
  private inInterface: Negatable<string> | undefined;
  private outInterface: Negatable<string> | undefined;
  private fragment: Negatable<true> | undefined;
  private readonly seen = new Set<string>();

  constructor(
    private readonly context: RuleContext,
    private readonly report: Report,
  ) {}

  read(name: 'protocol' | AddressOption | InterfaceOption, option: Word, value: Word, negation: Word | undefined): void {
    if (this.seen.has(name)) {
      this.report(option, 'duplicate-option', `${option.text} was given before; it can be given once`);
      return;
    }
    this.seen.add(name);
    const inverted = negation !== undefined;
    if (name === 'protocol') this.readProtocol(value, inverted);
    else if (name === 'source' || name === 'destination') this.readAddresses(name, value, inverted);
    else this.readInterface(name, option, value, inverted);
  }

  readFragment(option: Word, negation: Word | undefined): void {
    if (this.context.family === 6) {
      this.report(option, 'unknown-option', '-f is for IPv4; in IPv6 use -m frag');
      return;
    }
    if (this.seen.has('fragments')) this.report(option, 'duplicate-option', '-f was given before');
    this.seen.add('fragments');
    this.fragment = { value: true, inverted: negation !== undefined };
  }

  /** One header for each pair of a source and a destination, in iptables' order. */
  finish(): readonly RuleHeader[] {
    const headers: RuleHeader[] = [];
    for (const source of each(this.source)) {
      for (const destination of each(this.destination)) {
        headers.push({
          source: block(source), destination: block(destination), inInterface: this.inInterface, outInterface: this.outInterface,
          protocol: this.protocol, fragment: this.fragment, names: nameOf(source, destination),
        });
      }
    }
    return headers;
  }

  private readProtocol(value: Word, inverted: boolean): void {
    const number = protocolNumber(value.text);
    if (number === undefined) {
      this.report(value, 'bad-value', `"${value.text}" is no protocol: give a number from 0 to 255 or a name such as tcp, udp, icmp`);
      return;
    }
    if (number === 0 && inverted) this.report(value, 'bad-value', '"! -p all" would never match');
    this.protocol = { value: number, inverted };
  }

  private readAddresses(name: AddressOption, value: Word, inverted: boolean): void {
    const list: (AddressBlock | string)[] = [];
    const parts = value.text.split(',');
    if (inverted && parts.length > 1) {
      this.report(value, 'bad-value', '"!" is not allowed with several addresses: use one rule for each, or a set');
    }
    for (const part of parts) {
      const read = readBlock(part, this.context.family);
      if (read === undefined) {
        this.report(value, 'bad-value', `"${part}" is no IPv${this.context.family} address, network or host name`);
        continue;
      }
      if (typeof read === 'string') {
        this.report(value, 'host-name', `"${part}" is a host name: iptables looks it up while loading; the trace cannot know the address`, 'warning');
      }
      list.push(read);
    }
    if (list.length > 0) this[name] = { value: list, inverted };
  }

  private readInterface(name: InterfaceOption, option: Word, value: Word, inverted: boolean): void {
    const text = value.text;
    if (text === '') this.report(value, 'bad-value', 'an empty interface name is likely not what is wanted; "+" stands for any interface');
    else if (text.length > LONGEST_INTERFACE) this.report(value, 'bad-value', `"${text}" is too long: interface names have at most ${LONGEST_INTERFACE} characters`);
    else if (/[/ ]/.test(text)) this.report(value, 'suspicious-interface', `no interface can be called "${text}": "/" and " " are not allowed`, 'warning');
    const wrong = name === 'in-interface' ? ['OUTPUT', 'POSTROUTING'] : ['INPUT', 'PREROUTING'];
    if (wrong.includes(this.context.chain)) {
      this.report(option, 'wrong-chain', `${option.text} cannot be used in ${this.context.chain}, where a packet has no ${name === 'in-interface' ? 'incoming' : 'outgoing'} interface`);
    }
    this[name === 'in-interface' ? 'inInterface' : 'outInterface'] = { value: text, inverted };
  }
}

function each(list: AddressList | undefined): readonly (Negatable<AddressBlock | string> | undefined)[] {
  return list === undefined ? [undefined] : list.value.map((value) => ({ value, inverted: list.inverted }));
}

function block(given: Negatable<AddressBlock | string> | undefined): Negatable<AddressBlock> | undefined {
  return given === undefined || typeof given.value === 'string' ? undefined : { value: given.value, inverted: given.inverted };
}

function nameOf(source: Negatable<AddressBlock | string> | undefined, destination: Negatable<AddressBlock | string> | undefined): Names | undefined {
  const pick = (given: typeof source): Negatable<string> | undefined =>
    given !== undefined && typeof given.value === 'string' ? { value: given.value, inverted: given.inverted } : undefined;
  const names = { source: pick(source), destination: pick(destination) };
  return names.source || names.destination ? names : undefined;
}

/** An address with or without mask; `10/8` and `10.1/16` stand for the network; else a host name (with a mask it is none). */
function readBlock(text: string, family: 4 | 6): AddressBlock | string | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const full = family === 4 && /^\d+(\.\d+){0,2}$/.test(address) && slash >= 0
    ? `${address}${'.0'.repeat(3 - (address.match(/\./g)?.length ?? 0))}${text.slice(slash)}`
    : text;
  const parsed = parseBlock(full, family);
  if (parsed) return parsed;
  if (text === 'localhost') return parseBlock(family === 4 ? '127.0.0.1' : '::1', family);
  return /^(?=.*[a-z])[a-z0-9_]([a-z0-9_.-]*[a-z0-9])?$/i.test(text) ? text : undefined;
}
