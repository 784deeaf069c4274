import { addressFamily } from '../family';
import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { AddressFacts, ListeningSocket } from '../facts';
import type { Line } from '../tree';

/** Reads `kubectl get pods -o wide`, `kubectl get nodes -o wide` and `docker ps`: rows below a heading. */
export function readWideTable(reader: SectionReader, from: number): number {
  const heading = reader.lines[from];
  const text = heading?.text.slice(heading.contentStart) ?? '';
  if (text.startsWith('CONTAINER')) return readContainers(reader, from);
  const kind = /[ \t]ROLES[ \t]/.test(text) ? 'node' : 'pod';
  return readAddressRows(reader, from, kind, text.startsWith('NAMESPACE') ? 1 : 0);
}

/**
 * `shop7-5d9 1/1 Running 0 9d 10.55.3.31 knode7 <none> <none>`; `knode7 Ready worker 9d v1.29.4 10.77.10.7 <none> …`.
 * The columns are recognised by their content, as blanks get lost.
 */
function readAddressRows(reader: SectionReader, from: number, kind: 'node' | 'pod', nameAt: number): number {
  const { lines } = reader;
  const addresses: AddressFacts[] = [];
  let end = from + 1;
  for (; end < lines.length; end++) {
    const line = lines[end];
    if (line?.shape !== Shape.Text && line?.shape !== Shape.Interface) break;
    const words = line.text
      .slice(line.contentStart)
      .trim()
      .split(/[ \t]+/);
    const name = words[nameAt];
    if (name === undefined || words.length < nameAt + 4 || !/^[\w.-]{1,253}$/.test(name)) break;
    const at = words.findIndex((word, i) => i > nameAt + 1 && isAddress(word));
    const address = words[at];
    if (address === undefined) continue;
    const node = kind === 'pod' && /^[\w.-]{1,253}$/.test(words[at + 1] ?? '') ? words[at + 1] : undefined;
    addresses.push({
      address,
      of: kind,
      name,
      node,
      source: kind === 'node' ? 'INTERNAL-IP' : 'kubectl get pods',
      line,
    });
    const external = kind === 'node' ? words[at + 1] : undefined;
    // A node has its external address itself, or a router before it translates it: only the internal one is certain.
    if (external !== undefined && isAddress(external))
      addresses.push({ address: external, of: kind, name, node, source: 'EXTERNAL-IP', line });
  }
  if (addresses.length > 0) reader.take({ kind: 'addresses', addresses, lines: reader.slice(from, end) });
  return end;
}

function isAddress(word: string): boolean {
  return /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-fA-F]{0,4}:[\da-fA-F:.]+)$/.test(word) && addressFamily(word) !== undefined;
}

/** The published ports of `docker ps`: docker-proxy listens there for the programs of the host itself. */
function readContainers(reader: SectionReader, from: number): number {
  const { lines } = reader;
  const sockets: ListeningSocket[] = [];
  let end = from + 1;
  for (; end < lines.length; end++) {
    const line = lines[end];
    const text = line?.text.slice(line.contentStart) ?? '';
    if (!line || line.shape === Shape.Blank || !/^[\da-f]{12,64}[ \t]/.test(text)) break;
    for (const [, address = '', first = '', last, protocol = ''] of text.matchAll(PUBLISHED))
      sockets.push(...published(line, address, Number(first), Number(last ?? first), protocol));
  }
  if (sockets.length > 0) reader.take({ kind: 'sockets', sockets, partial: true, lines: reader.slice(from, end) });
  return end;
}

/** `0.0.0.0:8080->80/tcp`, `[::]:8000-8005->8000-8005/tcp`, `:::53->53/udp`. */
const PUBLISHED =
  /(?<![\w.:])((?:\d{1,3}\.){3}\d{1,3}|\[[\da-f:.]{2,45}\]|[\da-f]{0,4}::[\da-f:]{0,40}?):(\d{1,5})(?:-(\d{1,5}))?->\d{1,5}(?:-\d{1,5})?\/(tcp|udp|sctp)/g;

function published(line: Line, address: string, first: number, last: number, protocol: string): ListeningSocket[] {
  if (last > 65535 || first > last) return [];
  const plain = address.replace(/^\[|\]$/g, '');
  const six = plain.includes(':');
  const named = (protocol === 'sctp' ? 'sctp' : `${protocol}${six ? '6' : ''}`) as ListeningSocket['protocol'];
  return Array.from({ length: Math.min(last - first, MOST_PORTS) + 1 }, (_, i) => ({
    protocol: named,
    address: plain,
    iface: undefined,
    port: first + i,
    process: 'docker-proxy',
    pid: undefined,
    uid: 0,
    line,
  }));
}

/** Of a range, docker starts a process for each port, so real ranges are shorter. */
const MOST_PORTS = 4096;
