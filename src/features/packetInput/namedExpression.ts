import { formatPacketExpression, parsePacketExpression, type ExpressionProblem } from '../../core/net/packetExpression';
import { PROTOCOL } from '../../core/net/packet';
import type { NamedPort } from '../../core/net/namedAddress';
import type { PacketRequest } from '../../core/net/packetRequest';
import { portOfService } from '../../core/net/services';
import { problemAt, wholeNumber, type Piece } from './firstPacket';
import type { InputContext } from './inputContext';
import { isUnknown } from './names';

/** An expression whose names were replaced by addresses. */
interface NamedExpression {
  readonly request: PacketRequest;
  readonly expression: string;
  readonly notes: readonly string[];
}

/**
 * Reads a packet expression with names in the place of addresses, `in tcp > shop/web:http`. `problems`: those of the
 * expression as it is written, whose words may be names.
 */
export function namedExpression(
  text: string,
  problems: readonly ExpressionProblem[],
  context: InputContext,
): NamedExpression | readonly ExpressionProblem[] {
  const places = problems.filter(({ start, end }) => NAME.test(text.slice(start, end)));
  if (places.length === 0) return problems;
  const { family, request } = familyTold(text, places);
  const notes: string[] = [];
  const wrong: ExpressionProblem[] = [];
  let expression = '';
  /** A port of the file names the protocol, too. */
  let named = false;
  let at = 0;
  for (const place of places) {
    const { start, end } = place;
    const word = { text: text.slice(start, end), start, end };
    const value = /(?:^|\s)(?:src|dst)\s+$/i.test(text.slice(0, start));
    const address = addressOf(word, { family, proto: request?.proto, value }, context, notes);
    if (typeof address === 'string') {
      named ||= address.startsWith(UDP);
      expression += `${text.slice(at, start)}${address}`;
      at = end;
    } else if (address) wrong.push(address);
    else wrong.push(place);
  }
  const others = problems.filter((each) => !places.includes(each));
  if (wrong.length > 0 || others.length > 0) return [...others, ...wrong].sort((a, b) => a.start - b.start);
  expression += text.slice(at);
  const parsed = parsePacketExpression(expression);
  if (parsed.problems !== undefined)
    return parsed.problems.map(({ message }) => ({ start: places[0]?.start ?? 0, end: places[0]?.end ?? 0, message }));
  return { request: parsed.request, expression: named ? formatPacketExpression(parsed.request) : expression, notes };
}

/** A word that may be a name, with a port or without. */
const NAME = /^[\w](?:[\w./-]{0,252}\w)?\.?(?::[\w-]{1,30})?$/;

const UDP = 'udp ';

/** What the rest of the expression says: its family by the other address, and its protocol. */
function familyTold(
  text: string,
  places: readonly ExpressionProblem[],
): { readonly family: 4 | 6 | undefined; readonly request: PacketRequest | undefined } {
  let rest = '';
  let at = 0;
  for (const { start, end } of places) {
    rest += `${text.slice(at, start)} `;
    at = end;
  }
  const { request } = parsePacketExpression(rest + text.slice(at));
  const address = request?.src ?? request?.dst;
  const family =
    address === undefined ? (request?.proto === PROTOCOL.ICMPV6 ? 6 : undefined) : address.includes(':') ? 6 : 4;
  return { family, request };
}

/** The word with its address in place of the name; undefined where it does not look like a name. */
function addressOf(
  word: Piece,
  {
    family,
    proto,
    value,
  }: { readonly family: 4 | 6 | undefined; readonly proto: number | undefined; readonly value: boolean },
  { names, family: ofRules }: InputContext,
  notes: string[],
): string | ExpressionProblem | undefined {
  const [, name = '', portText] = /^([^:]*)(?::(.*))?$/.exec(word.text) ?? [];
  const found = names().resolve(name);
  if (isUnknown(found))
    return looksLikeName(word.text) || names().nearest(name) !== undefined
      ? { start: word.start, end: word.start + name.length, ...found }
      : undefined;
  const of = (wanted: 4 | 6): string | undefined =>
    found.addresses.find((each) => each.includes(':') === (wanted === 6));
  const address = family === undefined ? (of(ofRules) ?? found.addresses[0]) : of(family);
  if (address === undefined) return problemAt(word, `"${name}" has no IPv${family ?? 4} address here`);
  const ports = found.ports.filter(({ protocol }) => proto === undefined || protocol === proto);
  const port = value ? undefined : portText === undefined ? onlyPort(ports) : portOf(portText, ports);
  if (portText !== undefined && port === undefined)
    return problemAt(word, `"${portText}" is not a port from 0 to 65535, or the name of one`);
  if (found.known !== undefined)
    notes.push(
      `${name} is ${address} (${found.known})${portText === undefined && port ? `, its only port ${port.port}` : ''}.`,
    );
  const protocol = proto === undefined && port?.protocol === PROTOCOL.UDP ? UDP : '';
  const colon = port === undefined ? '' : `:${port.port}`;
  return `${protocol}${address.includes(':') && colon !== '' ? `[${address}]` : address}${colon}`;
}

/** What is not a word of expressions, by its dots, slashes or port. */
function looksLikeName(text: string): boolean {
  return /[./:]/.test(text) && /[a-z]/i.test(text);
}

function onlyPort(ports: readonly NamedPort[]): NamedPort | undefined {
  return new Set(ports.map(({ port }) => port)).size === 1 ? ports[0] : undefined;
}

function portOf(text: string, ports: readonly NamedPort[]): Pick<NamedPort, 'port' | 'protocol'> | undefined {
  const named = ports.find(({ name }) => name === text);
  if (named) return named;
  const port = wholeNumber(text, 0, 65535) ?? portOfService(text, undefined);
  return port === undefined
    ? undefined
    : (ports.find((each) => each.port === port) ?? { port, protocol: PROTOCOL.TCP });
}
