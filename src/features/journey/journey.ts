import type { NextPacket } from '../../core/knowledge/knowledge';
import type { Packet } from '../../core/net/packet';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { Dump } from '../fileModel';
import { nextHostOf, nameOf as nameOfRules } from './nextHost';
import { passed, roundOf, roundWords, type Passed } from './round';
import { formatPacketExpression } from '../../core/net/packetExpression';
import { hasNoListener } from '../../core/netfilter/walkEnds';
import { selectedPath } from '../traceReport/traceInput';
import { droppedBy } from '../traceReport/verdict';
import type { Evaluation } from '../traceSession/evaluate';
import { receiverOf, senderOf } from './labels';
import { loopWords } from './loop';
import { proxiesOf, saidWithoutProxies } from './proxies';
import { takenOf } from './taken';

/** A packet in one of the rule sets of a file. */
export interface PacketInRules {
  readonly expression: string;
  /** `Dump.id`. */
  readonly dump: string;
}

/** One packet of a whole exchange. */
export interface JourneyLeg extends PacketInRules {
  readonly id: string;
  readonly label: string;
  /** Whose rules it meets, where that is another host than the one before; undefined: the same. */
  readonly at: string | undefined;
  /** Why the proxy sends such a packet, and where that is known from; undefined for the first leg. */
  readonly note: string | undefined;
  readonly source: string | undefined;
  /** The exchange goes on this way only if; undefined: it usually does. */
  readonly when: string | undefined;
}

/** A proxy gets back what it has sent, and sends it again; or a host what it has sent on. */
export interface JourneyLoop {
  /** The leg whose sender gets it back. */
  readonly leg: string;
  /** Sentences; the first has "this is a loop". */
  readonly words: string;
  /** Only if; undefined: usually. */
  readonly when: string | undefined;
  /** The leg that hosts send round, so that nobody receives it; undefined where a proxy gets what it has sent. */
  readonly notReceived?: string | undefined;
}

export interface Journey {
  /** The packet itself and what follows; one alone where nothing follows. */
  readonly legs: readonly JourneyLeg[];
  /** Why the usual way is over after its last leg. */
  readonly end: string;
  readonly loops: readonly JourneyLoop[];
  /** Remarks on the rules as a whole: those of several releases or modes in one file. */
  readonly remarks: readonly string[];
  /** A proxy takes part, or would be expected to: `end` is worth showing where nobody asked for a journey. */
  readonly ofProxies: boolean;
}

export interface JourneyWish {
  /** The application calls a Service of its own pod: the proxy picks this pod as the endpoint. */
  readonly ownService?: boolean;
}

/** No exchange in a pod is longer than four: app → proxy → proxy → app. It may pass other hosts besides. */
const MOST_LEGS = 10;
/** So many paths of a packet are looked through for one that reaches another host of the file. */
const MOST_PATHS = 16;

/**
 * How an exchange goes on after the proxies of this host: client → proxy → app, app → proxy → outside; and at the next
 * host, where the file shows its rules too. Each leg is a packet that is traced; what a proxy does between two is
 * knowledge of its program. Without either the packet is the only leg. `trace` evaluates a packet in the same file.
 */
export function journeyOf(
  evaluation: Evaluation,
  expression: string,
  trace: (packet: PacketInRules) => Evaluation,
  wish: JourneyWish = {},
): Journey {
  const walk = new Walk(trace, wish);
  const leg: JourneyLeg = {
    id: '1',
    label: labelOf(evaluation, senderOf(evaluation)),
    expression,
    dump: evaluation.setting.dump.id,
    at: undefined,
    note: undefined,
    source: undefined,
    when: undefined,
  };
  walk.legs.push(leg);
  const first = walk.onward(evaluation);
  const end = 'end' in first ? first.end : walk.follow(first.next, evaluation, 2, '', [passed(leg, evaluation)]);
  return {
    legs: walk.legs,
    end,
    loops: walk.loops,
    remarks: [...new Set([...(proxiesOf(evaluation)?.remarks?.() ?? []), ...walk.remarks])],
    ofProxies: first.ofProxies === true || walk.legs.length > 1 || saidWithoutProxies(evaluation) !== undefined,
  };
}

type Step =
  | { readonly end: string; readonly ofProxies?: boolean }
  | { readonly next: readonly Next[]; readonly ofProxies?: boolean };

/** A packet that follows: at the same host, or at the next one. */
interface Next {
  readonly packet: PacketRequest;
  readonly dump: Dump;
  /** What its label is, once it has been traced. */
  readonly label: (traced: Evaluation) => string;
  readonly at: string | undefined;
  /** As it left the host before; undefined at the same host. */
  readonly left: Packet | undefined;
  readonly note: string;
  readonly source: string | undefined;
  readonly when: string | undefined;
}

class Walk {
  readonly legs: JourneyLeg[] = [];
  readonly loops: JourneyLoop[] = [];
  /** On the rules that packets after the first one meet. */
  readonly remarks: string[] = [];

  constructor(
    private readonly trace: (packet: PacketInRules) => Evaluation,
    private readonly wish: JourneyWish,
  ) {}

  /**
   * Adds what follows `before`, the usual way first and then each other one; gives back how the usual way ends.
   * `behind`: the legs before it.
   */
  follow(
    next: readonly Next[],
    before: Evaluation,
    level: number,
    mark: string,
    behind: readonly Passed<JourneyLeg>[],
  ): string {
    let usual = '';
    for (const [i, { label, packet, dump, at, left, note, source, when }] of next.entries()) {
      if (this.legs.length >= MOST_LEGS) return usual || 'It goes on, and is followed no further.';
      const own = `${mark}${i === 0 ? '' : String.fromCharCode(97 + i)}`;
      const expression = formatPacketExpression(packet);
      const isSame = (each: PacketInRules): boolean => each.expression === expression && each.dump === dump.id;
      const condition = behind.findLast(({ leg }) => leg.when !== undefined)?.leg.when;
      const round = left && roundOf(behind, left, dump);
      if (round) {
        const words = roundWords(round, condition);
        this.loops.push({ leg: round.sent.id, words, when: condition, notReceived: behind.at(-1)?.leg.id });
        return words;
      }
      const again = behind.find(({ leg }) => isSame(leg))?.leg;
      if (again) {
        const words = loopWords(before, again.label, condition);
        this.loops.push({ leg: again.id, words, when: condition });
        // Whatever else may follow, a proxy that gets its own packet sends it once more.
        return words;
      }
      if (this.legs.some(isSame)) continue;
      const traced = this.trace({ expression, dump: dump.id });
      const leg = { id: `${level}${own}`, label: label(traced), expression, dump: dump.id, at, note, source, when };
      this.legs.push(leg);
      this.remarks.push(...(proxiesOf(traced)?.remarks?.() ?? []));
      const on = this.onward(traced, at === undefined);
      const ended =
        'end' in on ? on.end : this.follow(on.next, traced, level + 1, own, [...behind, passed(leg, traced)]);
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
    if (on) return 'end' in on ? this.arrival(evaluation, on.end, true) : here(on.next, evaluation.setting.dump);
    const said = saidWithoutProxies(evaluation);
    if (said !== undefined) return this.arrival(evaluation, said, false);
    if (ofProxies && !taken)
      return this.arrival(evaluation, 'Only TCP, and DNS over UDP, goes through a proxy.', ofProxies);
    return this.arrival(
      evaluation,
      end.outcome === 'LOCAL'
        ? 'A program of this host gets it, and no proxy sends it on.'
        : 'It leaves this host, and no proxy of this host sends it on.',
      false,
    );
  }

  /** What has left this host goes on at another one that the file shows; otherwise that is the end. */
  private arrival(evaluation: Evaluation, end: string, ofProxies: boolean): Step {
    const { input, setting } = evaluation;
    const paths = input?.traced.outcomes.slice(0, MOST_PATHS) ?? [];
    const from = nameOfRules(setting.model, setting.dump);
    const next = paths.flatMap((walked): readonly Next[] => {
      const host = nextHostOf(evaluation, walked);
      if (!host) return [];
      const { dump, packet, left, name, note } = host;
      const when = paths.length > 1 ? `it is sent to ${packet.dst}` : undefined;
      return [
        { packet, dump, label: (traced) => labelOf(traced, from), at: name, left, note, source: undefined, when },
      ];
    });
    return next.length > 0 ? { next, ofProxies } : { end, ofProxies };
  }
}

function here(next: readonly NextPacket[], dump: Dump): Step {
  return {
    next: next.map(({ label, packet, note, source, when }) => ({
      packet,
      dump,
      label: () => label,
      at: undefined,
      left: undefined,
      note,
      source,
      when,
    })),
  };
}

/** `client → proxy :15006`, `app → outside`. */
function labelOf(evaluation: Evaluation, sender: string): string {
  const { input, request } = evaluation;
  if (!input || !request) return 'the packet';
  return `${sender} → ${receiverOf(evaluation, input, selectedPath(input), takenOf(evaluation, false))}`;
}
