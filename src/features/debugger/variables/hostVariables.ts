import { formatAddress, formatBlock } from '../../../core/net/address';
import type { Listener, Route } from '../../../core/net/host';
import { ROUTE_TABLE } from '../../../core/net/kernelRoutes';
import { protocolName } from '../../../core/net/protocols';
import { counted } from '../../traceReport/traceInput';
import type { Moment } from '../moment';
import type { Cursor, Recording } from '../recording';
import type { Variable } from './variable';

/** The host as this path takes it, and the routes that have led the packet so far. */
export function hostVariables({ host }: Moment, recording: Recording, cursor: Cursor): readonly Variable[] {
  const { interfaces, routes, policyRules, listeners, listenersKnown, sysctls, conntrack } = host;
  return [
    list('routes used', routesUsed(recording, cursor), (each) => each),
    list('interfaces', interfaces, (each) => ({
      name: each.name,
      value:
        each.addresses.map(({ address, prefixLength }) => `${formatAddress(address)}/${prefixLength}`).join(', ') ||
        'no address',
    })),
    list('routes', routes, (route, index) => ({ name: String(index + 1), value: routeWords(route) })),
    { name: 'policy rules', value: counted(policyRules.length, 'rule') },
    listenersKnown || listeners.length > 0
      ? list('listeners', listeners, listenerVariable)
      : { name: 'listeners', value: 'the file does not list them' },
    ...(sysctls.size > 0 ? [list('sysctls', [...sysctls], ([name, value]) => ({ name, value: String(value) }))] : []),
    { name: 'connection tracking', value: conntrack === 'on' ? 'on' : 'where a rule enables it' },
  ];
}

/** More children than this are fetched in pages by the editor. */
const PAGED = 100;

export function list<Item>(
  name: string,
  items: readonly Item[],
  variable: (item: Item, index: number) => Variable,
): Variable {
  return {
    name,
    value: String(items.length),
    ...(items.length > 0 && { children: () => items.map(variable) }),
    ...(items.length > PAGED && { count: items.length }),
  };
}

function listenerVariable(listener: Listener): Variable {
  const { protocol, text, process, pid, transparent } = listener;
  const who = process === undefined ? 'a program' : `${process}${pid === undefined ? '' : ` (${pid})`}`;
  return { name: `${protocolName(protocol)} ${text}`, value: `${who}${transparent ? ', transparent' : ''}` };
}

function routesUsed({ events }: Recording, { event: until }: Cursor): readonly Variable[] {
  return events.slice(0, until).flatMap((event): Variable[] => {
    if (event.kind !== 'route') return [];
    const { phase, type, device, gateway, packet, by } = event;
    const to = `${type === 'unicast' ? '' : `${type} `}${gateway === undefined ? '' : `via ${gateway} `}dev ${device}`;
    return [
      {
        name: `${phase === 'reroute' ? 'again' : phase} to ${formatAddress(packet.destination)}`,
        value: by ? `${to} (${routeWords(by)})` : to,
      },
    ];
  });
}

function routeWords({ type, destination, prefixLength, gateway, device, table }: Route): string {
  const to = prefixLength === 0 ? 'default' : formatBlock(destination);
  return [
    ...(type === 'unicast' ? [] : [type]),
    to,
    ...(gateway ? [`via ${formatAddress(gateway)}`] : []),
    ...(device === undefined ? [] : [`dev ${device}`]),
    ...(table === ROUTE_TABLE.main || table === ROUTE_TABLE.local ? [] : [`table ${table}`]),
  ].join(' ');
}
