import { formatAddress } from '../../net/address';
import { PROTOCOL, type Packet } from '../../net/packet';
import { protocolName } from '../../net/protocols';
import type { AnyTableName } from '../../xtables/view';
import type { ManagedChange, ManageQuestion } from '../managed';

const UNTIL_RELOAD = 'Until firewalld is reloaded; the same with --permanent keeps it. It makes the rule';

/**
 * The changes that firewalld offers for a packet: a rich rule of the zone that has it, one that comes before the others
 * of the zone, and a direct rule of iptables, which comes before all zones. Empty without firewalld. Seen with
 * firewalld 1.3.3 and both of its back ends, iptables and nftables, and firewalld.richlanguage(5), firewall-cmd(1).
 */
export function manageWithFirewalld(question: ManageQuestion): readonly ManagedChange[] {
  const { wanted, table, chain, packet, rule, has } = question;
  const prefix = prefixIn(table);
  const changes: ManagedChange[] = [];
  const zone = zoneOf(question);
  const element = elementFor(packet);
  if (zone !== undefined && element !== undefined) {
    const family = `family="ipv${packet.family}"`;
    const about = `${family} source address="${formatAddress(packet.source)}" ${element} ${wanted.toLowerCase()}`;
    const rich = (priority: string): readonly string[] => [
      `firewall-cmd --zone=${zone} --add-rich-rule='rule ${priority}${about}'`,
    ];
    const title = `${wanted === 'ACCEPT' ? 'Accept' : 'Drop'} it in zone ${zone}`;
    const makes = { table, operation: 'A', rule } as const;
    const own = `${prefix}IN_${zone}_${wanted === 'ACCEPT' ? 'allow' : 'deny'}`;
    if (has(own)) changes.push({ title, lines: rich(''), makes: { ...makes, chain: own }, note: UNTIL_RELOAD });
    const before = `${prefix}IN_${zone}_pre`;
    if (has(before))
      changes.push({
        title: `${title}, before its other rules`,
        lines: rich('priority="-1" '),
        makes: { ...makes, chain: before },
        note: UNTIL_RELOAD,
      });
  }
  const direct = `${chain}_direct`;
  if (has(direct))
    changes.push({
      title: `${wanted === 'ACCEPT' ? 'Accept' : 'Drop'} it by a direct rule`,
      lines: [`firewall-cmd --direct --add-rule ipv${packet.family} filter ${chain} 0 ${rule}`],
      makes: { table: 'filter', chain: direct, operation: 'A', rule },
      note: UNTIL_RELOAD,
    });
  return changes;
}

/**
 * The zone whose chain the packet came to: `public` for IN_public. A rich rule of a zone is about what is for the host.
 */
function zoneOf({ table, chain, visited, has }: ManageQuestion): string | undefined {
  if (chain !== 'INPUT') return undefined;
  const start = `${prefixIn(table)}IN_`;
  return [...visited]
    .flatMap((name) => (name.startsWith(start) && has(`${name}_allow`) ? [name.slice(start.length)] : []))
    .at(-1);
}

/** nftables has its chains of all kinds in one table. */
function prefixIn(table: AnyTableName): string {
  return table === 'filter' ? '' : 'filter_';
}

/** `port port="80" protocol="tcp"`; undefined for what a rich rule has no element for. */
function elementFor({ family, protocol, icmpType, destinationPort, fragmentOffset }: Packet): string | undefined {
  const name = protocolName(protocol);
  if (fragmentOffset > 0) return undefined;
  if (PORTED.has(protocol)) return `port port="${destinationPort}" protocol="${name}"`;
  const isIcmp = protocol === PROTOCOL.ICMP || protocol === PROTOCOL.ICMPV6;
  if (!isIcmp) return `protocol value="${name}"`;
  const type = (family === 4 ? ICMP_TYPES : ICMPV6_TYPES).get(icmpType);
  return type === undefined ? undefined : `icmp-type name="${type}"`;
}

/** Protocols with ports in firewalld.richlanguage(5). */
const PORTED: ReadonlySet<number> = new Set([PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.SCTP, PROTOCOL.DCCP]);

/** Of /usr/lib/firewalld/icmptypes, those that mean all codes of one type. */
const ICMP_TYPES: ReadonlyMap<number, string> = new Map([
  [0, 'echo-reply'],
  [3, 'destination-unreachable'],
  [4, 'source-quench'],
  [5, 'redirect'],
  [8, 'echo-request'],
  [9, 'router-advertisement'],
  [10, 'router-solicitation'],
  [11, 'time-exceeded'],
  [12, 'parameter-problem'],
  [13, 'timestamp-request'],
  [14, 'timestamp-reply'],
]);
const ICMPV6_TYPES: ReadonlyMap<number, string> = new Map([
  [1, 'destination-unreachable'],
  [2, 'packet-too-big'],
  [3, 'time-exceeded'],
  [4, 'parameter-problem'],
  [128, 'echo-request'],
  [129, 'echo-reply'],
  [133, 'router-solicitation'],
  [134, 'router-advertisement'],
  [135, 'neighbour-solicitation'],
  [136, 'neighbour-advertisement'],
  [137, 'redirect'],
]);
