import type { NextPacket, Onward } from '../../core/knowledge/knowledge';
import { formatPacketExpression } from '../../core/net/packetExpression';
import { selectedPath } from '../traceReport/traceInput';
import { droppedBy } from '../traceReport/verdict';
import type { Evaluation } from '../traceSession/evaluate';
import { meshOf, withoutMesh } from './mesh';
import { senderOf, takenOf } from './taken';

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
  /** Why the usual way is over after its last leg. */
  readonly end: string;
  /** What is to be known of the rules as a whole: those of several releases or modes in one file. */
  readonly remarks: readonly string[];
  /**
   * The rules are those of a mesh, or the file says why there are none: `end` is worth showing where nobody asked for a
   * journey.
   */
  readonly ofMesh: boolean;
}

export interface JourneyWish {
  /** The application calls a Service of its own pod: the proxy picks this pod as the endpoint. */
  readonly ownService?: boolean;
}

/** No exchange in a pod is longer: app → proxy → proxy → app. */
const MOST_LEGS = 6;

/**
 * How an exchange goes on after the proxy of a pod: client → proxy → app, app → proxy → outside. Each leg is a packet
 * that is traced in the same rules; what a proxy does between two is knowledge of its program. `trace` evaluates an
 * expression in the same file.
 */
export function journeyOf(
  evaluation: Evaluation,
  expression: string,
  trace: (expression: string) => Evaluation,
  wish: JourneyWish = {},
): Journey {
  const legs: JourneyLeg[] = [leg('1', firstLabel(evaluation), expression)];
  const whole = {
    remarks: meshOf(evaluation)?.remarks() ?? [],
    ofMesh: meshOf(evaluation) !== undefined || withoutMesh(evaluation).stated,
  };
  const first = onwardOf(evaluation, wish);
  if ('end' in first) return { legs, end: first.end, ...whole };
  const end = follow(first.next, 2, '', legs, (text) => onwardOf(trace(text), wish, true));
  return { legs, end, ...whole };
}

/** Adds what follows, the usual way first and then each other one; gives back how the usual way ends. */
function follow(
  next: readonly NextPacket[],
  level: number,
  mark: string,
  legs: JourneyLeg[],
  onwards: (expression: string) => Onward,
): string {
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
    const on = onwards(text);
    const ended = 'end' in on ? on.end : follow(on.next, level + 1, own, legs, onwards);
    if (i === 0) usual = ended;
  });
  return usual;
}

function leg(id: string, label: string, expression: string): JourneyLeg {
  return { id, label, expression, note: undefined, source: undefined, when: undefined };
}

/** `sent`: the packet is a proxy's own. */
function onwardOf(evaluation: Evaluation, wish: JourneyWish, sent = false): Onward {
  const { input, request } = evaluation;
  if (!input || !request) return { end: 'It cannot be traced.' };
  const { end } = selectedPath(input);
  if (end.outcome === 'DROPPED' || end.outcome === 'NONE') return { end: `It is ${droppedBy(end)}: nothing follows.` };
  if (end.outcome === 'LOCAL' && end.receiverKnown && !end.receiver)
    return { end: 'Nobody listens there, and the kernel refuses it: nothing follows.' };
  const mesh = meshOf(evaluation);
  if (!mesh) return { end: withoutMesh(evaluation).end };
  const taken = takenOf(evaluation, sent);
  if (!taken) return { end: 'Only TCP, and DNS over UDP, goes through a proxy.' };
  return (
    (taken.leaves && !sent ? mesh.ofProxyItself(request) : undefined) ?? mesh.onward(taken, wish.ownService === true)
  );
}

/** `client → proxy :15006`, `app → outside`. */
function firstLabel(evaluation: Evaluation): string {
  const { input, request } = evaluation;
  if (!input || !request) return 'the packet';
  const { end } = selectedPath(input);
  const mesh = meshOf(evaluation);
  const from = senderOf(evaluation);
  if (end.outcome === 'DROPPED' || end.outcome === 'NONE') return `${from} → dropped`;
  const taken = takenOf(evaluation, false);
  if (taken?.leaves) {
    const { iface, destination } = taken.leaves;
    const elsewhere = request.dir === 'out' ? 'outside' : `${destination} (${iface})`;
    return `${from} → ${mesh ? mesh.way(taken, taken.leaves) : elsewhere}`;
  }
  if (end.outcome === 'SENT') return `${from} → outside`;
  const port = taken?.port ?? end.packet.destinationPort;
  return `${from} → ${mesh && taken ? mesh.receiver(port, taken.captured) : 'app'} :${port}`;
}
