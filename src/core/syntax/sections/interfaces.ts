import { addressFamily } from '../family';
import { isOmission } from '../missingRules';
import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { AddressFacts, InterfaceFacts } from '../facts';
import type { Line } from '../tree';
import { prefixLength } from './prefixLength';

/**
 * Reads the interfaces and addresses that `ip addr`, `ip -o addr`, `ip -br addr`, `ip link` or `ifconfig` printed, and
 * what `grep inet` left of them. What is indented below an interface belongs to it, known or not.
 */
export function readInterfaces(reader: SectionReader, from: number): number {
  const { lines } = reader;
  const found = new Map<string, ListedInterface>();
  const loose: AddressFacts[] = [];
  let current: ListedInterface | undefined;
  let brief = false;
  const filtered = reader.isFiltered(from);
  let partial = filtered === true;
  let end = from;
  let i = from;
  for (; i < lines.length; i++) {
    const line = lines[i];
    if (line === undefined) break;
    const text = line.text.slice(line.contentStart);
    if (line.shape === Shape.Interface && text.startsWith('inet')) {
      if (current) readDetails(current, text);
      else readAlone(found, loose, line, text);
    } else if (line.shape === Shape.Interface || (brief && line.shape === Shape.Text && BRIEF_ALONE.test(text))) {
      current = readHead(found, line, text);
      brief = BRIEF.test(text);
    } else if (line.shape === Shape.Blank) {
      // ifconfig sets a blank line between interfaces.
      if (lines[i + 1]?.shape !== Shape.Interface) break;
      continue;
    } else if (isOmission(line)) {
      partial = true;
      current = undefined;
    } else if (current && belongs(current.line, line, text)) {
      readDetails(current, text);
    } else break;
    end = i + 1;
  }
  // Every host has lo; where the command shows that all were listed, somebody only took it out.
  if (filtered === undefined && !found.has('lo')) partial = true;
  const old = reader.reusable(from, end);
  if (old?.kind === 'interfaces' && (old.partial ?? false) === partial && loose.length === 0) reader.take(old);
  else {
    const section = reader.slice(from, end);
    if (found.size > 0)
      reader.take({
        kind: 'interfaces',
        interfaces: [...found.values()].map((draft): InterfaceFacts => ({ ...draft, addresses: [...draft.addresses] })),
        ...(partial && { partial }),
        lines: section,
      });
    if (loose.length > 0) reader.take({ kind: 'addresses', addresses: loose, lines: section });
  }
  return end;
}

interface ListedInterface {
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
const DETAIL =
  /^(?:inet6? |link\/|ether |loop |valid_lft |altname |RX |TX |UP |collisions|inet6? addr:|Interrupt|device )/;

const STATES = 'UP|DOWN|UNKNOWN|LOWERLAYERDOWN|DORMANT|TESTING|NOTPRESENT';
const BRIEF = new RegExp(`^\\S+[ \\t]+(?:${STATES})(?:[ \\t]|$)`);
/** A row of `ip -br` for an interface without addresses. */
const BRIEF_ALONE = new RegExp(`^[^\\s:@]{1,15}(?:@\\S{1,20})?[ \\t]+(?:${STATES})[ \\t]*$`);
const BRIEF_REST = new RegExp(`^[ \\t]+(${STATES})(?:[ \\t]+(.*))?$`, 's');

function readHead(found: Map<string, ListedInterface>, line: Line, text: string): ListedInterface {
  // `2: eth0@if4: <UP> …`, `2: eth0    inet …`, `eth0: flags=…`, `eth0:1  Link encap:…`, `eth0@if4  UP  10.0.0.5/24`.
  const head = /^(?:\d+: +)?([^\s:@]+)(?:@[^\s:]+)?(?::\w{1,10}(?=[ \t:]))?:?(.*)/s.exec(text);
  const draft = draftOf(found, head?.[1] ?? text, line);
  const rest = head?.[2] ?? '';
  const brief = BRIEF_REST.exec(rest);
  if (brief) {
    draft.up = brief[1] === 'UP' || brief[1] === 'UNKNOWN';
    readBrief(draft, (brief[2] ?? '').split(/[ \t]+/));
    return draft;
  }
  const flags = /<([^<>]*)>/.exec(rest)?.[1];
  if (flags !== undefined) draft.up = flags.split(',').includes('UP');
  readDetails(draft, rest.trim());
  return draft;
}

function draftOf(found: Map<string, ListedInterface>, name: string, line: Line): ListedInterface {
  let draft = found.get(name);
  if (!draft) {
    draft = { name, mac: undefined, mtu: undefined, up: undefined, addresses: new Set(), line };
    found.set(name, draft);
  }
  return draft;
}

/** `10.0.0.5/24 fd00::5/64`, `10.8.0.1 peer 10.8.0.2/32`, or the link layer address of `ip -br link`. */
function readBrief(draft: ListedInterface, words: readonly string[]): void {
  words.forEach((word, i) => {
    if (words[i - 1] === 'peer') return;
    if (/^(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/.test(word)) draft.mac ??= word.toLowerCase();
    else if (/^\S+\/\d+$/.test(word)) draft.addresses.add(word);
    else if (words[i + 1] === 'peer' && addressFamily(word) !== undefined)
      draft.addresses.add(`${word}/${word.includes(':') ? 128 : 32}`);
  });
}

/** A line of addresses that has lost the line of its interface. `ip addr` names it after an IPv4 address as well. */
function readAlone(found: Map<string, ListedInterface>, loose: AddressFacts[], line: Line, text: string): void {
  const label = / scope [a-z]+((?: [^\s\\]+)+)/.exec(text)?.[1]?.trim().split(' ').at(-1);
  if (text.startsWith('inet ') && label !== undefined && !ADDRESS_FLAGS.has(label)) {
    readDetails(draftOf(found, label.replace(/:.*/s, ''), line), text);
    return;
  }
  const draft = draftOf(new Map(), '', line);
  readDetails(draft, text);
  for (const address of draft.addresses)
    loose.push({
      address,
      of: 'host',
      name: undefined,
      node: undefined,
      source: text.includes(' scope ') ? 'ip addr' : 'ifconfig',
      line,
    });
}

/**
 * Words that `ip addr` writes before the name of the interface. Source: iproute2 ip/ipaddress.c, ifa_flag_names.
 */
const ADDRESS_FLAGS: ReadonlySet<string> = new Set([
  'secondary',
  'temporary',
  'dynamic',
  'noprefixroute',
  'deprecated',
  'tentative',
  'permanent',
  'mngtmpaddr',
  'dadfailed',
  'nodad',
  'optimistic',
  'home',
  'autojoin',
  'stable-privacy',
]);

function readDetails(draft: ListedInterface, text: string): void {
  const mtu = /\bmtu (\d+)|\bMTU:(\d+)/.exec(text);
  if (mtu) draft.mtu = Number(mtu[1] ?? mtu[2]);
  const mac = /(?:link\/(?!loopback)[\w-]+|ether|HWaddr) ((?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2})/.exec(text);
  if (mac) draft.mac ??= mac[1]?.toLowerCase();
  if (/^UP\b.*\bMTU:/.test(text)) draft.up = true;
  // iproute2: the prefix length comes after the address, after the peer's for a point-to-point link.
  const inet = /(?:^|[ \t])inet6? ([\da-fA-F]*[.:][\da-fA-F.:]*)(?:\/(\d+))?(?: peer [\da-fA-F.:]+\/(\d+))?/.exec(text);
  if (inet?.[1] !== undefined) {
    const address = inet[1];
    const netmask = /\bnetmask (\S+)/.exec(text)?.[1];
    const prefixlen = /\bprefixlen (\d+)/.exec(text)?.[1];
    const host = address.includes(':') ? 128 : 32;
    // After `peer` the length is that of the peer's network; the address itself is a host's.
    const length = inet[2] ?? prefixlen ?? (netmask === undefined ? undefined : prefixLength(netmask)) ?? host;
    draft.addresses.add(`${address}/${length}`);
    return;
  }
  const old4 = /inet addr:([\d.]+)(?:.*?\bMask:([\d.]+))?/.exec(text);
  const old6 = /inet6 addr: ?([\da-fA-F:.]+)\/(\d+)/.exec(text);
  // Somebody may have made it unreadable: that there is one is known all the same.
  const unreadable = /^inet6?[ \t]+(?:addr: ?)?(\S+)/.exec(text);
  if (old4?.[1] !== undefined)
    draft.addresses.add(`${old4[1]}/${(old4[2] === undefined ? undefined : prefixLength(old4[2])) ?? 32}`);
  else if (old6?.[1] !== undefined) draft.addresses.add(`${old6[1]}/${old6[2] ?? '128'}`);
  else if (unreadable?.[1] !== undefined) draft.addresses.add(unreadable[1]);
}
