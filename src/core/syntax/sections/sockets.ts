import { isOmission } from '../missingRules';
import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { ListeningSocket } from '../facts';
import type { Line } from '../tree';
import { portNumber } from './portNumber';
import { readVirtualServers } from './virtualServers';

/**
 * Reads the listening sockets that `ss -l` or `netstat -l` printed, with or without the heading, in the layouts of old
 * and new versions, also where a narrow terminal wrapped the lines. Sockets that do not listen are omitted.
 */
export function readSockets(reader: SectionReader, from: number): number {
  const virtual = readVirtualServers(reader, from);
  if (virtual !== undefined) return virtual;
  const { lines } = reader;
  const sockets: ListeningSocket[] = [];
  let row: SocketRow | undefined;
  // Rows that have no heading above them: grep took it away.
  let partial = reader.isFiltered(from) ?? lines[from]?.shape !== Shape.SocketHeader;
  let end = from;
  let i = from;
  const finish = (): void => {
    // Nothing is known of what listens at a port that cannot be read.
    if (row && !readRow(reader, row, sockets)) partial = true;
    row = undefined;
  };
  for (; i < lines.length; i++) {
    const line = lines[i];
    if (line === undefined) break;
    if (line.shape === Shape.SocketHeader) {
      finish();
    } else if (line.shape === Shape.SocketRow) {
      finish();
      row = { line, words: wordsOf(line) };
    } else if (line.shape === Shape.Text && row && row.words.length < MAX_WORDS && continues(row, line)) {
      row = { line: row.line, words: [...row.words, ...wordsOf(line)] };
    } else if (isOmission(line)) {
      finish();
      partial = true;
    } else if (line.shape !== Shape.Text || row || !HEADER_REST.test(line.text.slice(line.contentStart))) {
      break;
    }
    end = i + 1;
  }
  finish();
  const old = reader.reusable(from, end);
  if (old?.kind === 'sockets' && (old.partial ?? false) === partial) reader.take(old);
  else if (sockets.length > 0 || lines[from]?.shape === Shape.SocketHeader)
    reader.take({ kind: 'sockets', sockets, ...(partial && { partial }), lines: reader.slice(from, end) });
  return end;
}

/** No row of `ss` has more words, whatever its options. */
const MAX_WORDS = 200;

/** A row of the table, with the lines that a terminal wrapped it into. */
interface SocketRow {
  readonly line: Line;
  readonly words: readonly string[];
}

/** `Proto Recv-Q …` below `Active Internet connections`, or the rest of a heading that was wrapped. */
const HEADER_REST = /^(?:Proto[ \t]+Recv-Q|Local[ \t]|Peer[ \t]|Address:Port|Foreign[ \t]|Process\b|PID\/)/;

function continues(row: SocketRow, line: Line): boolean {
  const text = line.text.slice(line.contentStart);
  if (/^(?:users:\(|uid:|ino:|sk:|timer:|cgroup:|fwmark:|v6only:|<->|skmem:|cubic|bbr)/.test(text)) return true;
  return !row.words.some((word) => PEER.test(word)) && /^\S+(?:[ \t]+\S+){0,2}[ \t]*$/.test(text) && /[:*]/.test(text);
}

const PEER = /:\*$/;

function wordsOf(line: Line): string[] {
  return line.text
    .slice(line.contentStart)
    .trim()
    .split(/[ \t]+/);
}

type Protocol = ListeningSocket['protocol'];

/** Whether all that it says of a listening socket could be read. */
function readRow(reader: SectionReader, { line, words }: SocketRow, sockets: ListeningSocket[]): boolean {
  const first = words[0] ?? '';
  const state = /^[A-Z]/.test(first);
  // A socket with a peer takes packets of that peer only; the connection is known to connection tracking.
  if (!/^(?:LISTEN|UNCONN|\d+)$/.test(state ? first : (words[1] ?? ''))) return true;
  // `ss` names the protocol only where several were asked for; without it LISTEN and UNCONN show it.
  const named = state ? (first === 'LISTEN' ? 'tcp' : 'udp') : first;
  const netstat = !state && /^\d+$/.test(words[1] ?? '');
  const local = words[state || netstat ? 3 : 4];
  if (local === undefined) return true;
  const rest = words.slice((state || netstat ? 3 : 4) + 2);
  if (netstat && (named.startsWith('tcp') ? !rest.includes('LISTEN') : rest.includes('ESTABLISHED'))) return true;
  const base = BASE.get(named.replace(/6$/, ''));
  if (base === undefined) return true;
  const colon = local.lastIndexOf(':');
  if (colon < 0) return true;
  const [address, iface] = splitAddress(local.slice(0, colon));
  const six = named.endsWith('6') || address.includes(':');
  const protocol: Protocol = six && (base === 'tcp' || base === 'udp') ? `${base}6` : base;
  const written = local.slice(colon + 1);
  const port = portNumber(written, base);
  if (port === undefined) {
    const start = line.text.indexOf(local);
    reader.problems.push({
      line,
      start: Math.max(start, line.contentStart),
      end: start < 0 ? line.text.length : start + local.length,
      severity: 'info',
      code: 'unknown-port',
      message:
        `The port ${written} is neither a number nor a well-known service; the socket is ignored. Print numbers ` +
        'with -n.',
    });
    return false;
  }
  sockets.push({ protocol, address, iface, port, ...ownerOf(rest, netstat), line });
  return true;
}

const BASE: ReadonlyMap<string, 'tcp' | 'udp' | 'sctp' | 'dccp' | 'raw'> = new Map([
  ['tcp', 'tcp'],
  ['mptcp', 'tcp'],
  ['udp', 'udp'],
  ['udpl', 'udp'],
  ['udplite', 'udp'],
  ['sctp', 'sctp'],
  ['dccp', 'dccp'],
  ['raw', 'raw'],
]);

/** `127.0.0.53%lo`, `[fe80::1]%eth0`, `[::]`, `::`, `*`. */
function splitAddress(text: string): [address: string, iface: string | undefined] {
  const percent = text.indexOf('%');
  const plain = percent < 0 ? text : text.slice(0, percent);
  const iface = percent < 0 ? undefined : text.slice(percent + 1).replace(/\]$/, '');
  return [plain.replace(/^\[|\]$/g, ''), iface];
}

/** `users:(("proxy",pid=16,fd=37))`, the old `users:(("proxy",16,37))`, `uid:1337`; `16/proxy` of netstat. */
function ownerOf(words: readonly string[], netstat: boolean): Pick<ListeningSocket, 'process' | 'pid' | 'uid'> {
  const rest = words.join(' ');
  if (netstat) {
    const found = /(?:^| )(\d+)\/(\S+)/.exec(rest);
    // `-e` puts user and inode after the state: `LISTEN 1337 123456 16/proxy`.
    const user = /(?:LISTEN|^) ?(\d+) +\d+ +(?:-|\d+\/)/.exec(rest);
    return { process: found?.[2]?.replace(/:$/, ''), pid: numberOf(found?.[1]), uid: numberOf(user?.[1]) };
  }
  const found = /users:\(\("([^"]*)",(?:pid=)?(\d+)/.exec(rest);
  return { process: found?.[1], pid: numberOf(found?.[2]), uid: numberOf(/(?:^| )uid:(\d+)/.exec(rest)?.[1]) };
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
