import { ownPlace, type Taken } from '../../core/knowledge/knowledge';
import { formatAddress, isLoopback, sameAddress, type Address } from '../../core/net/address';
import type { Host } from '../../core/net/host';
import { PROTOCOL } from '../../core/net/packet';
import type { TraceEvent } from '../../core/netfilter/events';
import type { Evaluation } from '../traceSession/evaluate';
import { selectedPath, isOwnWay } from '../traceReport/traceInput';
import { proxiesOf } from './proxies';

/**
 * What became of a packet, in the words that the knowledge of a mesh asks for; undefined for what no proxy takes, or
 * what was dropped.
 */
export function takenOf(
  evaluation: Evaluation,
  sent: boolean,
  walked = evaluation.input && selectedPath(evaluation.input),
): Taken | undefined {
  const { request } = evaluation;
  const start = walked?.events[0];
  if (!walked || !request || start?.kind !== 'start') return undefined;
  const { end } = walked;
  const { source, destination, destinationPort, family, protocol } = start.packet;
  if ((end.outcome !== 'LOCAL' && end.outcome !== 'SENT') || (protocol !== PROTOCOL.TCP && protocol !== PROTOCOL.UDP))
    return undefined;
  const { host } = walked.on ?? evaluation.setting.setting;
  const own = isOwnWay(walked);
  const arrival = arrivalOf(walked.events.filter((_, i) => own(i)));
  const place = ownPlace(host, family);
  const proxies = proxiesOf(evaluation);
  return {
    family,
    protocol,
    sent,
    direction: request.dir === 'out' ? 'out' : 'in',
    source: formatAddress(source),
    destination: formatAddress(destination),
    destinationPort,
    port: arrival.port ?? end.packet.destinationPort,
    captured: arrival.captured,
    leaves:
      end.outcome === 'SENT'
        ? {
            iface: end.outInterface ?? '',
            destination: formatAddress(end.packet.destination),
            gateway: walked.events.findLast((event) => event.kind === 'route')?.gateway,
            mark: end.packet.mark,
          }
        : undefined,
    own: isOwn(host, destination),
    ownAddress: place.address ?? formatAddress(destination),
    appPort:
      place.port ?? (arrival.captured && proxies?.isTunnelPort?.(destinationPort) !== true ? destinationPort : 8080),
    toMember: proxies?.isMember?.(host, formatAddress(destination)) === true,
    routed: new Set(host.routes.flatMap(({ device }) => device ?? [])),
  };
}

/**
 * Rules lead a packet to another socket by writing its destination, or by TPROXY, which leaves the packet as it is and
 * names a port.
 */
function arrivalOf(events: readonly TraceEvent[]): { readonly captured: boolean; readonly port: number | undefined } {
  for (const event of events) {
    if (event.kind === 'translate' && event.half === 'destination') return { captured: true, port: undefined };
    // Port 0 stands for the packet's own.
    if (event.kind === 'rule' && event.matched && event.effect?.kind === 'tproxy')
      return { captured: true, port: event.effect.port === 0 ? undefined : event.effect.port };
  }
  return { captured: false, port: undefined };
}

function isOwn({ interfaces }: Host, address: Address): boolean {
  return (
    isLoopback(address) ||
    interfaces.some(({ addresses }) => addresses.some((own) => sameAddress(own.address, address)))
  );
}
