import { isLoopback, parseAddress } from '../../core/net/address';
import { formatPacketExpression, parsePacketExpression, type ExpressionProblem } from '../../core/net/packetExpression';
import { endpoint } from '../../core/net/endpoint';
import type { PacketRequest } from '../../core/net/packetRequest';
import { problemAt, withoutZone, type FirstPacket, type Piece } from './firstPacket';
import type { InputContext } from './inputContext';
import { isUnknown } from './names';

/** What was understood of a command or a URL. */
export interface SentPacket {
  readonly request: PacketRequest;
  readonly expression: string;
  readonly notes: readonly string[];
}

/**
 * The packet of a command in the packet language. Who sends it nothing states: a program of this host, unless the
 * packet is for an address of this host, or its source is another host's. The first note says which was taken.
 */
export function sentPacket(first: FirstPacket, context: InputContext): SentPacket | ExpressionProblem {
  const names: string[] = [];
  const source = first.source?.address && addressOf(first.source.address, first.family, context, names);
  if (typeof source === 'object') return source;
  const family = first.family ?? (source === undefined ? undefined : familyOfText(source));
  const to = addressOf(first.to, family, context, names);
  if (typeof to === 'object') return to;
  const { direction, why } = senderOf(to, source, first, context);
  const iface = first.source?.iface ?? zoneOf(first.to.text);
  const six = to.includes(':');
  const words = [
    direction,
    ...(iface !== undefined && direction === 'out' ? [iface] : []),
    ...(first.protocol === 'icmp' ? [six ? 'icmpv6' : 'icmp', 'echo-request'] : [first.protocol]),
    endpoint(source, first.source?.port),
    '>',
    endpoint(to, first.port),
    ...(first.protocol === 'tcp' ? ['syn'] : []),
    ...(first.words ?? []),
  ];
  const parsed = parsePacketExpression(words.filter((word) => word !== '').join(' '));
  if (parsed.problems !== undefined) return problemAt(first.to, parsed.problems[0]?.message ?? 'it cannot be traced');
  return {
    request: parsed.request,
    expression: formatPacketExpression(parsed.request),
    notes: [`Read from ${first.from}: ${why}`, ...names, ...(first.notes ?? []), ...portNotes(first, context)],
  };
}

/** The address that a word means; where a name has several, one of the family asked for, else of the rules'. */
function addressOf(
  piece: Piece,
  family: 4 | 6 | undefined,
  { names, family: ofRules }: InputContext,
  notes: string[],
): string | ExpressionProblem {
  const text = withoutZone(piece.text);
  if (/[$`<>]/.test(text)) return problemAt(piece, `what "${piece.text}" stands for is not known: write the address`);
  const found = names().resolve(text);
  if (isUnknown(found)) return { start: piece.start, end: piece.end, ...found };
  const of = (wanted: 4 | 6): string | undefined => found.addresses.find((each) => familyOfText(each) === wanted);
  const address = family === undefined ? (of(ofRules) ?? found.addresses[0]) : of(family);
  if (address === undefined) return problemAt(piece, `"${piece.text}" has no IPv${family ?? 4} address here`);
  if (found.known !== undefined) notes.push(`${text} is ${address} (${found.known}).`);
  return address;
}

function familyOfText(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

/** `fe80::1%eth0` is reached by that interface. */
function zoneOf(text: string): string | undefined {
  return /%([\w.@-]{1,15})$/.exec(text)?.[1];
}

function senderOf(
  to: string,
  source: string | undefined,
  { source: stated, to: written }: FirstPacket,
  { isOwn, names }: InputContext,
): { readonly direction: 'in' | 'out'; readonly why: string } {
  if (source !== undefined && isOwn(source) === false)
    return { direction: 'in', why: `the source ${source} is not an address of this host, so another host sends it.` };
  const here = 'a program of this host sends it';
  if (source !== undefined || stated?.iface !== undefined) return { direction: 'out', why: `${here}.` };
  const parsed = parseAddress(to);
  if (parsed && isLoopback(parsed)) return { direction: 'out', why: `${here}, to itself.` };
  const found = names().resolve(withoutZone(written.text));
  const own = !isUnknown(found) && found.service ? false : isOwn(to);
  if (own === true)
    return {
      direction: 'in',
      why:
        `${to} is an address of this host, so another host is assumed to send it. Write "out" in place of "in" if ` +
        'this host does.',
    };
  return {
    direction: 'out',
    why:
      `${here}. Write "in" in place of "out" if another host ` +
      `does${own === undefined ? `, or if ${to} is this host’s own address` : ''}.`,
  };
}

/** A Service takes packets at its own ports only. */
function portNotes({ to, port, protocol }: FirstPacket, { names }: InputContext): readonly string[] {
  const found = names().resolve(withoutZone(to.text));
  if (isUnknown(found) || port === undefined || found.ports.length === 0) return [];
  const wanted = { tcp: 6, udp: 17, sctp: 132, icmp: 1 }[protocol];
  return found.ports.some((each) => each.port === port && each.protocol === wanted)
    ? []
    : [
        `The file knows ${to.text} at port ` +
          `${[...new Set(found.ports.map((each) => each.port))].slice(0, 5).join(', ')} only.`,
      ];
}
