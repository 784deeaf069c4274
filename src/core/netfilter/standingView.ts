import { isMulticast } from '../net/address';
import type { ConntrackEntry } from '../net/conntrack';
import type { Host } from '../net/host';
import type { RuleSet } from '../ruleset/ruleSet';
import type { PacketView } from '../xtables/view';
import { templateView } from './connectionFacts';
import type { HostAsked } from './hostAsked';
import type { Standing } from './standing';

/** What rules see of a packet where it stands. `ruleSet` has the rules that it meets there. */
export function viewOf(
  standing: Standing,
  ruleSet: RuleSet | undefined,
  host: Host,
  { memory, findConnection, findSocket, findTransparent }: HostAsked,
  matchesNamed: NonNullable<PacketView['matchesNamed']>,
): PacketView {
  const {
    packet,
    hook,
    table,
    native,
    inInterface,
    outInterface,
    conntrack,
    socket,
    headerBySender,
    assignedSocket,
    ownCopy,
    routedAs,
    natRandom,
    outRoute,
    readdressed,
  } = standing;
  return {
    packet,
    hook: hook ?? 'PREROUTING',
    table,
    inInterface,
    outInterface,
    socket,
    headerBySender,
    host,
    assignedSocket,
    ownCopy,
    routedAs,
    sentAs: readdressed ? undefined : outRoute?.type,
    drawn: natRandom && drawnNumber(natRandom, conntrack?.entry),
    conntrack: connectionOf(standing),
    memory,
    packetType: packetTypeOf(standing),
    backend: native ? 'nft' : (ruleSet?.backend ?? 'legacy'),
    iptablesVersion: native ? undefined : ruleSet?.section.version,
    findConnection,
    findSocket,
    findTransparent,
    matchesNamed,
  };
}

function connectionOf({ conntrack, template, packet, untracked }: Standing): PacketView['conntrack'] {
  if (conntrack) return conntrack;
  if (template) return templateView(template, packet.family);
  return untracked ? { state: 'UNTRACKED', entry: undefined, direction: 'ORIGINAL' } : undefined;
}

/** `--pkt-type`: to whom the frame was addressed. */
export function packetTypeOf({
  packet: { family, destination, destinationMac: mac },
  inInterface,
  packetType,
  ownCopy,
}: Standing): PacketView['packetType'] {
  if (packetType) return packetType;
  // The link layer never addressed it: its destination decides (net/netfilter/xt_pkttype.c).
  if (ownCopy) return family === 6 || isMulticast(destination) ? 'multicast' : 'broadcast';
  if (mac === undefined || inInterface === 'lo' || inInterface === '') return 'unicast';
  if (mac === 'ff:ff:ff:ff:ff:ff') return 'broadcast';
  return parseInt(mac.slice(0, 2), 16) & 1 ? 'multicast' : 'unicast';
}

function drawnNumber(half: 'source' | 'destination', entry: ConntrackEntry | undefined): PacketView['drawn'] {
  if (!entry?.randomNumbers || entry.randomHalf !== half) return undefined;
  const { reply, randomNumbers } = entry;
  return {
    half,
    number: reply.icmp?.id ?? (half === 'source' ? reply.destinationPort : reply.sourcePort),
    numbers: randomNumbers,
  };
}
