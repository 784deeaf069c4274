import type { NextPacket, Onward } from '../../core/knowledge/knowledge';
import { formatPacketExpression } from '../../core/net/packetExpression';
import { hasNoListener } from '../../core/netfilter/walkEnds';
import { selectedPath } from '../traceReport/traceInput';
import { droppedBy } from '../traceReport/verdict';
import type { Evaluation } from '../traceSession/evaluate';
import { receiverOf, senderOf } from './labels';
import { loopWords } from './loop';
import { proxiesOf, saidWithoutProxies } from './proxies';
import { takenOf } from './taken';

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

/** A proxy gets back what it has sent, and sends it again. */
export interface JourneyLoop {
  /** The leg that comes back. */
  readonly leg: string;
  /** Sentences; the first has "this is a loop". */
  readonly words: string;
  /** Only if; undefined: usually. */
  readonly when: string | undefined;
}

export interface Journey {
  /** The packet itself and what follows; one alone where nothing follows. */
  readonly legs: readonly JourneyLeg[];
  /** Why the usual way is over after its last leg. */
  readonly end: string;
  readonly loops: readonly JourneyLoop[];
  /** What is to be known of the rules as a whole: those of several releases or modes in one file. */
  readonly remarks: readonly string[];
  /** A proxy takes part, or would be expected to: `end` is worth showing where nobody asked for a journey. */
  readonly ofProxies: boolean;
}

export interface JourneyWish {
  /** The application calls a Service of its own pod: the proxy picks this pod as the endpoint. */
  readonly ownService?: boolean;
}

/** No exchange in a pod is longer: app → proxy → proxy → app. */
const MOST_LEGS = 6;

/**
 * How an exchange goes on after the proxies of this host: client → proxy → app, app → proxy → outside. Each leg is a
 * packet that is traced in the same rules; what a proxy does between two is knowledge of its program. Without a proxy
 * the packet is the only leg. `trace` evaluates an expression in the same file.
 */
export function journeyOf(
  evaluation: Evaluation,
  expression: string,
  trace: (expression: string) => Evaluation,
  wish: JourneyWish = {},
): Journey {
  const walk = new Walk(trace, wish);
  const leg: JourneyLeg = {
    id: '1',
    label: firstLabel(evaluation),
    expression,
    note: undefined,
    source: undefined,
    when: undefined,
  };
  walk.legs.push(leg);
  const first = walk.onward(evaluation);
  const end = 'end' in first ? first.end : walk.follow(first.next, evaluation, 2, '', [leg]);
  return {
    legs: walk.legs,
    end,
    loops: walk.loops,
    remarks: proxiesOf(evaluation)?.remarks?.() ?? [],
    ofProxies: first.ofProxies === true || walk.legs.length > 1 || saidWithoutProxies(evaluation) !== undefined,
  };
}

type Step = Onward & { readonly ofProxies?: boolean };

class Walk {
  readonly legs: JourneyLeg[] = [];
  readonly loops: JourneyLoop[] = [];

  constructor(
    private readonly trace: (expression: string) => Evaluation,
    private readonly wish: JourneyWish,
  ) {}

  /**
   * Adds what follows `before`, the usual way first and then each other one; gives back how the usual way ends.
   * `behind`: the legs that led there.
   */
  follow(
    next: readonly NextPacket[],
    before: Evaluation,
    level: number,
    mark: string,
    behind: readonly JourneyLeg[],
  ): string {
    let usual = '';
    for (const [i, { label, packet, note, source, when }] of next.entries()) {
      if (this.legs.length >= MOST_LEGS) break;
      const own = `${mark}${i === 0 ? '' : String.fromCharCode(97 + i)}`;
      const expression = formatPacketExpression(packet);
      const again = behind.find((each) => each.expression === expression);
      if (again) {
        const condition = behind.findLast((each) => each.when !== undefined)?.when;
        const words = loopWords(before, again.label, condition);
        this.loops.push({ leg: again.id, words, when: condition });
        // Whatever else may follow, a proxy that gets its own packet sends it once more.
        return words;
      }
      if (this.legs.some((each) => each.expression === expression)) continue;
      const leg = { id: `${level}${own}`, label, expression, note, source, when };
      this.legs.push(leg);
      const traced = this.trace(expression);
      const on = this.onward(traced, true);
      const ended = 'end' in on ? on.end : this.follow(on.next, traced, level + 1, own, [...behind, leg]);
      if (i === 0) usual = ended;
    }
    return usual;
  }

  /** `sent`: the packet is a proxy's own. */
  onward(evaluation: Evaluation, sent = false): Step {
    const { input, request } = evaluation;
    if (!input || !request) return { end: 'It cannot be traced.' };
    const { end } = selectedPath(input);
    const proxies = proxiesOf(evaluation);
    const ofProxies = proxies?.expected === true;
    if (end.outcome === 'DROPPED' || end.outcome === 'NONE')
      return { end: `It is ${droppedBy(end)}: nothing follows.`, ofProxies };
    if (hasNoListener(end))
      return { end: 'Nobody listens there, and the kernel refuses it: nothing follows.', ofProxies };
    const taken = takenOf(evaluation, sent);
    const on =
      proxies && taken
        ? ((taken.leaves && !sent ? proxies.ofProxyItself?.(request) : undefined) ??
          proxies.onward(taken, this.wish.ownService === true))
        : undefined;
    if (on) return { ...on, ofProxies: true };
    const said = saidWithoutProxies(evaluation);
    if (said !== undefined) return { end: said };
    if (ofProxies && !taken) return { end: 'Only TCP, and DNS over UDP, goes through a proxy.', ofProxies };
    return {
      end:
        end.outcome === 'LOCAL'
          ? 'A program of this host gets it, and no proxy sends it on.'
          : 'It leaves this host, and no proxy of this host sends it on.',
    };
  }
}

/** `client → proxy :15006`, `app → outside`. */
function firstLabel(evaluation: Evaluation): string {
  const { input, request } = evaluation;
  if (!input || !request) return 'the packet';
  const walked = selectedPath(input);
  return `${senderOf(evaluation)} → ${receiverOf(evaluation, input, walked, takenOf(evaluation, false))}`;
}
