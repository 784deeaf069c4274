import { packs } from '../../core/knowledge/knowledge';
import { addToAddress, formatAddress, inBlock, prefixBlock, sameAddress, type Address } from '../../core/net/address';
import { endpoint } from '../../core/net/endpoint';
import { formatPacketExpression } from '../../core/net/packetExpression';
import type { TraceEvent, Walked } from '../../core/netfilter/events';
import { hasPorts } from '../../core/net/tuple';
import type { Scenario } from '../scenarios';
import { takenOf } from '../journey/taken';
import { selectedPath, type TraceInput } from '../traceReport/traceInput';
import type { Evaluation } from '../traceSession/evaluate';

/** The first packet of a way in or out of the host. */
export interface WayPacket extends Pick<Scenario, 'id' | 'ownService'> {
  readonly name: string;
  readonly title: string;
  readonly expression: string;
}

/** More than these fill a screen twice. */
const MOST_WAYS = 8;

const FIRST = ['Inbound', 'Outbound'];

/**
 * The ways in and out that are worth seeing side by side: scenarios that have a name among them, and hairpins, which
 * follow from what becomes of their packets.
 */
export function wayPackets(
  scenarios: readonly Scenario[],
  trace: (expression: string) => Evaluation,
): readonly WayPacket[] {
  const named = scenarios.flatMap(({ id, way, label, expression, ownService }) =>
    way === undefined
      ? []
      : [
          {
            id,
            name: way,
            title: label.replace(` (${way.toLowerCase()})`, ''),
            expression,
            ...(ownService === undefined ? {} : { ownService }),
          },
        ],
  );
  const rank = ({ name }: WayPacket): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  const ordered = [...named].sort((a, b) => rank(a) - rank(b));
  const seen = new Set(ordered.map(({ expression }) => expression));
  const hairpins = ordered.flatMap((way) =>
    hairpinsOf(way, trace(way.expression)).filter(({ expression }) => !seen.has(expression) && seen.add(expression)),
  );
  return [
    ...ordered.slice(0, MOST_WAYS - Math.min(hairpins.length, MOST_HAIRPINS)),
    ...hairpins.slice(0, MOST_HAIRPINS),
  ];
}

/** What the ways are called that the scenarios name, each once, in the order in which they are shown. */
export function wayNames(scenarios: readonly Scenario[]): readonly string[] {
  const names = [...new Set(scenarios.flatMap(({ way }) => way ?? []))];
  return [...FIRST.filter((name) => names.includes(name)), ...names.filter((name) => !FIRST.includes(name))];
}

const MOST_HAIRPINS = 2;

type Start = Extract<TraceEvent, { readonly kind: 'start' }>;

/**
 * The receiver of a translated address may call it too; and, where it is an address of this host for others, a
 * neighbour of that receiver.
 */
function hairpinsOf({ id }: WayPacket, evaluation: Evaluation): readonly WayPacket[] {
  const { input, setting } = evaluation;
  const walked = input && selectedPath(input);
  const start = walked?.events[0];
  if (!walked || start?.kind !== 'start' || !isReaddressed(start, walked)) return [];
  const { end } = walked;
  const [behind, iface] = [end.packet.destination, end.outInterface ?? ''];
  const asked = endpoint(
    formatAddress(start.packet.destination),
    hasPorts(start.packet.protocol) ? start.packet.destinationPort : undefined,
  );
  const own = takenOf(evaluation, false)?.own === true && !isService(input, formatAddress(start.packet.destination));
  const from = (source: Address): string =>
    // An address of a Service is nobody's: `forward` says so.
    formatPacketExpression({
      dir: 'in',
      ...(own ? { own } : {}),
      iface,
      proto: start.packet.protocol,
      src: formatAddress(source),
      dst: formatAddress(start.packet.destination),
      ...(hasPorts(start.packet.protocol) ? { sport: 42080, dport: start.packet.destinationPort } : {}),
    }).replace(/^in /, own ? 'in ' : 'forward ');
  const name = formatAddress(behind);
  const neighbour =
    start.iface === iface || !own ? undefined : neighbourOf(behind, walked.on?.host ?? setting.setting.host);
  return [
    { id: `${id}-itself`, name: 'Hairpin', title: `${name} → itself, by ${asked}`, expression: from(behind) },
    ...(neighbour
      ? [
          {
            id: `${id}-neighbour`,
            name: 'Hairpin, next door',
            title: `a neighbour of ${name} → ${asked}`,
            expression: from(neighbour),
          },
        ]
      : []),
  ];
}

function isReaddressed({ direction, packet }: Start, { end }: Walked): boolean {
  return direction === 'in' && end.outcome === 'SENT' && !sameAddress(end.packet.destination, packet.destination);
}

/** By the rules it is that of a Service, whatever was assumed of this host. */
function isService({ knowledge }: TraceInput, address: string): boolean {
  return (
    knowledge !== undefined &&
    packs.some((pack) =>
      pack.addressNames?.(knowledge).some((named) => named.kind === 'Service' && named.address === address),
    )
  );
}

/** Another address of the same network that is not one of this host; its last one is that of a broadcast. */
function neighbourOf(address: Address, { interfaces }: Evaluation['setting']['setting']['host']): Address | undefined {
  const network = prefixBlock(address, address.family === 4 ? 24 : 64);
  return [2, 3, -2, -3]
    .map((step) => addToAddress(address, step))
    .find(
      (each) =>
        inBlock(each, network) &&
        inBlock(addToAddress(each, 1), network) &&
        !interfaces.some(({ addresses }) => addresses.some((own) => sameAddress(own.address, each))),
    );
}
