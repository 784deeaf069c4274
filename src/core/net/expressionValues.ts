import { parseAddress, type Address } from './address';
import { ALIASES, DIRECTIONS, FLAG_ORDER, ICMP_NAMES, KEYWORDS, PROTOCOL_WORDS, STATES } from './expressionWords';
import { icmpTypeOf, type IcmpType } from './icmpTypes';
import { portOfService } from './services';
import { editDistance } from '../text/editDistance';
import { own } from '../text/own';

export interface Endpoint {
  readonly address: Address | undefined;
  readonly port: number | undefined;
}

/** Why a word is not understood, and the word that is probably meant; missing where none is near. */
interface WrongWord {
  readonly message: string;
  readonly meant?: string;
}

export function isFlagList(lower: string): boolean {
  return lower.split(/[,|+]/).every((name) => FLAG_ORDER.includes(name));
}

/** A word that can only be the name of an interface, because it is nothing else that an expression knows. */
export function isInterfaceWord(text: string): boolean {
  const lower = text.toLowerCase();
  const known =
    DIRECTIONS.has(lower) ||
    STATES.has(lower) ||
    PROTOCOL_WORDS.has(lower) ||
    ICMP_NAMES.has(lower) ||
    isFlagList(lower) ||
    Object.hasOwn(KEYWORDS, own(ALIASES, lower) ?? lower);
  return (
    !known &&
    lower !== 'df' &&
    lower !== 'mf' &&
    lower !== 'own' &&
    /^[^\s/:[\]>→*]{1,15}$/.test(text) &&
    parseAddress(text) === undefined
  );
}

export function keywordValue(field: string, text: string): unknown {
  if (field === 'dscp') return own(DSCP, text.toLowerCase()) ?? text;
  if (field === 'groups') return text.split(',').map((part) => (/^[0-9]+$/.test(part) ? Number(part) : part));
  if (field === 'sport' || field === 'dport') return readPort(text);
  if (field === 'src' || field === 'dst') return text.replace(/^\[(.*)\]$/, '$1');
  return text;
}

/** The classes of RFC 2474, 2597 and 3246. */
const DSCP: Readonly<Record<string, number>> = Object.fromEntries([
  ['ef', 46],
  ['be', 0],
  ...Array.from({ length: 8 }, (_, i) => [`cs${i}`, i * 8]),
  ...[1, 2, 3, 4].flatMap((x) => [1, 2, 3].map((y) => [`af${x}${y}`, x * 8 + y * 2])),
]) as Readonly<Record<string, number>>;

export function readIcmpType(text: string, family: 4 | 6): Omit<IcmpType, 'name'> | undefined {
  const numbers = /^([0-9]{1,3})(?:\/([0-9]{1,3}))?$/.exec(text);
  if (!numbers) return icmpTypeOf(text, family);
  const [type, code] = [Number(numbers[1]), numbers[2] === undefined ? undefined : Number(numbers[2])];
  return type <= 255 && (code ?? 0) <= 255 ? { type, code } : undefined;
}

function readPort(text: string): number | undefined {
  if (/^[0-9]{1,5}$/.test(text)) return Number(text) <= 65535 ? Number(text) : undefined;
  return portOfService(text, undefined);
}

/** `address`, `address:port`, `[v6]:port`, `[v6]`, `:port`, `*:port`, or what is wrong with it. */
export function readEndpoint(text: string): Endpoint | WrongWord {
  const whole = parseAddress(text);
  if (whole) return { address: whole, port: undefined };
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  const colon = text.lastIndexOf(':');
  const addressText = bracketed ? (bracketed[1] as string) : colon < 0 ? text : text.slice(0, colon);
  const portText = bracketed ? bracketed[2] : colon < 0 ? undefined : text.slice(colon + 1);
  const open = addressText === '' || addressText === '*' || addressText === 'any';
  const address = open ? undefined : parseAddress(addressText);
  if (!open && address === undefined) {
    const meantAsAddress = /^[0-9.:[\]a-f]+$/i.test(text) && /[.:]/.test(text);
    return meantAsAddress
      ? { message: `"${text}" is not an address with an optional port, such as 10.0.0.1:80 or [2001:db8::1]:80` }
      : unknownWord(text);
  }
  const port = portText === undefined ? undefined : readPort(portText);
  if (portText !== undefined && port === undefined)
    return { message: `"${portText}" is not a port from 0 to 65535 or the name of a service` };
  return { address, port };
}

function unknownWord(text: string): WrongWord {
  const words = [
    ...DIRECTIONS,
    'own',
    ...PROTOCOL_WORDS,
    ...STATES,
    ...FLAG_ORDER,
    ...Object.keys(KEYWORDS),
    ...ICMP_NAMES,
  ];
  const near = words.find((word) => isNear(text.toLowerCase(), word));
  if (near) return { message: `"${text}" is not understood; did you mean "${near}"?`, meant: near };
  return { message: `"${text}" is not understood: a packet is such as "in eth0 tcp 10.0.0.9:41522 > 10.0.0.1:80 syn"` };
}

/** One letter more, less, other, or two swapped. */
function isNear(a: string, b: string): boolean {
  return a.length >= 3 && editDistance(a, b, 1) <= 1;
}
