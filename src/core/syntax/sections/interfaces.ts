import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { InterfaceFacts, Line } from '../tree';
import { prefixLength } from './prefixLength';

/**
 * Reads the interfaces and addresses that `ip addr`, `ip -o addr`, `ip -br addr`, `ip link` or `ifconfig` printed.
 * What stands indented below an interface belongs to it, known or not.
 */
export function readInterfaces(reader: SectionReader, from: number): number {
  const { lines } = reader;
  const found = new Map<string, Draft>();
  let current: Draft | undefined;
  let end = from;
  let i = from;
  for (; i < lines.length; i++) {
    const line = lines[i];
    if (line === undefined) break;
    const text = line.text.slice(line.contentStart);
    if (line.shape === Shape.Interface) {
      current = readHead(found, line, text);
    } else if (line.shape === Shape.Blank) {
      // ifconfig sets a blank line between interfaces.
      if (lines[i + 1]?.shape !== Shape.Interface) break;
      continue;
    } else if (current && belongs(current.line, line, text)) {
      readDetails(current, text);
    } else break;
    end = i + 1;
  }
  const old = reader.reusable(from, end);
  if (old?.kind === 'interfaces') reader.take(old);
  else reader.take({ kind: 'interfaces', interfaces: [...found.values()].map((draft): InterfaceFacts => ({ ...draft, addresses: [...draft.addresses] })), lines: reader.slice(from, end) });
  return end;
}

interface Draft {
  name: string;
  mac: string | undefined;
  mtu: number | undefined;
  up: boolean | undefined;
  addresses: Set<string>;
  line: Line;
}

function belongs(head: Line, line: Line, text: string): boolean {
  if (line.shape !== Shape.Text && line.shape !== Shape.IpRoute) return false;
  return line.contentStart > head.contentStart || DETAIL.test(text);
}

/** Lines that lost their indentation in a paste. */
const DETAIL = /^(?:inet6? |link\/|ether |loop |valid_lft |altname |RX |TX |UP |collisions|inet6? addr:|Interrupt|device )/;

function readHead(found: Map<string, Draft>, line: Line, text: string): Draft {
  // `2: eth0@if4: <UP> …`, `2: eth0    inet …`, `eth0: flags=…`, `eth0   Link encap:…`, `eth0@if4  UP  10.0.0.5/24`.
  const head = /^(?:\d+: +)?([^\s:@]+)(?:@[^\s:]+)?:?(.*)/s.exec(text);
  const name = head?.[1] ?? text;
  let draft = found.get(name);
  if (!draft) {
    draft = { name, mac: undefined, mtu: undefined, up: undefined, addresses: new Set(), line };
    found.set(name, draft);
  }
  const rest = head?.[2] ?? '';
  const brief = /^[ \t]+(UP|DOWN|UNKNOWN|LOWERLAYERDOWN)[ \t]+(.*)/s.exec(rest);
  if (brief) {
    draft.up = brief[1] === 'UP' || (brief[1] === 'UNKNOWN' ? true : false);
    for (const address of (brief[2] ?? '').split(/[ \t]+/)) {
      if (/^[\da-fA-F.:]+\/\d+$/.test(address)) draft.addresses.add(address);
    }
    return draft;
  }
  const flags = /<([^<>]*)>/.exec(rest)?.[1];
  if (flags !== undefined) draft.up = flags.split(',').includes('UP');
  readDetails(draft, rest.trim());
  return draft;
}

function readDetails(draft: Draft, text: string): void {
  const mtu = /\bmtu (\d+)|\bMTU:(\d+)/.exec(text);
  if (mtu) draft.mtu = Number(mtu[1] ?? mtu[2]);
  const mac = /(?:link\/(?!loopback)[\w-]+|ether|HWaddr) ((?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2})/.exec(text);
  if (mac) draft.mac ??= mac[1]?.toLowerCase();
  if (/^UP\b.*\bMTU:/.test(text)) draft.up = true;
  // iproute2: the prefix length stands behind the address, behind the peer's for a point-to-point link.
  const inet = /(?:^|[ \t])inet6? ([\da-fA-F]*[.:][\da-fA-F.:]*)(?:\/(\d+))?(?: peer [\da-fA-F.:]+\/(\d+))?/.exec(text);
  if (inet?.[1] !== undefined) {
    const address = inet[1];
    const netmask = /\bnetmask (\S+)/.exec(text)?.[1];
    const prefixlen = /\bprefixlen (\d+)/.exec(text)?.[1];
    const host = address.includes(':') ? 128 : 32;
    // Behind `peer` the length is that of the peer's network; the address itself is a host's.
    const length = inet[2] ?? prefixlen ?? (netmask === undefined ? undefined : prefixLength(netmask)) ?? host;
    draft.addresses.add(`${address}/${length}`);
    return;
  }
  const old4 = /inet addr:([\d.]+)(?:.*?\bMask:([\d.]+))?/.exec(text);
  if (old4?.[1] !== undefined) draft.addresses.add(`${old4[1]}/${(old4[2] === undefined ? undefined : prefixLength(old4[2])) ?? 32}`);
  const old6 = /inet6 addr: ?([\da-fA-F:.]+)\/(\d+)/.exec(text);
  if (old6?.[1] !== undefined) draft.addresses.add(`${old6[1]}/${old6[2] ?? '128'}`);
}
