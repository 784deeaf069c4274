import { formatPacketExpression } from '../../core/net/packetExpression';
import { endpoint } from '../../core/net/endpoint';
import { protocolName } from '../../core/net/protocols';
import type { FlowRow } from '../../shared/capture';
import { changeWords, destinationOf, packetChanges, sourceOf } from '../traceReport/packetWords';
import type { TracedFlow } from './captureAnalysis';
import type { LikelyEnd } from './ends';

export type { FlowRow };

/** A flow as a row of the table. */
export function flowRow({ flow, request, kind }: TracedFlow): FlowRow {
  const { likeliest, badges, problem } = kind;
  const decided = likeliest?.decided;
  return {
    first: flow.first,
    flow: flowWords(flow.request),
    direction: request.dir ?? 'in',
    packets: flow.packets,
    replies: flow.replies,
    bytes: flow.bytes,
    badges,
    decided: { place: decided?.place ?? likeliest?.byKernel ?? '', target: decided?.target ?? '', line: decided?.line },
    became: likeliest ? becameOf(likeliest, kind.request.sport, request.sport) : '',
    expression: formatPacketExpression(request),
    problem,
  };
}

function flowWords({ proto, src, sport, dst, dport, icmpType }: TracedFlow['request']): string {
  const name = proto === undefined ? '' : protocolName(proto);
  const type = icmpType === undefined ? '' : ` type ${icmpType}`;
  return `${name}${type} ${endpoint(src, sport)} → ${endpoint(dst, dport)}`.trim();
}

/** What a table of flows has no room for: routers and NAT change it anyway. */
const LEFT_OUT = /^(?:ttl|hop limit|length|tcp options|priority)$/;
const ENDS = /^(?:src|dst|sport|dport)$/;

/** A source port that stays as it is, is that of this packet and not of the one that was traced in its place. */
function becameOf({ before, after }: LikelyEnd, traced: number | undefined, own: number | undefined): string {
  if (!before) return '';
  const changes = packetChanges(before, after).filter(({ field }) => !LEFT_OUT.test(field));
  const now = own !== undefined && after.sourcePort === traced ? { ...after, sourcePort: own } : after;
  return [
    ...(changes.some(({ field }) => ENDS.test(field)) ? [`${sourceOf(now)} → ${destinationOf(now)}`] : []),
    ...changes.filter(({ field }) => !ENDS.test(field)).map(changeWords),
  ].join(', ');
}
