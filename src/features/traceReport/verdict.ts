import { capital } from '../../core/text/capital';
import type { Line } from '../../core/syntax/tree';
import { portKnowledge } from '../../core/knowledge/knowledge';
import { sameAddress } from '../../core/net/address';
import { PROTOCOL } from '../../core/net/packet';
import { hasNoListener } from '../../core/netfilter/walkEnds';
import type { Listener } from '../../core/net/host';
import type { Proviso, TraceEvent, Walked, WalkEnd } from '../../core/netfilter/events';
import type { Rule } from '../../core/ruleset/ruleSet';
import { conditionsOfRule } from '../../core/netfilter/evidence';
import { selectedPath, isOwnWay, type RuleEvent, type TraceInput } from './traceInput';
import { lineNumber, lineWords } from '../../core/syntax/typedLine';
import { explainKernelDrop } from './explainKernelDrop';
import type { Badge, RichText, TextPiece } from '../../shared/traceReport';
import { listens, proxySocket, tproxyOf, unknownProxy, unknownReceiver } from './receiverWords';
import { destinationOf, inFragments, showsPorts, sourceOf } from './packetWords';
import { AssumedValues } from './card/assumedValues';

type Translate = Extract<TraceEvent, { readonly kind: 'translate' }>;

/** The end of a path in two words. */
export function badgeOf(walked: Walked): Badge {
  return walked.provided?.length ? { ...endBadge(walked), conditional: true } : endBadge(walked);
}

function endBadge(walked: Walked): Badge {
  const { end } = walked;
  switch (end.outcome) {
    case 'NONE':
      return { text: 'NOT HANDLED', tone: 'drop' };
    case 'DROPPED':
      return end.verdict === 'REJECT' ? { text: 'REJECTED', tone: 'reject' } : { text: 'DROPPED', tone: 'drop' };
    case 'SENT':
      return { text: `SENT ${end.outInterface ?? ''}`.trim(), tone: 'sent' };
    case 'LOCAL': {
      const port = showsPorts(end.packet) ? ` :${end.packet.destinationPort}` : '';
      if (hasNoListener(end)) return { text: `NO LISTENER${port}`, tone: 'unknown' };
      const target = natTarget(walked, 'destination');
      return target === undefined
        ? { text: `DELIVERED${port}`, tone: 'accept' }
        : { text: `${target}${port}`, tone: 'redirect' };
    }
  }
}

/** Who gets the packet, or who dropped it, and the line that decided. */
export function verdictOf(input: TraceInput): RichText {
  const { end, provided = [] } = selectedPath(input);
  const words = [...provisoWords(provided), ...ending(input)];
  if (end.randomPort === undefined || end.outcome === 'NONE') return words;
  const port = end.randomPort === 'source' ? end.packet.sourcePort : end.packet.destinationPort;
  return [...words, dim(` The ${end.randomPort} port is drawn at random: ${port} is one of the possible ones.`)];
}

/** `If lines 1–2 are of table filter, and the rules of iptables-legacy let it pass unchanged: ` */
function provisoWords(provided: readonly Proviso[]): RichText {
  return provided.length === 0 ? [] : [plain(`If ${provided.map(({ what }) => what).join(', and ')}: `)];
}

function ending(input: TraceInput): RichText {
  const walked = selectedPath(input);
  const { end } = walked;
  switch (end.outcome) {
    case 'LOCAL':
      return delivered(input, walked);
    case 'SENT':
      return sent(input, walked);
    case 'DROPPED':
      return dropped(walked);
    case 'NONE':
      return [
        strong('It never reaches a hook'),
        plain(
          `: ${end.dropBy?.kind === 'kernel' ? `${explainKernelDrop(end.dropBy.reason)}. ` : 'the kernel refuses it. '}`,
        ),
        dim(sentence(end.dropBy?.kind === 'kernel' ? end.dropBy.detail : '')),
      ];
  }
}

/**
 * The index of the event that decided: the drop, else the rule that translated, accepted or spared it, else the end.
 */
export function decisiveEvent(walked: Walked): number | undefined {
  const { events, end } = walked;
  const own = isOwnWay(walked);
  const last = (wanted: (event: TraceEvent, index: number) => boolean, where = own): number | undefined => {
    for (let i = events.length - 1; i >= 0; i--) if (where(i) && wanted(events[i] as TraceEvent, i)) return i;
    return undefined;
  };
  const by = end.dropBy;
  if (by?.kind === 'rule') return last((event) => event.kind === 'rule' && event.rule === by.rule && event.matched);
  if (by?.kind === 'policy') return last((event) => event.kind === 'policy' && event.chain === by.chain);
  if (by?.kind === 'kernel') return last((event) => event.kind === 'kernel-drop');
  return (
    last((event) => isTranslating(event) && end.outcome === 'LOCAL') ??
    // Where it goes decides more than who lets it pass.
    last(isReaddressing) ??
    last(isAccepting) ??
    // Of a packet and its copy, the one that goes first visits nat for both.
    last(isTranslating, () => true) ??
    last((event, index) => sparesFromNat(events, event, index)) ??
    last((event) => event.kind === 'delivered' || event.kind === 'sent')
  );
}

/**
 * A RETURN with conditions that keeps a packet from being redirected: what an exclusion of a port or a user looks like.
 */
function sparesFromNat(events: readonly TraceEvent[], event: TraceEvent, index: number): boolean {
  if (event.kind !== 'rule' || !event.matched || event.effect?.kind !== 'verdict' || event.effect.verdict !== 'RETURN')
    return false;
  const { rule, view } = event;
  const end = events[index + 2];
  return (
    (view.hook === 'PREROUTING' || view.hook === 'OUTPUT') &&
    rule.number < rule.chain.rules.length &&
    events[index + 1]?.kind === 'return' &&
    end?.kind === 'policy' &&
    (end.chain.base?.type ?? end.chain.table) === 'nat' &&
    conditionsOfRule(rule).length > 0
  );
}

/** A rule that matched and let the packet pass its table. */
export function isAccepting(event: TraceEvent): boolean {
  if (event.kind !== 'rule' || !event.matched) return false;
  const { effect } = event;
  return (effect?.kind === 'verdict' && effect.verdict === 'ACCEPT') || (effect?.kind === 'queue' && effect.bypass);
}

function isTranslating(event: TraceEvent): boolean {
  if (event.kind !== 'rule' || !event.matched) return false;
  const kind = event.effect?.kind;
  return kind === 'redirect' || kind === 'nat' || kind === 'masquerade' || tproxyOf(event) !== undefined;
}

/** Gives the packet another destination: of a published port and of a Service that is the answer. */
function isReaddressing(event: TraceEvent): boolean {
  return (
    event.kind === 'rule' &&
    event.matched &&
    (event.effect?.kind === 'redirect' || (event.effect?.kind === 'nat' && event.effect.half === 'destination'))
  );
}

/** Who receives it, and who would have without NAT; undefined where nobody is known to. */
export function receiverOf(
  input: TraceInput,
  { end, events }: Walked,
): { readonly who: string; readonly other: string | undefined } | undefined {
  const { receiver } = end;
  if (!receiver) return undefined;
  const role = roleOf(receiver);
  const changed = firstDestination(events);
  return {
    who: role === undefined ? (receiver.process ?? `The socket ${receiver.text}`) : capital(role),
    other: changed && otherReceiver(input, changed),
  };
}

function delivered(input: TraceInput, walked: Walked): RichText {
  const { end } = walked;
  const { packet, receiver } = end;
  const known = receiverOf(input, walked);
  const decided = decidedBy(walked);
  if (!receiver || !known) {
    const where = destinationOf(packet);
    if (hasNoListener(end)) {
      const answer =
        packet.protocol === PROTOCOL.TCP
          ? 'the kernel answers with a TCP reset (connection refused)'
          : 'the kernel answers "port unreachable"';
      return [strong(`Nobody listens on ${where}`), plain(`: ${answer}. `), ...decided];
    }
    const proxy = proxySocket(walked);
    if (proxy !== undefined)
      return [strong(`The socket on ${proxy} receives it`), plain(`; ${unknownProxy}. `), ...decided];
    const asked = showsPorts(packet) ? `, but ${unknownReceiver(end)}` : '';
    return [strong(`It is delivered to this host, ${where}`), plain(`${asked}. `), ...decided];
  }
  return [
    strong(`${known.who} receives it`),
    plain(`${known.other === undefined ? '' : `, not ${known.other}`}. `),
    dim(`${listens(receiver)}${input.listenersFrom === undefined ? '' : ` (from ${input.listenersFrom})`}. `),
    ...decided,
  ];
}

/** What is known of the port, where it speaks of the program that has it: `the proxy’s inbound listener`. */
function roleOf({ port, process }: Listener): string | undefined {
  if (process === undefined) return undefined;
  const title = portKnowledge(port)?.title ?? '';
  return title
    .slice(title.indexOf(': ') + 2)
    .split('; ')
    .find((role) => role.toLowerCase().startsWith(`${process.toLowerCase()}’s `));
}

/** Who would have got the packet if nothing had rewritten its destination. */
function otherReceiver({ listeners = [] }: TraceInput, { before, after, hook }: Translate): string {
  const listener = listeners.find(
    ({ port, protocol, families }) =>
      port === before.destinationPort && protocol === before.protocol && families.includes(before.family),
  );
  const here = hook === 'PREROUTING' && sameAddress(before.destination, after.destination);
  if (here && listener?.process !== undefined) return `${listener.process} on ${listener.text}`;
  return here && showsPorts(before) ? `the program on port ${before.destinationPort}` : destinationOf(before);
}

function sent(input: TraceInput, walked: Walked): RichText {
  const { end, events } = walked;
  const own = isOwnWay(walked);
  const last = events.at(-1);
  const route = events.findLast((event, index) => event.kind === 'route' && own(index));
  const hop = route?.kind === 'route' && route.gateway !== undefined ? `, next hop ${route.gateway}` : '';
  const changes = events.flatMap((event, index) =>
    event.kind === 'translate' && own(index)
      ? [{ event, rule: event.established ? undefined : translatingRule(events, index) }]
      : [],
  );
  const assumed = new AssumedValues(input, walked);
  const decisive = decisiveEvent(walked);
  const translated = decisive !== undefined && changes.some(({ rule }) => rule === events[decisive]);
  const said = [
    strong(`It leaves by ${end.outInterface ?? 'no interface'}`),
    plain(` to ${destinationOf(end.packet)}${hop}${last?.kind === 'sent' ? inFragments(last.fragments) : ''}. `),
    ...changes.flatMap(({ event, rule }) => translationWords(event, rule, assumed.isMadeUp(event.after.source))),
    ...(translated ? [] : decidedBy(walked)),
  ];
  return [...said, ...copyWords(events, said.at(-1)?.text.endsWith(' ') ? '' : ' ')];
}

/** What becomes of the copy that the host takes itself of what it sends to many. */
function copyWords(events: readonly TraceEvent[], before: string): RichText {
  const copy = events.find((event) => event.kind === 'copy-end')?.end;
  return copy
    ? [
        plain(
          `${before}This host takes a copy itself${copy.outcome === 'LOCAL' ? '' : `, which is ${droppedBy(copy)}`}.`,
        ),
      ]
    : [];
}

/** `dropped by line 7`, `dropped by the policy of INPUT`, `dropped by the kernel`. */
export function droppedBy({ dropBy, verdict }: WalkEnd): string {
  const by =
    dropBy?.kind === 'rule'
      ? lineWords(dropBy.rule.line)
      : dropBy?.kind === 'policy'
        ? `the policy of ${dropBy.chain.name}`
        : 'the kernel';
  return `${verdict === 'REJECT' ? 'rejected' : 'dropped'} by ${by}`;
}

/** `Line 18 sends it to 172.21.0.3:80.` */
function translationWords({ half, after }: Translate, event: RuleEvent | undefined, madeUp: boolean): RichText {
  const by = event ? ruleSpan(event.rule.line, true) : plain('The translation of its connection');
  return [
    by,
    plain(
      half === 'destination'
        ? ` sends it to ${destinationOf(after)}. `
        : ` gives it the source ${sourceOf(after)}${madeUp ? ', an assumed address' : ''}. `,
    ),
  ];
}

function translatingRule(events: readonly TraceEvent[], index: number): RuleEvent | undefined {
  return events
    .slice(0, index)
    .reverse()
    .find((each): each is RuleEvent => each.kind === 'rule' && isTranslating(each));
}

function dropped({ end, events }: Walked): RichText {
  const by = end.dropBy;
  if (by?.kind === 'policy') {
    const line = lineNumber(by.chain.line);
    return [
      strong(`Dropped by the policy of ${by.chain.name}`),
      ...(line === undefined ? [] : [plain(' ('), lineSpan(line), plain(')')]),
      plain(': '),
      dim(
        by.chain.rules.length === 0
          ? `${by.chain.table} ${by.chain.name} has no rules.`
          : `no rule of ${by.chain.table} ${by.chain.name} decided otherwise.`,
      ),
    ];
  }
  if (by?.kind === 'kernel') {
    const where = by.hook === undefined ? '' : by.inHook ? ` in ${by.hook}` : ` after ${by.hook}`;
    return [
      strong(`Dropped by the kernel${where}`),
      plain(', not by a rule: '),
      plain(`${explainKernelDrop(by.reason)}. `),
      dim(sentence(by.detail)),
    ];
  }
  if (by?.kind !== 'rule') return [strong('Dropped.')];
  const event = events.find((each): each is RuleEvent => each.kind === 'rule' && each.rule === by.rule && each.matched);
  const reply =
    event?.effect?.kind === 'reject' && event.effect.reply.kind !== 'none' ? ` with ${event.effect.reply.name}` : '';
  return [
    strong(end.verdict === 'REJECT' ? 'Rejected by ' : 'Dropped by '),
    { ...ruleSpan(by.rule.line), style: 'strong' },
    strong(reply),
    plain(': '),
    dim(`${by.rule.chain.table} ${rulePlace(by.rule)}${by.hook === by.rule.chain.name ? '' : `, in ${by.hook}`}.`),
  ];
}

/** `Decided by line 78.` Nothing where no rule had a say. */
function decidedBy(walked: Walked): RichText {
  const index = decisiveEvent(walked);
  const event = index === undefined ? undefined : walked.events[index];
  if (event?.kind !== 'rule')
    return [
      dim(
        walked.provided?.some(({ unseen }) => unseen)
          ? 'No rule that is shown and followed stops or changes it.'
          : 'No rule stops or changes it.',
      ),
    ];
  if (sparesFromNat(walked.events, event, index as number))
    return [ruleSpan(event.rule.line, true), dim(' leaves it as it is (RETURN).')];
  return [dim('Decided by '), ruleSpan(event.rule.line), dim('.')];
}

function firstDestination(events: readonly TraceEvent[]): Translate | undefined {
  return events.find((event): event is Translate => event.kind === 'translate' && event.half === 'destination');
}

/** The target that rewrote one half: `REDIRECT`. For a packet of a connection that is translated already, `NAT`. */
function natTarget({ events }: Walked, half: 'destination' | 'source'): string | undefined {
  for (const [index, event] of events.entries()) {
    if (tproxyOf(event)) return 'TPROXY';
    if (event.kind !== 'translate' || event.half !== half) continue;
    const rule = translatingRule(events, index);
    return event.established || rule?.rule.target.kind !== 'extension' ? 'NAT' : rule.rule.target.extension.name;
  }
  return undefined;
}

/** `INPUT rule 4`. */
export function rulePlace(rule: Rule): string {
  return `${rule.chain.name} rule ${rule.number}`;
}

function strong(text: string): TextPiece {
  return { text, style: 'strong' };
}

function plain(text: string): TextPiece {
  return { text };
}

function dim(text: string): TextPiece {
  return { text, style: 'dim' };
}

/** `line 78`, which leads there. */
function lineSpan(line: number): TextPiece {
  return { text: `line ${line}`, line };
}

/** The rule of a line, as a link where it is of the file. */
export function ruleSpan(line: Line, first = false): TextPiece {
  const number = lineNumber(line);
  const words = lineWords(line);
  return { text: first ? capital(words) : words, ...(number !== undefined && { line: number }) };
}

function sentence(text: string): string {
  return text === '' ? '' : `${capital(text)}.`;
}

/** Spans as one text. */
export function textOfSpans(spans: RichText): string {
  return spans
    .map(({ text }) => text)
    .join('')
    .trim();
}
