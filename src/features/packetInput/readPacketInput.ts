import { formatPacketExpression, parsePacketExpression, type ExpressionProblem } from '../../core/net/packetExpression';
import type { PacketRequest } from '../../core/net/packetRequest';
import { isPing, readCommand } from './command';
import { isInputProblem, type FirstPacket } from './firstPacket';
import type { InputContext } from './inputContext';
import { namedExpression } from './namedExpression';
import { noPacketIn } from './noPacket';
import { sentPacket } from './sentPacket';
import { isUrl, urlPacket } from './url';

export type PacketInput =
  | {
      readonly request: PacketRequest;
      /** The packet in the packet language; an ordinary expression as it was typed. */
      readonly expression: string;
      /** What it was read from, what was assumed and what was ignored; empty for an ordinary expression. */
      readonly notes: readonly string[];
      readonly problems?: undefined;
    }
  | { readonly problems: readonly ExpressionProblem[]; readonly request?: undefined };

/** In characters; nobody types longer commands, and what is copied from a browser's tools fits. */
const LONGEST = 10_000;

/**
 * Reads what a person has at hand of a packet: an expression, also with names that the file knows; a URL; a command
 * line of curl, wget, nc, ping, telnet, dig, nslookup or host; a line of a log or a capture that shows one. Never
 * throws.
 */
export function readPacketInput(text: string, context: InputContext): PacketInput {
  const ping = isPing(text) ? readCommand(text.slice(0, LONGEST), context.resolvers) : undefined;
  if (ping && !isInputProblem(ping)) return sent(ping, context);
  const parsed = parsePacketExpression(text);
  if (parsed.request) return parsed.writer === undefined ? ordinary(text, parsed.request) : ofLine(text, parsed);
  if (text.length > LONGEST)
    return {
      problems: [{ start: 0, end: 0, message: `this is longer than ${LONGEST} characters: no packet is as long` }],
    };
  const found = urlIn(text) ?? ping ?? readCommand(text, context.resolvers);
  if (found) return isInputProblem(found) ? { problems: [found] } : sent(found, context);
  const none = noPacketIn(text);
  if (none) return { problems: [none] };
  const named = namedExpression(text, parsed.problems, context);
  return 'request' in named ? named : { problems: named };
}

function ordinary(expression: string, request: PacketRequest): PacketInput {
  return { request, expression, notes: [] };
}

/** A line is kept as it is where the packet language has no words for all that it shows. */
function ofLine(
  text: string,
  { request, writer = '', note }: { readonly request: PacketRequest; readonly writer?: string; readonly note?: string },
): PacketInput {
  const expression = formatPacketExpression(request);
  const again = parsePacketExpression(expression).request;
  return {
    request,
    expression: again && sameRequest(again, request) ? expression : text,
    notes: [`Read from a line of ${writer}${MEANS[writer] ?? '.'}`, ...(note === undefined ? [] : [note])],
  };
}

/** Of what shows no packet itself. */
const MEANS: Readonly<Record<string, string>> = {
  conntrack: ': the next packet of this connection, in the direction in which it began.',
};

function sameRequest(a: PacketRequest, b: PacketRequest): boolean {
  const text = (request: PacketRequest): string =>
    JSON.stringify(Object.entries(request).sort(([one], [other]) => (one < other ? -1 : 1)));
  return text(a) === text(b);
}

function sent(first: FirstPacket, context: InputContext): PacketInput {
  const packet = sentPacket(first, context);
  return isInputProblem(packet) ? { problems: [packet] } : packet;
}

/** A URL that stands alone, perhaps in quotes or brackets; an address with a port and a path is one of HTTP. */
function urlIn(text: string): FirstPacket | ExpressionProblem | undefined {
  const start = /^[\s<"'`]*/.exec(text)?.[0].length ?? 0;
  const word = text.slice(start).replace(/[\s>"'`]+$/, '');
  if (/\s/.test(word) || !(isUrl(word) || /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\]):\d{1,5}\/\S*$/i.test(word)))
    return undefined;
  return urlPacket({ text: word, start, end: start + word.length });
}
