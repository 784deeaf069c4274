import { addressFamily } from '../family';
import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { InterfaceFacts, RouteFacts } from '../facts';
import type { Line } from '../tree';
import { addedFacts } from './added';
import { prefixLength } from './prefixLength';

/** An interface while its stanzas are read; one has a stanza for each family. */
interface StanzaInterface {
  readonly name: string;
  readonly line: Line;
  mac: string | undefined;
  mtu: number | undefined;
  readonly addresses: string[];
}

/** What one stanza says, which counts when it ends. */
interface Stanza {
  readonly draft: StanzaInterface;
  readonly family: 4 | 6;
  address?: string;
  netmask?: string;
}

/**
 * Reads /etc/network/interfaces (interfaces(5)): static addresses, gateways, and the routes that `up` lines add.
 * Interfaces that get their address elsewhere are there without one.
 */
export function readInterfacesFile(reader: SectionReader, from: number): number {
  const { lines } = reader;
  const drafts = new Map<string, StanzaInterface>();
  const routes: RouteFacts[] = [];
  const commands: Line[] = [];
  let stanza: Stanza | undefined;
  let end = from;
  for (let i = from; i < lines.length; i++) {
    const line = lines[i];
    if (line === undefined) break;
    if (line.shape === Shape.Blank || line.shape === Shape.Comment) continue;
    const text = line.text.slice(line.contentStart).trim();
    if (line.shape === Shape.Stanza) {
      finish(stanza);
      const [, name = '', family = ''] = /^iface[ \t]+([^\s:]+)\S*[ \t]+(inet6?)/.exec(text) ?? [];
      const draft = drafts.get(name) ?? { name, line, mac: undefined, mtu: undefined, addresses: [] };
      drafts.set(name, draft);
      stanza = { draft, family: family === 'inet6' ? 6 : 4 };
    } else if (
      !stanza ||
      line.shape === Shape.Echo ||
      line.shape === Shape.Fence ||
      line.shape === Shape.Header ||
      !LINE.test(text)
    )
      break;
    else {
      readOption(stanza, text, line, routes);
      if (/^(?:pre-|post-)?up[ \t]/.test(text)) commands.push(line);
    }
    end = i + 1;
  }
  finish(stanza);
  const section = reader.slice(from, end);
  const old = reader.reusable(from, end);
  if (old?.kind === 'interfaces' && routes.length === 0 && commands.length === 0) {
    reader.take(old);
    return end;
  }
  const added = addedFacts(commands);
  const interfaces = [...drafts.values()]
    .filter(({ name }) => name !== 'lo')
    .map((draft): InterfaceFacts => ({ ...draft, up: true }));
  reader.take({ kind: 'interfaces', interfaces: [...interfaces, ...added.interfaces], partial: true, lines: section });
  if (routes.length + added.routes.length > 0)
    reader.take({ kind: 'routes', routes: [...routes, ...added.routes], added: true, lines: section });
  if (added.rules.length > 0) reader.take({ kind: 'policy-rules', rules: added.rules, lines: section });
  return end;
}

/** The words that begin a line below `iface`, of ifupdown and of what extends it; those of other stanzas. */
const LINE =
  /^(?:(?:pre-|post-)?(?:up|down)|address|netmask|gateway|network|broadcast|metric|mtu|hwaddress|pointopoint|scope|dns-\S+|bridge[-_]\S+|bond[-_]\S+|vlan[-_]\S+|wireless-\S+|wpa-\S+|wg-\S+|accept_ra|autoconf|privext|dad-\S+|preferred-lifetime|ttl|mode|endpoint|local|client|hostname|provider|script|auto|allow-\S+|no-auto-down|no-scripts|source|source-directory|mapping|map|rename|template|inherits|description|ovs_\S+|tunnel-\S+|vrf\S*|offload-\S+|slaves|master|ethernet-\S+|link-\S+)(?:[ \t]|$)/;

function readOption(stanza: Stanza, text: string, line: Line, routes: RouteFacts[]): void {
  const [word = '', value = '', third = ''] = text.split(/[ \t]+/, 3);
  switch (word) {
    case 'address':
      finish(stanza);
      stanza.address = value;
      break;
    case 'netmask':
      stanza.netmask = value;
      break;
    case 'gateway':
      if (addressFamily(value) !== undefined)
        routes.push({ family: stanza.family, words: `default via ${value} dev ${stanza.draft.name}`, line });
      break;
    case 'mtu':
      if (/^\d{2,5}$/.test(value)) stanza.draft.mtu = Number(value);
      break;
    case 'hwaddress':
      stanza.draft.mac = /^(?:[\da-f]{2}:){5}[\da-f]{2}$/i.exec(value === 'ether' ? third : value)?.[0].toLowerCase();
      break;
    default:
  }
}

/** Takes over the address of a stanza once its netmask can no longer follow. */
function finish(stanza: Stanza | undefined): void {
  if (stanza?.address === undefined) return;
  const { address, netmask, family, draft } = stanza;
  const [plain = '', written] = address.split('/', 2);
  const length =
    written ??
    (netmask === undefined
      ? family === 4
        ? '32'
        : '64'
      : /^\d{1,3}$/.test(netmask)
        ? netmask
        : String(prefixLength(netmask) ?? ''));
  if (addressFamily(plain) === family && length !== '') draft.addresses.push(`${plain}/${length}`);
  delete stanza.address;
  delete stanza.netmask;
}
