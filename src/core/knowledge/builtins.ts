import { list, text, type Fact } from './facts';
import { packs } from './packs';

/** What a table is for; undefined for an unknown name. Source: iptables(8), include/uapi/linux/netfilter_ipv4.h. */
export function tableKnowledge(table: string): Fact | undefined {
  const known = Object.hasOwn(tables, table) ? tables[table] : undefined;
  const notes = packs.flatMap(({ notes: { tables: own = {} } = {} }) => (Object.hasOwn(own, table) ? own[table] : []));
  return known && notes.length > 0 ? { ...known, details: [...known.details, text(`${notes.join('; ')}.`)] } : known;
}

/** When a built-in chain is walked and by which packets; undefined where the table has no such chain. */
export function builtinChainKnowledge(table: string, chain: string): Fact | undefined {
  const known = chains[`${table} ${chain}`];
  const order = hookOrder[chain];
  if (known === undefined || order === undefined) return undefined;
  const [title, ...details] = known;
  return {
    title: title ?? '',
    details: [...details.map(text), text(`At ${chain}: ${order}.`), ...(table === 'nat' ? [text(natOnce)] : [])],
    sources,
  };
}

export const tableNames: readonly string[] = ['raw', 'mangle', 'nat', 'filter', 'security'];

const sources = ['iptables(8)', 'Linux include/uapi/linux/netfilter_ipv4.h', 'Linux net/netfilter/nf_nat_core.c'];

const natOnce =
  'Only the first packet of a connection comes here; what is decided applies to the rest, replies included. A ' +
  'packet that is INVALID for conntrack, or that is not tracked, skips nat.';

const tables: Readonly<Record<string, Fact>> = {
  raw: {
    title: 'raw: before connection tracking',
    details: [list('chains: PREROUTING, OUTPUT', 'for CT (zone, helper, notrack) and early drops')],
    sources,
  },
  mangle: {
    title: 'mangle: changes packets and marks; sees every packet',
    details: [
      list('chains: PREROUTING, INPUT, FORWARD, OUTPUT, POSTROUTING', 'for MARK, CONNMARK, TPROXY, TOS, TTL'),
      text('A mark set in OUTPUT makes the kernel look up the route again.'),
    ],
    sources,
  },
  nat: {
    title: 'nat: decides address translation, once for each connection',
    details: [
      list(
        'chains: PREROUTING, INPUT, OUTPUT, POSTROUTING',
        'destination: DNAT, REDIRECT in PREROUTING and OUTPUT',
        'source: SNAT, MASQUERADE in POSTROUTING and INPUT',
      ),
      text(natOnce),
    ],
    sources,
  },
  filter: {
    title: 'filter: lets packets through or not',
    details: [list('chains: INPUT, FORWARD, OUTPUT'), text('The table that `iptables -L` shows without `-t`.')],
    sources,
  },
  security: {
    title: 'security: SELinux labels',
    details: [list('chains: INPUT, FORWARD, OUTPUT'), text('After filter.')],
    sources,
  },
};

/** The order of the tables at each hook, by priority; conntrack is between raw and mangle. */
const hookOrder: Readonly<Record<string, string>> = {
  PREROUTING: 'raw, connection tracking, mangle, nat (DNAT), then the routing decision',
  INPUT: 'mangle, filter, security, nat (SNAT), then the local socket',
  FORWARD: 'mangle, filter, security, then POSTROUTING',
  OUTPUT:
    'routing decision, raw, connection tracking, mangle, nat (DNAT), routing again if something changed, ' +
    'filter, security, then POSTROUTING',
  POSTROUTING: 'mangle, nat (SNAT), then the interface',
};

const arriving =
  'Every packet that arrives by an interface, lo included: what this host sends to itself comes through here as well.';
const local = 'Packets that processes of this host send, also those to itself over lo.';
const ended =
  'Packets for a local socket, after the routing decision. A packet that DNAT sent elsewhere does not come here.';
const passing = 'Packets that this host forwards; in a pod that hosts nothing else: none.';
const leaving = 'Every packet that leaves by an interface: sent here or forwarded, lo included.';

/** Title first, then details. */
const chains: Readonly<Record<string, readonly [string, ...string[]]>> = {
  'raw PREROUTING': [
    'raw PREROUTING: the first chain for every arriving packet',
    arriving,
    'Connection tracking has not seen the packet yet.',
  ],
  'raw OUTPUT': [
    'raw OUTPUT: the first chain for packets sent by this host',
    local,
    'Connection tracking has not seen the packet yet.',
  ],
  'mangle PREROUTING': [
    'mangle PREROUTING: every arriving packet, before the routing decision',
    arriving,
    'A mark set here counts for policy routing; TPROXY works here.',
  ],
  'mangle INPUT': ['mangle INPUT: packets for this host', ended],
  'mangle FORWARD': ['mangle FORWARD: packets on their way through this host', passing],
  'mangle OUTPUT': [
    'mangle OUTPUT: packets sent by this host',
    local,
    'A changed mark, address or TOS makes the kernel look up the route again.',
  ],
  'mangle POSTROUTING': ['mangle POSTROUTING: every packet that leaves', leaving],
  'nat PREROUTING': [
    'nat PREROUTING: where does an arriving connection go? (DNAT, REDIRECT)',
    'Connections that arrive by an interface. Connections of this host to itself do not come here: OUTPUT has decided.',
    'Before the routing decision, so a new destination is routed as if it had been the original one.',
  ],
  'nat INPUT': [
    'nat INPUT: source translation of connections to this host',
    'Connections from outside to a local socket. Connections of this host to itself do not come here: ' +
      'POSTROUTING has decided.',
  ],
  'nat OUTPUT': [
    'nat OUTPUT: where does a connection opened by this host go? (DNAT, REDIRECT)',
    local,
    'REDIRECT here means 127.0.0.1 (::1).',
  ],
  'nat POSTROUTING': ['nat POSTROUTING: source translation of connections that leave', leaving],
  'filter INPUT': [
    'filter INPUT: what may reach processes of this host',
    ended,
    'Addresses and ports are those after DNAT and REDIRECT.',
  ],
  'filter FORWARD': [
    'filter FORWARD: what may pass through this host',
    passing,
    'Containers and virtual machines are reached through here, not through INPUT. Addresses are those after DNAT.',
  ],
  'filter OUTPUT': [
    'filter OUTPUT: what processes of this host may send',
    local,
    'Addresses and ports are those after DNAT and REDIRECT.',
  ],
  'security INPUT': ['security INPUT: labels of packets for this host', ended],
  'security FORWARD': ['security FORWARD: labels of forwarded packets', passing],
  'security OUTPUT': ['security OUTPUT: labels of packets sent by this host', local],
};
