import { formatAddress } from '../../core/net/address';
import type { NextHop, Route } from '../../core/net/host';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { HostFacts } from '../../core/ruleset/host/hostFromFile';
import { addressFamily } from '../../core/syntax/family';
import type { HostAnswer } from '../../core/netfilter/events';
import { groupKey, ownKey, wayKey } from './hostKeys';

export function ownAnswer(address: string, value: boolean, { addresses }: HostFacts['lists']): HostAnswer {
  return {
    what: `${address} is an address of this host`,
    value,
    choice: false,
    words: {
      question: `Is ${address} an address of this host?`,
      yes: `${address} is this host`,
      no: `${address} is another host`,
    },
    key: ownKey(address),
    word: value ? 'own' : 'forward',
    reason: addresses[addressFamily(address) ?? 4]
      ? 'the file may list only some of the addresses of this host'
      : 'the file does not list the addresses of this host',
  };
}

export function groupAnswer(group: string, joined: boolean): HostAnswer {
  return {
    what: `a program of this host has joined ${group}`,
    value: joined,
    choice: false,
    words: {
      question: `Has a program of this host joined the multicast group ${group}?`,
      yes: `a program of this host has joined ${group}`,
      no: `no program of this host has joined ${group}`,
    },
    key: groupKey(group),
    word: '',
    reason: 'the file does not list the multicast groups of this host',
  };
}

export function hopKey({ gateway, device }: NextHop): string {
  return `host/hop/${gateway ? formatAddress(gateway) : ''} ${device ?? ''}`;
}

/** `via 192.0.2.1 dev eth1`. */
export function hopText({ gateway, device }: NextHop): string {
  return `${gateway ? `via ${formatAddress(gateway)} ` : ''}dev ${device ?? '?'}`;
}

const NEXT_HOP = 'the next hop is ';

export function hopAnswer(request: PacketRequest, route: Route, hops: readonly NextHop[]): HostAnswer {
  const [first] = hops as readonly [NextHop, ...NextHop[]];
  return {
    what: `${NEXT_HOP}${hops.map(hopText).join(' or ')}`,
    stem: NEXT_HOP,
    value: true,
    choice: true,
    key: hopKey(first),
    word: first.device === undefined ? '' : leavingBy(request, first.device),
    reason: `the route has ${route.hops?.length ?? 0} next hops, and the kernel picks one by a hash`,
  };
}

/** How an expression says that a packet leaves by an interface. */
function leavingBy({ dir, iface }: PacketRequest, name: string): string {
  return dir === 'out' ? `out ${name}` : `forward ${iface ?? 'IN'} ${name}`;
}

export function wayAnswer(
  request: PacketRequest,
  names: readonly string[],
  to: string,
  { routes }: HostFacts['lists'],
): HostAnswer {
  const [name = ''] = names;
  const stem = `${to} is reached by `;
  return {
    what: `${stem}${names.join(' or ')}`,
    stem,
    value: true,
    choice: true,
    key: wayKey(name),
    word: leavingBy(request, name),
    reason: routes[addressFamily(to) ?? 4]
      ? 'the file may list only some of the routes of this host'
      : 'the file does not list the routes of this host',
  };
}
