import { span, testHolds, type FieldTest } from '../../net/fields/fieldTest';
import { EVERY_PACKET, type PacketBounds, type PacketSet } from '../../net/fields/packetSet';
import type { Condition } from '../extension';
import { denialOf, fieldCondition, shownField } from '../fieldCondition';
import { shownText, type Shown } from '../shown';
import type { PacketView } from '../view';
import type { Inverted } from './inverted';
import { printPortRange, type PortRange } from './port';
import { portAsNft } from './portAsNft';
import { portCondition, shortSide, type Side } from './portCondition';

type Ports = Inverted<PortRange> | undefined;

/**
 * The port conditions of a match that iptables-nft translates into reads of the packet instead of handing it to the
 * kernel's xt_tcpudp (tcp and udp): they read whatever is in the place of the ports, in later fragments too, and never
 * drop the packet. Source: iptables 1.8.9, iptables/nft-shared.c add_nft_tcpudp; observed with Linux 6.18.
 */
export function translatedPortConditions(source: Ports, destination: Ports): readonly Condition[] {
  const together = areOneComparison(source, destination);
  const list: Condition[] = [];
  if (source) list.push(translated('source', source, together ? destination : undefined));
  if (destination) list.push(translated('destination', destination, together ? source : undefined));
  return list;
}

/** A range that is every port: iptables-nft tests nothing then, not even where it is negated. */
function isEveryPort({ value: [first, last] }: Inverted<PortRange>): boolean {
  return first === 0 && last === 65535;
}

/** True where the range is every port and tests nothing of the packet, or is not given. */
export function asksNoPort(ports: Ports): boolean {
  return ports === undefined || (isEveryPort(ports) && !ports.inverted);
}

/**
 * Two single ports, both negated, become one comparison of four bytes: `! --sport 1 ! --dport 2` says no only where
 * both ports are as written.
 */
function areOneComparison(source: Ports, destination: Ports): boolean {
  const isOne = (ports: Ports): boolean =>
    ports !== undefined && ports.inverted && ports.value[0] !== 0 && ports.value[0] === ports.value[1];
  return isOne(source) && isOne(destination);
}

/**
 * iptables 1.8.11 compares them one by one. Source: its commit "Fixed the issue with combining the payload in case of
 * invert filter".
 */
function comparesOneByOne(iptablesVersion = ''): boolean {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)/.exec(iptablesVersion) ?? [];
  return patch !== undefined && Number(major) * 1e6 + Number(minor) * 1e3 + Number(patch) >= 1008011;
}

/** `beside`: the other port, where both are compared as one. */
function translated(side: Side, ports: Inverted<PortRange>, beside: Ports): Condition {
  if (isEveryPort(ports)) return everyPort(side, ports);
  const read = fieldCondition(
    { field: fieldRead(side), values: span(...ports.value), negated: ports.inverted },
    { option: `--${shortSide(side)}`, wanted: printPortRange(ports.value), shown: (view) => portShown(side, view) },
  );
  return beside === undefined ? read : eitherPort(side, ports, beside, read);
}

function fieldRead(side: Side): 'sourcePortRead' | 'destinationPortRead' {
  return side === 'source' ? 'sourcePortRead' : 'destinationPortRead';
}

function portShown(side: Side, view: PacketView): Shown {
  const shown = shownField({ field: fieldRead(side) }, view);
  return typeof shown === 'string' && view.backend === 'nft' && view.packet.fragmentOffset > 0
    ? `${shown}, read from the data of a later fragment`
    : shown;
}

/** iptables-nft asks nothing then, not even where it is negated. */
function everyPort(side: Side, ports: Inverted<PortRange>): Condition {
  const legacy = portCondition(side, ports);
  return {
    text: legacy.text,
    test: (view) => view.backend === 'nft' || legacy.test(view),
    actual: (view) => (view.backend === 'nft' ? 'every port: iptables-nft does not compare' : legacy.actual(view)),
    denial: (view) => legacy.denial?.(view),
    ...(!ports.inverted && legacy.asks && { bounds: boundsUnder([[legacy.asks]]) }),
  };
}

/** Two negated ports that nf_tables compares at once: one that is not as written is enough. */
function eitherPort(side: Side, ports: Inverted<PortRange>, beside: Inverted<PortRange>, one: Condition): Condition {
  const other = side === 'source' ? 'destination' : 'source';
  const asOne = ({ backend, iptablesVersion }: PacketView): boolean =>
    backend === 'nft' && !comparesOneByOne(iptablesVersion);
  const second: FieldTest = { field: fieldRead(other), values: span(...beside.value), negated: true };
  const actual = (view: PacketView): Shown => {
    const shown = one.actual(view);
    return typeof shown === 'string' && asOne(view)
      ? `${shown}, compared by iptables-nft together with ${shortSide(other)} ` +
          `${portAsNft(view, other) ?? '(missing)'}: one of them is enough`
      : shown;
  };
  const asks = one.asks as FieldTest;
  return {
    text: one.text,
    test(view) {
      if (!asOne(view)) return one.test(view);
      const [port, next] = [portAsNft(view, side), portAsNft(view, other)];
      return port !== undefined && next !== undefined && (testHolds(asks, port) || testHolds(second, next));
    },
    actual,
    denial: (view) => denialOf(asks, shownText(actual(view)), printPortRange(ports.value)),
    bounds: () => ({ over: [[asks], [second]], under: [[asks, second]] }),
  };
}

function boundsUnder(under: PacketSet): () => PacketBounds {
  return () => ({ over: EVERY_PACKET, under });
}
