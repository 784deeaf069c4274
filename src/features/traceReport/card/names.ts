import { formatAddress, isLoopback, type Address } from '../../../core/net/address';
import { isOwn } from '../../../core/net/completePacket';
import { portKnowledge } from '../../../core/knowledge/knowledge';
import type { Peer } from '../../../core/knowledge/peer';
import { peerOf } from '../../../core/knowledge/peers';
import type { RuleView } from '../../../core/knowledge/view';
import type { Walked } from '../../../core/netfilter/events';
import type { Packet } from '../../../core/net/packet';
import { serviceName } from '../../../core/net/services';
import { ruleView } from '../../ruleSetView';
import { showsPorts } from '../packetWords';
import { isOwnWay, type TraceInput } from '../traceInput';

/** Whom the rules on the way say that the packet was sent to. */
export function peerOnPath({ ruleSet, knowledge }: TraceInput, walked: Walked): Peer | undefined {
  if (!ruleSet || !knowledge) return undefined;
  const own = isOwnWay(walked);
  const matched: RuleView[] = [];
  for (const [index, event] of walked.events.entries()) {
    if (event.kind !== 'rule' || !event.matched || !own(index)) continue;
    const view = ruleView(ruleSet, event.rule);
    if (view) matched.push(view);
    if (matched.length === MOST_RULES) break;
  }
  return peerOf(knowledge, matched);
}

/**
 * Who leads a packet to a Service does it among the first rules that match; a log of 100,000 lines is not one of them.
 */
const MOST_RULES = 200;

/** `Service shop/web:http`. */
export function peerName({ noun, name }: Peer): string {
  return name === '' ? noun : `${noun} ${name}`;
}

/**
 * What the file calls an address: `pod shop/web-7d9f`. An address of the host on this path has the name of whose rules
 * they are; undefined where nothing names it.
 */
export function addressName({ names, hosts }: TraceInput, walked: Walked, address: Address): string | undefined {
  if (!names) return undefined;
  const named = names.nameOf(address);
  if (named !== undefined || names.owner === undefined || isLoopback(address)) return named;
  const host = walked.on?.host ?? hosts?.[0]?.host;
  return host && isOwn(host, formatAddress(address)) ? names.owner : undefined;
}

/** What the destination port is for, `ssh`, `the proxy’s inbound listener`; undefined where nobody knows. */
export function portName({ knowledge }: TraceInput, packet: Packet): string | undefined {
  if (!showsPorts(packet)) return undefined;
  const known = portKnowledge(packet.destinationPort, { ruleSet: knowledge });
  if (known && known.elsewhere !== true) {
    const title = known.title.slice(known.title.indexOf(': ') + 2).split('; ')[0] as string;
    if (title.length <= LONGEST_NAME) return title;
  }
  return serviceName(packet.destinationPort, packet.protocol);
}

/** What is longer is a sentence. */
const LONGEST_NAME = 40;
