import { formatAddress, formatBlock, hostBlock, sameAddress } from '../../core/net/address';
import type { Host, Route, RouteType } from '../../core/net/host';
import type { KernelDropReason } from '../../core/netfilter/events';
import { withPolicyRule, withRoute, type ChangedHost } from '../../core/ruleset/host/changedHost';
import { tproxyTable } from '../../core/ruleset/host/usual';
import type { Proposal, Situation } from './remedy';
import { getsThrough, traceChanged } from './traceChanged';

/** At most this many gateways are tried. */
const MOST_GATEWAYS = 2;

/** Routes and policy rules with which a packet gets through that the kernel has no way for. */
export function routes(situation: Situation): readonly Proposal[] {
  const {
    walked: { end, events },
    setting: { host },
    input: { family },
  } = situation;
  const transparent = transparentRoute(situation);
  if (transparent) return transparent;
  const drop = events.findLast((event) => event.kind === 'kernel-drop');
  if (end.dropBy?.kind !== 'kernel' || drop?.kind !== 'kernel-drop') return [];
  const { source, destination } = drop.packet;
  const add = (words: string): ChangedHost => withRoute(host, 'add', words, family);
  const ip = ipOf(family);
  switch (drop.reason) {
    case 'no-route':
      return gateways(host, family)
        .slice(0, MOST_GATEWAYS)
        .flatMap(({ gateway, device }) => {
          const words = `${formatBlock(hostBlock(destination))} via ${gateway} dev ${device}`;
          return tried(situation, add(words), {
            title: `Route ${formatAddress(destination)} via the gateway ${gateway}`,
            commands: [`${ip} route add ${words}`],
            note: 'The file does not show whether that gateway has a route.',
          });
        });
    case 'reverse-path': {
      const start = events[0];
      if (start?.kind !== 'start' || start.direction === 'out') return [];
      const words = `${formatBlock(hostBlock(source))} dev ${start.iface}`;
      return tried(situation, add(words), {
        title: `Route replies to ${formatAddress(source)} through ${start.iface}`,
        commands: [`${ip} route add ${words}`],
        note: 'For a sender on that network; one further away needs a gateway as well.',
      });
    }
    default: {
      const type = REFUSING[drop.reason];
      const refusing = host.routes.filter((each) => each.type === type && each.family === family);
      return refusing.flatMap((route) => withoutRoute(situation, route));
    }
  }
}

/** The kind of route that causes a reason. */
const REFUSING: Readonly<Partial<Record<KernelDropReason, RouteType>>> = {
  blackhole: 'blackhole',
  unreachable: 'unreachable',
  prohibited: 'prohibit',
};

function withoutRoute(situation: Situation, route: Route): readonly Proposal[] {
  const { host } = situation.setting;
  const words =
    `${route.type} ${route.prefixLength === 0 ? 'default' : `${formatAddress(route.destination.address)}/${route.prefixLength}`}` +
    `${route.table === MAIN ? '' : ` table ${route.table}`}`;
  const routes = host.routes.filter((each) => each !== route);
  return tried(
    situation,
    { ...host, routes },
    {
      title: `Remove the route ${words}`,
      commands: [`${ipOf(route.family)} route del ${words}`],
      note: 'It is for everything that is sent there.',
    },
  );
}

/** RT_TABLE_MAIN. */
const MAIN = 254;
/** Where the usual table is in use: any number does that is not. */
const FREE_TABLES = [100, 133, 200, 201];

/**
 * TPROXY gives a packet to a socket, and only routing delivers it to this host. Source:
 * Documentation/networking/tproxy.rst.
 */
function transparentRoute(situation: Situation): readonly Proposal[] | undefined {
  const {
    walked: { end, events },
    setting: { host },
    input: { family },
  } = situation;
  const taken = events.find((event) => event.kind === 'rule' && event.matched && event.effect?.kind === 'tproxy');
  if (taken?.kind !== 'rule' || end.outcome === 'LOCAL') return undefined;
  const { mark } = taken.after;
  const table = [tproxyTable(mark, undefined), ...FREE_TABLES].find(
    (each) => !host.routes.some((route) => route.table === each),
  );
  if (mark === 0 || table === undefined) return [];
  const rule = `fwmark 0x${mark.toString(16)} lookup ${table}`;
  const route = `local default dev lo table ${table}`;
  const ruled = withPolicyRule(host, 'add', rule, family);
  const after = typeof ruled === 'string' ? ruled : withRoute(ruled, 'add', route, family);
  const ip = ipOf(family);
  return tried(situation, after, {
    title: 'Deliver packets that TPROXY has marked to this host',
    commands: [`${ip} rule add ${rule}`, `${ip} route add ${route}`],
    note: 'TPROXY itself does not route: without these, the packet goes on to its destination.',
  });
}

/** Gateways that other routes use, each once. */
function gateways(host: Host, family: 4 | 6): readonly { readonly gateway: string; readonly device: string }[] {
  const hops = host.routes
    .filter((route) => route.family === family)
    .flatMap(({ gateway, device, hops: several }) => several ?? [{ gateway, device }]);
  return hops.flatMap(({ gateway, device }, i) =>
    gateway &&
    device !== undefined &&
    hops.findIndex((each) => each.gateway && sameAddress(each.gateway, gateway)) === i
      ? [{ gateway: formatAddress(gateway), device }]
      : [],
  );
}

function tried(
  situation: Situation,
  host: ChangedHost,
  { title, commands, note }: { readonly title: string; readonly commands: readonly string[]; readonly note: string },
): readonly Proposal[] {
  if (typeof host === 'string') return [];
  const outcomes = traceChanged(situation, { host });
  return outcomes && getsThrough(outcomes)
    ? [{ title: [{ text: title }], commands, note, outcomes, reach: 'place' }]
    : [];
}

function ipOf(family: 4 | 6): string {
  return family === 4 ? 'ip' : 'ip -6';
}
