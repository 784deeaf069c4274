import { istioVersions, onward, type NextPacket, type Onward } from '../../core/knowledge/knowledge';
import { formatAddress, isLoopback, sameAddress, type Address } from '../../core/net/address';
import type { Host } from '../../core/net/host';
import { PROTOCOL } from '../../core/net/packet';
import { formatPacketExpression } from '../../core/net/packetExpression';
import { courseOf, isOwnWay } from '../traceView/course';
import { droppedBy } from '../traceView/verdict';
import { profileOf, type Evaluation } from '../traceSession/evaluate';

/** One packet of a whole exchange. */
export interface JourneyLeg {
  readonly id: string;
  readonly label: string;
  readonly expression: string;
  /** Why the proxy sends such a packet, and where that is known from; undefined for the first leg. */
  readonly note: string | undefined;
  readonly source: string | undefined;
  /** The exchange goes on this way only if; undefined: it usually does. */
  readonly when: string | undefined;
}

export interface Journey {
  /** The packet itself and what follows; one alone where nothing follows. */
  readonly legs: readonly JourneyLeg[];
  /** Why the usual way is over behind its last leg. */
  readonly end: string;
}

/** No exchange in a pod is longer: app → Envoy → Envoy → app. */
const MOST_LEGS = 6;

/**
 * How an exchange goes on behind the proxy of an Istio pod: client → Envoy → app, app → ztunnel → outside. Each leg is a packet that is traced in
 * the same rules; what a proxy does between two is knowledge of Istio. `trace` evaluates an expression in the same file.
 */
export function journeyOf(evaluation: Evaluation, expression: string, trace: (expression: string) => Evaluation): Journey {
  const legs: JourneyLeg[] = [leg('1', firstLabel(evaluation), expression)];
  const first = onwardOf(evaluation);
  if ('end' in first) return { legs, end: first.end };
  const end = follow(first.next, 2, '', legs, trace);
  return { legs, end };
}

/** Adds what follows, the usual way first and then each other one; gives back how the usual way ends. */
function follow(next: readonly NextPacket[], level: number, mark: string, legs: JourneyLeg[], trace: (expression: string) => Evaluation): string {
  let usual = '';
  next.forEach(({ label, packet, note, source, when }, i) => {
    if (legs.length >= MOST_LEGS) return;
    const own = `${mark}${i === 0 ? '' : String.fromCharCode(97 + i)}`;
    const text = formatPacketExpression(packet);
    if (legs.some((each) => each.expression === text)) {
      if (i === 0) usual = 'This is a loop: the proxy gets back what it has sent.';
      return;
    }
    legs.push({ ...leg(`${level}${own}`, label, text), note, source, when });
    const on = onwardOf(trace(text), true);
    const ended = 'end' in on ? on.end : follow(on.next, level + 1, own, legs, trace);
    if (i === 0) usual = ended;
  });
  return usual;
}

function leg(id: string, label: string, expression: string): JourneyLeg {
  return { id, label, expression, note: undefined, source: undefined, when: undefined };
}

/** `sent`: the packet is a proxy's own. */
function onwardOf(evaluation: Evaluation, sent = false): Onward {
  const { input, request } = evaluation;
  if (!input || !request) return { end: 'It cannot be traced.' };
  const walked = courseOf(input);
  const { end, events } = walked;
  if (end.outcome === 'DROPPED' || end.outcome === 'NONE') return { end: `It is ${droppedBy(end)}: nothing follows.` };
  if (end.outcome === 'LOCAL' && end.receiverKnown && !end.receiver) return { end: 'Nobody listens there, and the kernel refuses it: nothing follows.' };
  const profile = profileOf(evaluation);
  if (!profile) return { end: 'These are no rules of Istio: no proxy takes the packet to send it on.' };
  const start = events[0];
  const protocol = end.packet.protocol;
  if (start?.kind !== 'start' || (protocol !== PROTOCOL.TCP && protocol !== PROTOCOL.UDP)) return { end: 'Only TCP, and DNS over UDP, goes by a proxy.' };
  if (end.outcome === 'SENT') return { end: sent ? 'It leaves the pod; where it arrives in a pod of the mesh, it is inbound there.' : isProxys(profile, request) ? 'It is sent as the proxy’s own user or mark, which the rules let out: whoever runs so bypasses the proxy.' : 'No proxy is on its way: it leaves the pod as it is.' };
  const { host } = walked.on ?? evaluation.setting.setting;
  const own = isOwnWay(walked);
  const captured = events.some((event, i) => own(i) && ((event.kind === 'translate' && event.half === 'destination') || (event.kind === 'rule' && event.matched && event.effect?.kind === 'tproxy')));
  if (sent && !captured) return { end: 'The program has it; its answer goes back the same way.' };
  const tproxied = captured && !events.some((event) => event.kind === 'translate' && event.half === 'destination');
  const { source, destination, destinationPort, family } = start.packet;
  const place = ownPlace(host, family);
  const port = tproxied ? (profile.inboundPort ?? end.packet.destinationPort) : end.packet.destinationPort;
  return onward(profile, input.knowledge && istioVersions(input.knowledge), {
    family, protocol, direction: request.dir === 'out' ? 'out' : 'in', source: formatAddress(source), destination: formatAddress(destination), destinationPort, port, captured,
    own: isOwn(host, destination), ownAddress: place.address ?? formatAddress(destination), appPort: place.port ?? (captured ? destinationPort : 8080),
  });
}

function isProxys({ proxyUids, proxyGids, mode }: NonNullable<ReturnType<typeof profileOf>>, { dir, uid, gid, mark = 0 }: NonNullable<Evaluation['request']>): boolean {
  if (dir !== 'out') return false;
  return mode === 'ambient pod' ? (mark & 0xfff) === 0x539 : proxyUids.includes(String(uid)) || proxyGids.includes(String(gid));
}

function isOwn({ interfaces }: Host, address: Address): boolean {
  return isLoopback(address) || interfaces.some(({ addresses }) => addresses.some((own) => sameAddress(own.address, address)));
}

/** Ports of the proxy, which are none of the application. */
const MESH_PORTS = /^15\d{3}$/;

/** The first address of the pod, and a port on which a program of its own listens. */
function ownPlace({ interfaces, listeners }: Host, family: 4 | 6): { readonly address: string | undefined; readonly port: number | undefined } {
  const own = interfaces.filter(({ name }) => name !== 'lo').flatMap(({ addresses }) => addresses).find(({ address }) => address.family === family);
  const app = listeners.find(({ protocol, port, address }) => protocol === PROTOCOL.TCP && !MESH_PORTS.test(String(port)) && !(address && isLoopback(address)));
  return { address: own && formatAddress(own.address), port: app?.port };
}

const AGENT_PORTS: ReadonlySet<number> = new Set([15020, 15053]);

function firstLabel(evaluation: Evaluation): string {
  const { input, request } = evaluation;
  if (!input || !request) return 'the packet';
  const { end, events } = courseOf(input);
  const profile = profileOf(evaluation);
  const start = events[0];
  const from = request.dir !== 'out' ? 'client' : profile && isProxys(profile, request) ? 'proxy' : 'app';
  if (end.outcome !== 'LOCAL' || start?.kind !== 'start') return `${from} → ${end.outcome === 'SENT' ? 'outside' : 'dropped'}`;
  const proxy = profile?.mode === 'ambient pod' ? 'ztunnel' : AGENT_PORTS.has(end.packet.destinationPort) ? 'agent' : 'Envoy';
  const tproxied = events.some((event) => event.kind === 'rule' && event.matched && event.effect?.kind === 'tproxy');
  if (tproxied && profile) return `${from} → ${proxy} :${profile.inboundPort ?? end.packet.destinationPort}`;
  return `${from} → ${end.packet.destinationPort === start.packet.destinationPort && !MESH_PORTS.test(String(end.packet.destinationPort)) ? 'app' : proxy} :${end.packet.destinationPort}`;
}
