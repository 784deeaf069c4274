import { own } from '../../core/text/own';

/** What a debugger evaluates for the word under the mouse, with its columns, 0-based, the end excluded. */
export interface HoverExpression {
  readonly expression: string;
  readonly start: number;
  readonly end: number;
}

/** What the packet has for each option that asks one field. */
const OPTIONS: Readonly<Record<string, string>> = {
  '-s': 'packet.src',
  '--source': 'packet.src',
  '--src': 'packet.src',
  '-d': 'packet.dst',
  '--destination': 'packet.dst',
  '--dst': 'packet.dst',
  '-p': 'packet.proto',
  '--protocol': 'packet.proto',
  '-i': 'packet.iif',
  '--in-interface': 'packet.iif',
  '-o': 'packet.oif',
  '--out-interface': 'packet.oif',
  '--sport': 'packet.sport',
  '--source-port': 'packet.sport',
  '--sports': 'packet.sport',
  '--source-ports': 'packet.sport',
  '--dport': 'packet.dport',
  '--destination-port': 'packet.dport',
  '--dports': 'packet.dport',
  '--destination-ports': 'packet.dport',
  '--tcp-flags': 'packet.flags',
  '--syn': 'packet.flags',
  '--icmp-type': 'packet.icmpType',
  '--icmpv6-type': 'packet.icmpType',
  '--mark': 'packet.mark',
  '--set-mark': 'packet.mark',
  '--set-xmark': 'packet.mark',
  '--ctstate': 'connection.state',
  '--state': 'connection.state',
  '--ctorigsrc': 'connection.original.src',
  '--ctorigdst': 'connection.original.dst',
  '--ctorigdstport': 'connection.original.dport',
  '--ctreplsrc': 'connection.reply.src',
  '--ctrepldst': 'connection.reply.dst',
  '--ctdir': 'connection.direction',
  '--uid-owner': 'packet.uid',
  '--gid-owner': 'packet.gid',
  '--length': 'packet.length',
  '--ttl-eq': 'packet.ttl',
  '--ttl-lt': 'packet.ttl',
  '--ttl-gt': 'packet.ttl',
  '--hl-eq': 'packet.ttl',
  '--tos': 'packet.tos',
  '--set-tos': 'packet.tos',
  '--dscp': 'packet.dscp',
  '--set-dscp': 'packet.dscp',
  '--mac-source': 'packet.srcMac',
  '--pkt-type': 'packet.pkttype',
  '--src-range': 'packet.src',
  '--dst-range': 'packet.dst',
};

/** Options that ask the connection where they belong to one of these. */
const OF_CONNECTION: ReadonlySet<string> = new Set(['connmark', 'CONNMARK']);

/** What the word at a column of a line stands for: an option for what the packet has there, else the word itself. */
export function hoverExpression(line: string, column: number): HoverExpression | undefined {
  // Of a line that no rule is, the part around the column.
  const from = Math.max(0, column - LONGEST);
  const text = line.slice(from, column + LONGEST);
  let extension = '';
  let before = '';
  for (const match of text.matchAll(/[^\s"'`,;(){}]+/g)) {
    const [word] = match;
    const start = from + match.index;
    const end = start + word.length;
    if (column >= start && column <= end) {
      const field = own(OPTIONS, word);
      if (field === 'packet.mark' && OF_CONNECTION.has(extension)) return { expression: 'connection.mark', start, end };
      if (field === undefined && !/^[A-Za-z_][\w.+:@-]*$/.test(word)) return undefined;
      return { expression: field ?? word, start, end };
    }
    if (before === '-m' || before === '-j') extension = word;
    before = word;
  }
  return undefined;
}

const LONGEST = 500;
