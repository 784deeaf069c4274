import { formatAddress, isMulticast, multicastScope } from '../net/address';
import type { Host } from '../net/host';
import type { Packet } from '../net/packet';
import { isJoinedGroup } from '../net/routing';
import type { Passage } from './passage';

/**
 * Whether this host takes a copy itself of what it sends to many: of a broadcast, and of a multicast to a group that it
 * is in. Source: net/ipv4/ip_output.c ip_mc_output, net/ipv6/ip6_output.c ip6_finish_output2.
 */
export function takesCopy({ at: { packet, outRoute, outInterface }, context: { host } }: Passage): boolean {
  if (outInterface === 'lo') return false;
  if (packet.family === 6) return isMulticast(packet.destination) && isJoinedGroup(host, packet.destination);
  return outRoute !== undefined && outRoute.type !== 'local' && outRoute.result.toThisHost;
}

/** Why what this host sends to many does not leave by its interface; undefined where it does. Source: as above. */
export function whyItStays(passage: Passage): string | undefined {
  const {
    packet: { family, destination, ttl },
    outInterface,
  } = passage.at;
  if (!isMulticast(destination)) return undefined;
  if (ttl === 0 && takesCopy(passage)) return `its ${family === 4 ? 'TTL' : 'hop limit'} is 0`;
  return family === 6 && multicastScope(destination) <= INTERFACE_LOCAL && outInterface !== 'lo'
    ? `${formatAddress(destination)} is for this interface only`
    : undefined;
}

/** RFC 4291, 2.7. */
const INTERFACE_LOCAL = 1;

/** What is assumed of the programs of this host, where a packet goes to many; only they know it. */
export function groupNote({ family, destination }: Packet, copied: boolean, host: Host): string | undefined {
  if (!isMulticast(destination)) return undefined;
  const group = formatAddress(destination);
  if (!copied && host.joinedGroups) return undefined;
  return copied
    ? `the sending socket has ${family === 4 ? 'IP_MULTICAST_LOOP' : 'IPV6_MULTICAST_LOOP'} on, as is the ` +
        `default: without it this host gets no copy of what it sends to ${group}`
    : `no program of this host has joined the multicast group ${group}: if one had, the host would accept what ` +
        'is sent there, and a copy of what it sends itself';
}
