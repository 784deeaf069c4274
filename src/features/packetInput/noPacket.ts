import type { ExpressionProblem } from '../../core/net/packetExpression';

/** Lines of tools that show packets which show none themselves, with what to take instead. */
const LINES: readonly (readonly [RegExp, string])[] = [
  [
    /^trace id [\da-f]{1,16} .{0,150}?(?:rule |verdict |policy )/,
    'this line of nft monitor trace names a rule: use the one with "packet:" of the same id',
  ],
  [
    /^ ?TRACE: \d+ [\da-f]+ \S+/,
    'this line of xtables-monitor names a rule: use the one that begins with "PACKET:" and has the same id',
  ],
  [
    /\bIN=\S{0,15} .{0,300}?(?:MAC=|PROTO=|DST=)/,
    'this line of the kernel’s log is not whole: SRC= or DST= is missing',
  ],
  [/^(?:\d\d:){2}\d\d\.\d{3,9} (?:ARP|STP|LLDP)/, 'this line shows no IP packet'],
];

/** Why a line that looks as if it showed a packet shows none; undefined for other text. */
export function noPacketIn(text: string): ExpressionProblem | undefined {
  const line = text.slice(0, 1000).trimEnd();
  const found = LINES.find(([pattern]) => pattern.test(line));
  return found && { start: 0, end: 0, message: found[1] };
}
