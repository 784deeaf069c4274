import { protocolName } from '../../core/net/protocols';
import { formatAddress } from '../../core/net/address';
import type { Listener } from '../../core/net/host';
import type { Proposal, Situation } from './remedy';
import { typed } from '../whatIf/whatIf';
import { traceChanged } from './traceChanged';

/**
 * Nobody listens at the destination, but somebody does at the same port of another address: at 127.0.0.1, as a rule.
 */
export function listenElsewhere(situation: Situation): readonly Proposal[] {
  const {
    walked: { end },
    setting: { host },
    input: { family },
  } = situation;
  if (end.outcome !== 'LOCAL' || !end.receiverKnown || end.receiver) return [];
  const { protocol, destinationPort, destination } = end.packet;
  const elsewhere = host.listeners.find(
    (each) =>
      each.protocol === protocol &&
      each.port === destinationPort &&
      each.iface === undefined &&
      each.address !== undefined,
  );
  if (!elsewhere) return [];
  const moved: Listener = { ...elsewhere, address: undefined, families: [family] };
  const outcomes = traceChanged(situation, {
    host: { ...host, listeners: host.listeners.map((each) => (each === elsewhere ? moved : each)) },
  });
  if (!outcomes?.every((each) => each.end.receiver === moved)) return [];
  const who =
    elsewhere.process === undefined
      ? 'the program'
      : `${elsewhere.process}${elsewhere.pid === undefined ? '' : ` (pid ${elsewhere.pid})`}`;
  const name = protocolName(protocol);
  const place = `${family === 4 ? '0.0.0.0' : '[::]'}:${destinationPort}`;
  return [
    {
      title: [{ text: `Let ${who} listen on ${place}` }],
      commands: [],
      tried: [
        typed(`unlisten ${name} ${elsewhere.text}`),
        typed(`listen ${name} ${place} ${elsewhere.process ?? ''}`.trim()),
      ],
      reach: 'place',
      note: `It listens on ${elsewhere.text} only, and the packet is sent to ${formatAddress(destination)}.`,
      outcomes,
    },
  ];
}
