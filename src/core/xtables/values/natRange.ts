import { CERTAIN_IPV4, CERTAIN_IPV6, formatAddress, parseAddress, sameAddress, type Address } from '../../net/address';
import { PROTOCOL } from '../../net/packet';
import { portOfService } from '../../net/services';
import type { NatRange } from '../extension';
import { invalid, type InvalidValue, type ValueContext, type ValueType } from '../option';
import { CERTAIN_PORT } from './port';
import { standInAddress } from './standIn';
import { leadingNumber } from './strtoul';

/** What NAT maps to, as written: `10.0.0.1-10.0.0.9:80-90/80`. */
export interface NatPlace {
  readonly addresses: readonly [Address, Address] | undefined;
  readonly ports: PortSpan | undefined;
  /** The words, where the address stands for one that they do not show. */
  readonly written?: string;
}

/** Ports as NAT targets take them; `base` is the port that is mapped to the first one. */
export interface PortSpan {
  readonly first: number;
  readonly last: number;
  readonly base: number | undefined;
}

/**
 * `[address[-address]][:port[-port[/port]]]`, IPv6 addresses in brackets where ports follow (extensions/libxt_NAT.c
 * parse_to).
 */
export const natPlace: ValueType<NatPlace> = {
  metavariable: '[address[-address]][:port[-port]]',
  certain: [CERTAIN_IPV4, `${CERTAIN_IPV4}:${CERTAIN_PORT}`, `\\[${CERTAIN_IPV6}\\]:${CERTAIN_PORT}`],
  parse(text, context): NatPlace | InvalidValue {
    const parts = split(text, context.family);
    if ('kind' in parts) return parts;
    const ports = parts.ports === undefined ? undefined : readPorts(parts.ports, context);
    if (ports !== undefined && 'kind' in ports) return ports;
    if (parts.addresses === undefined) return { addresses: undefined, ports };
    const dash = parts.addresses.indexOf('-');
    const first = readAddress(dash < 0 ? parts.addresses : parts.addresses.slice(0, dash), context.family);
    if ('kind' in first) return first;
    const last = dash < 0 ? first : readAddress(parts.addresses.slice(dash + 1), context.family);
    if ('kind' in last) return last;
    return { addresses: [first, last], ports };
  },
  standIn(text, context) {
    const withPorts = context.family === 4 ? /^(.*[^:]):(\d[\d/-]*)$/ : /^\[(.*)\]:(\d[\d/-]*)$/;
    const [, written = text, ports] = withPorts.exec(text) ?? [];
    const span = ports === undefined ? undefined : readPorts(ports, context);
    if (span !== undefined && 'kind' in span) return undefined;
    const address = standInAddress(written, context.family);
    return {
      value: { addresses: [address, address], ports: span, written: text },
      what: written,
      is: formatAddress(address),
    };
  },
};

/** `port[-port]`. iptables also reads `/port` after it, to refuse it or to store it as 0. */
export const natPorts: ValueType<PortSpan> = { metavariable: 'port[-port]', names: 'port', parse: readPorts };

/** As iptables-save prints it; the empty text where nothing is given. */
export function printNatPlace({ addresses, ports, written }: NatPlace): string {
  if (written !== undefined) return written;
  let text = '';
  if (addresses) {
    const [first, last] = addresses;
    text = formatAddress(first) + (sameAddress(first, last) ? '' : `-${formatAddress(last)}`);
    if (first.family === 6 && ports) text = `[${text}]`;
  }
  return ports ? `${text}:${printNatPorts(ports)}` : text;
}

export function printNatPorts({ first, last, base }: PortSpan): string {
  return `${first === last ? first : `${first}-${last}`}${base === undefined ? '' : `/${base}`}`;
}

/** The range for the walk. */
export function natRange(place: NatPlace, flags: { readonly random: boolean; readonly persistent: boolean }): NatRange {
  return {
    addresses: place.addresses,
    ports: place.ports && [place.ports.first, place.ports.last],
    ...(place.ports?.base === undefined ? {} : { basePort: place.ports.base }),
    random: flags.random,
    persistent: flags.persistent,
  };
}

/** "10.0.0.1, port 80" and the like, for sentences. */
export function describeNatPlace({ addresses, ports, written }: NatPlace): string {
  if (written !== undefined) return written;
  const words: string[] = [];
  if (addresses)
    words.push(
      sameAddress(addresses[0], addresses[1])
        ? formatAddress(addresses[0])
        : `one of ${formatAddress(addresses[0])} to ${formatAddress(addresses[1])}`,
    );
  if (ports) words.push(describePorts([ports.first, ports.last]));
  return words.join(', ');
}

export function describePorts([first, last]: readonly [number, number]): string {
  return first === last ? `port ${first}` : `a port from ${first} to ${last}`;
}

interface Parts {
  readonly addresses: string | undefined;
  readonly ports: string | undefined;
}

/** Finds the ports: after `]`, else after the only colon. What comes before `[`, or between `]` and `:`, is ignored. */
function split(text: string, family: 4 | 6): Parts | InvalidValue {
  const open = text.indexOf('[');
  if (open < 0) {
    const colon = text.indexOf(':');
    if (colon < 0 || text.includes(':', colon + 1)) return { addresses: text, ports: undefined };
    return { addresses: namesNoAddress(colon) ? undefined : text.slice(0, colon), ports: text.slice(colon + 1) };
  }
  const close = text.indexOf(']', open);
  if (close < 0 || family === 4)
    return invalid(family === 4 ? `"${text}": brackets are for IPv6 addresses` : `"${text}" has a "[" without "]"`);
  const colon = text.indexOf(':', close + 1);
  return {
    addresses: namesNoAddress(colon) ? undefined : text.slice(open + 1, close),
    ports: colon < 0 ? undefined : text.slice(colon + 1),
  };
}

/** `:80` and `[]:80`: iptables recognises them by the place of the colon, whatever comes before it. */
function namesNoAddress(colon: number): boolean {
  return colon === 0 || colon === 2;
}

function readAddress(text: string, family: 4 | 6): Address | InvalidValue {
  const address = parseAddress(text);
  return address?.family === family ? address : invalid(`"${text}" is not an IPv${family} address`);
}

/**
 * The protocols after which iptables allows ports here, by number; ICMP's stands for its echo identifiers, in IPv6 as
 * well.
 */
const WITH_PORTS: readonly number[] = [PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.SCTP, PROTOCOL.DCCP, PROTOCOL.ICMP];

function readPorts(text: string, context: ValueContext): PortSpan | InvalidValue {
  // iptables compares the number only, so `! -p tcp` passes as well.
  if (!WITH_PORTS.includes(context.protocol ?? context.excludedProtocol ?? 0))
    return invalid('ports need -p tcp, udp, sctp, dccp or icmp before them in the rule');
  const first = leadingNumber(text);
  if (first === undefined || first.value > 65535n) {
    const port = portOfService(text, undefined);
    return port === undefined
      ? invalid(`"${text}" is neither a port from 0 to 65535 nor a known service`)
      : { first: port, last: port, base: undefined };
  }
  const from = Number(first.value);
  if (first.rest === '') return { first: from, last: from, base: undefined };
  if (!first.rest.startsWith('-'))
    return invalid(
      first.rest.startsWith(':')
        ? `a range of ports is written with "-" here: ${text.replace(':', '-')}`
        : `"${first.rest}" is not expected after a port`,
    );
  const last = leadingNumber(first.rest.slice(1));
  if (last === undefined || last.value > 65535n)
    return invalid(`"${first.rest.slice(1)}" is not a port from 0 to 65535`);
  const to = Number(last.value);
  if (to < from) return invalid(`the range ${text} is descending`);
  if (last.rest === '') return { first: from, last: to, base: undefined };
  if (!last.rest.startsWith('/')) return invalid(`"${last.rest}" is not expected after a range of ports`);
  const baseText = last.rest.slice(1);
  const number = leadingNumber(baseText);
  // What follows the number is ignored.
  const base =
    number !== undefined && number.value >= 1n && number.value <= 65535n
      ? Number(number.value)
      : portOfService(baseText, undefined);
  return base === undefined
    ? invalid(`"${baseText}" is neither a port from 1 to 65535 nor a known service`)
    : { first: from, last: to, base };
}
