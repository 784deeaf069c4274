import { addressFamily } from '../family';
import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { AddressFacts, RouteFacts } from '../facts';
import type { Line } from '../tree';

/**
 * Reads the own addresses of wg0.conf (wg-quick(8)) and of a systemd.network file: `Address = 10.99.7.2/32` below
 * `[Interface]` or `[Network]`. The interface is that of `[Match]`, or the one that a heading above names (`#
 * /etc/wireguard/wg0.conf`); else it is not known.
 */
export function readIniFile(reader: SectionReader, from: number): number {
  const { lines } = reader;
  let name = namedAbove(lines, from);
  let block = '';
  let ofPeers = false;
  const addresses: WrittenAddress[] = [];
  const routes: RouteFacts[] = [];
  let destination = '';
  let end = from;
  for (let i = from; i < lines.length; i++) {
    const line = lines[i];
    if (line?.shape === Shape.Blank || line?.shape === Shape.Comment) continue;
    const text = line?.text.slice(line.contentStart).trim() ?? '';
    if (line?.shape === Shape.Ini) {
      // A second file begins where the interface of the first one is known and another is described.
      const next = text.slice(1, -1);
      if (i > from && (next === 'Match' || next === 'Interface')) break;
      block = next;
      destination = '';
      ofPeers ||= block === 'Peer';
    } else {
      const found =
        line && (line.node.kind === 'text' || line.shape === Shape.Assignment)
          ? /^([A-Za-z][\w-]{0,40})[ \t]*=[ \t]*(.*)$/s.exec(text)
          : undefined;
      if (!line || !found) {
        if (line?.shape === Shape.ProgramCommand || line?.shape === Shape.IpAdd) continue;
        break;
      }
      const [, key = '', value = ''] = found;
      if (block === 'Match' && key === 'Name' && /^[\w.-]{1,15}$/.test(value)) name = value;
      if (key === 'Address' && block !== 'Peer')
        for (const part of value.split(/[, \t]+/))
          if (addressFamily(part) !== undefined) addresses.push({ text: part, line });
      if (block === 'Route' && key === 'Destination') destination = value;
      if ((block === 'Network' || block === 'Route') && key === 'Gateway' && addressFamily(value) !== undefined)
        routes.push({
          family: addressFamily(value) ?? 4,
          words: `${destination === '' ? 'default' : destination} via ${value}`,
          line,
        });
    }
    end = i + 1;
  }
  if (addresses.length === 0) return Math.max(end, from + 1);
  const section = reader.slice(from, end);
  const source = ofPeers ? 'the configuration of WireGuard' : 'the configuration';
  if (name === undefined) takeAddresses(reader, addresses, source, section);
  else takeInterface(reader, name, addresses, routes, section);
  return end;
}

interface WrittenAddress {
  readonly text: string;
  readonly line: Line;
}

/** Addresses of an interface whose name is not known. */
function takeAddresses(
  reader: SectionReader,
  addresses: readonly WrittenAddress[],
  source: string,
  lines: readonly Line[],
): void {
  const facts = addresses.map(({ text, line }): AddressFacts => ({
    address: text,
    of: 'host',
    name: undefined,
    node: undefined,
    source,
    line,
  }));
  reader.take({ kind: 'addresses', addresses: facts, lines });
}

function takeInterface(
  reader: SectionReader,
  name: string,
  addresses: readonly WrittenAddress[],
  routes: readonly RouteFacts[],
  lines: readonly Line[],
): void {
  const [first] = addresses;
  if (!first) return;
  const found = addresses.map(({ text }) => withLength(text));
  reader.take({
    kind: 'interfaces',
    interfaces: [{ name, mac: undefined, mtu: undefined, up: undefined, addresses: found, line: first.line }],
    partial: true,
    lines,
  });
  if (routes.length > 0)
    reader.take({
      kind: 'routes',
      routes: routes.map((route) => ({ ...route, words: `${route.words} dev ${name}` })),
      added: true,
      lines,
    });
}

function withLength(address: string): string {
  return address.includes('/') ? address : `${address}/${address.includes(':') ? 128 : 32}`;
}

/** The interface that a command, a comment or the heading of `tail` right above names by its file. */
export function namedAbove(lines: readonly Line[], from: number): string | undefined {
  for (let i = from - 1; i >= Math.max(0, from - 3); i--) {
    const line = lines[i];
    if (line === undefined || line.text.length > 400) continue;
    const found = /([\w.=+-]{1,15})\.conf\b/.exec(line.text);
    if (found) return found[1];
    if (line.shape !== Shape.Blank && line.shape !== Shape.Comment && line.shape !== Shape.Fence) return undefined;
  }
  return undefined;
}
