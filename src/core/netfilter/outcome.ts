import { formatAddress } from '../net/address';
import type { ConntrackState } from '../net/conntrack';
import { hasPorts } from '../net/makePacket';
import { PROTOCOL, tcpFlagNames, type Packet } from '../net/packet';
import { reportedProtocol } from '../net/protocols';
import { printRule } from '../ruleset/printRule';
import type { Backend } from '../xtables/backend';
import type { Assumption } from './assumption';
import type { HostAnswer, Proviso, TraceEvent, Walked, WalkEnd } from './events';
import { isIcmpErrorPacket } from '../net/icmpTypes';
import { reasonCode, type ReasonCode } from './reasonCode';

/** What is assumed of the host. `word`: the word of a packet expression that states it, where there is one. */
interface AssumedOfHost {
  readonly kind: 'host';
  readonly what: string;
  readonly value: boolean;
  readonly reason: string;
  readonly word?: string;
}

/** One outcome in the words of the JSON contract (docs/contract.md). */
export interface Outcome {
  readonly assumptions: readonly (
    | Pick<Assumption, 'backend' | 'table' | 'chain' | 'num' | 'match' | 'value' | 'probability' | 'reason'>
    | AssumedOfHost
  )[];
  readonly outcome: WalkEnd['outcome'];
  readonly verdict: WalkEnd['verdict'];
  /** The kind of the outcome. */
  readonly reasonCode: ReasonCode;
  readonly dropBy?: Record<string, unknown>;
  /** For NONE: why the packet never reached a hook. */
  readonly neverSeen?: Record<string, unknown>;
  readonly outIface?: string;
  readonly hooks: readonly string[];
  /** `backend`: where both have rules. */
  readonly matchedRules: readonly {
    readonly hook: string;
    readonly table: string;
    readonly chain: string;
    readonly num: number;
    readonly rule: string;
    readonly backend?: Backend;
  }[];
  readonly verdicts: readonly {
    readonly hook: string;
    readonly table: string;
    readonly verdict: string;
    readonly by: string;
    readonly backend?: Backend;
  }[];
  readonly finalPacket: FinalPacket;
  /** Fields of `finalPacket` that the kernel draws at random; the value shown is one of the possible ones. */
  readonly random?: readonly string[];
  readonly receiver?: { readonly process: string | null; readonly pid: number | null; readonly local: string } | null;
  /** The lengths of the fragments that it leaves in, where it is fragmented; `finalPacket` is the whole. */
  readonly fragments?: readonly number[];
  readonly ctstate?: ConntrackState;
  /**
   * What becomes of the copy that this host takes itself of what it sends to many; `hooks`, `matchedRules` and
   * `verdicts` have both, in the order of time.
   */
  readonly copy?: Pick<Outcome, 'outcome' | 'verdict' | 'dropBy'>;
}

type JsonValue = string | number | boolean | readonly string[] | FinalPacket;
interface FinalPacket {
  readonly [field: string]: JsonValue;
}

/** The outcome as `batch` gives it. Positions in it are 1-based. */
export function outcomeOf(walked: Walked): Outcome {
  const { events, milestones, end, assumptions, on, provided = [] } = walked;
  return {
    assumptions:
      on || provided.length > 0
        ? [...provided.map(provisoAssumption), ...(on?.answers ?? []).map(hostAssumption), ...assumptions]
        : assumptions,
    outcome: end.outcome,
    verdict: end.verdict,
    reasonCode: reasonCode(walked),
    ...(end.dropBy
      ? end.outcome === 'NONE'
        ? { neverSeen: dropBy(end.dropBy) }
        : { dropBy: dropBy(end.dropBy) }
      : {}),
    ...(end.outInterface === undefined ? {} : { outIface: end.outInterface }),
    ...passed(milestones),
    verdicts: verdictsOf(milestones),
    finalPacket: packetJson(lastSeen(events) ?? end.packet, end.inInterface, end.lastOutInterface),
    ...(end.randomPort
      ? {
          random: [
            end.packet.protocol === PROTOCOL.ICMP || end.packet.protocol === PROTOCOL.ICMPV6
              ? 'icmpId'
              : end.randomPort === 'source'
                ? 'sport'
                : 'dport',
          ],
        }
      : {}),
    ...(end.outcome === 'LOCAL'
      ? {
          receiver: end.receiver
            ? { process: end.receiver.process ?? null, pid: end.receiver.pid ?? null, local: end.receiver.text }
            : null,
        }
      : {}),
    ...(end.state === undefined ? {} : { ctstate: end.state }),
    ...fragmentsOf(events),
    ...copyOf(milestones),
  };
}

/**
 * What the kernel drops within a hook, its own trace saw last before the rule that came last, and so before a
 * translation after that; undefined for anything else.
 */
function lastSeen(events: readonly TraceEvent[]): Packet | undefined {
  const end = events.at(-1);
  if (end?.kind !== 'kernel-drop' || !end.inHook) return undefined;
  const last = events.findLast(
    ({ kind }) => kind !== 'kernel-drop' && kind !== 'hook-leave' && kind !== 'table-skipped',
  );
  return last?.kind === 'translate' ? last.before : undefined;
}

function fragmentsOf(events: readonly TraceEvent[]): Pick<Outcome, 'fragments'> {
  const last = events.at(-1);
  return last?.kind === 'sent' && last.fragments.length > 1 ? { fragments: last.fragments } : {};
}

function copyOf(events: readonly TraceEvent[]): Pick<Outcome, 'copy'> {
  const copy = events.find((event) => event.kind === 'copy-end')?.end;
  return copy
    ? {
        copy: { outcome: copy.outcome, verdict: copy.verdict, ...(copy.dropBy ? { dropBy: dropBy(copy.dropBy) } : {}) },
      }
    : {};
}

function hostAssumption({ what, value, reason, word }: HostAnswer): AssumedOfHost {
  return { kind: 'host', what, value, reason, word };
}

function provisoAssumption({ what, reason }: Proviso): AssumedOfHost {
  return { kind: 'host', what, value: true, reason };
}

function passed(events: readonly TraceEvent[]): Pick<Outcome, 'hooks' | 'matchedRules'> {
  const hooks: string[] = [];
  const matchedRules: Outcome['matchedRules'][number][] = [];
  let backend: Backend | undefined;
  for (const event of events) {
    if (event.kind === 'hook-enter') hooks.push(event.hook);
    else if (event.kind === 'table-enter') backend = event.backend;
    else if (event.kind === 'rule' && event.matched)
      matchedRules.push(backend ? { ...matchedRule(event), backend } : matchedRule(event));
  }
  return { hooks, matchedRules };
}

const writtenMatches = new WeakMap<TraceEvent, Outcome['matchedRules'][number]>();

function matchedRule(event: Extract<TraceEvent, { kind: 'rule' }>): Outcome['matchedRules'][number] {
  let json = writtenMatches.get(event);
  if (!json) writtenMatches.set(event, (json = matchJson(event)));
  return json;
}

function matchJson({ rule, view }: Extract<TraceEvent, { kind: 'rule' }>): Outcome['matchedRules'][number] {
  return { hook: view.hook, table: rule.chain.table, chain: rule.chain.name, num: rule.number, rule: printRule(rule) };
}

/**
 * A table that the kernel left in the middle counts as decided by the rule that matched last in it, as the kernel's own
 * trace has it.
 */
function verdictsOf(events: readonly TraceEvent[]): Outcome['verdicts'] {
  const verdicts: Outcome['verdicts'][number][] = [];
  let open: Outcome['verdicts'][number] | undefined;
  let of: { readonly backend: Backend } | undefined;
  for (const event of events) {
    if (event.kind === 'copy-end' && open) {
      verdicts.push(open);
      open = undefined;
    } else if (event.kind === 'table-enter') {
      open = undefined;
      of = event.backend && { backend: event.backend };
    } else if (event.kind === 'rule' && event.matched) {
      open = {
        hook: event.view.hook,
        table: event.rule.chain.table,
        verdict: 'ACCEPT',
        by: `${event.rule.chain.name}:${event.rule.number}`,
        ...of,
      };
    } else if (event.kind === 'table-leave') {
      verdicts.push({
        hook: event.hook,
        table: event.table,
        verdict: event.verdict,
        by: event.by.kind === 'policy' ? 'policy' : `${event.by.rule.chain.name}:${event.by.rule.number}`,
        ...of,
      });
      open = undefined;
    }
  }
  return open ? [...verdicts, open] : verdicts;
}

function dropBy(by: NonNullable<WalkEnd['dropBy']>): Record<string, unknown> {
  switch (by.kind) {
    case 'rule':
      return {
        kind: 'rule',
        table: by.rule.chain.table,
        chain: by.rule.chain.name,
        num: by.rule.number,
        hook: by.hook,
        target: by.target,
      };
    case 'policy':
      return { kind: 'policy', table: by.chain.table, chain: by.chain.name, hook: by.hook };
    case 'kernel':
      return {
        kind: 'kernel',
        reason: by.reason,
        detail: by.detail,
        ...(by.hook === undefined ? {} : by.inHook ? { inHook: by.hook } : { after: by.hook }),
      };
  }
}

/** A packet in the field names of the contract; fields that do not apply are omitted. */
function packetJson(packet: Packet, iif?: string, oif?: string): FinalPacket {
  return {
    ...networkFields(packet),
    ...(packet.fragmentOffset === 0 ? transportFields(packet) : {}),
    mark: packet.mark,
    ...(iif !== undefined ? { iif } : {}),
    ...(oif !== undefined ? { oif } : {}),
  };
}

function networkFields(packet: Packet): FinalPacket {
  return {
    src: formatAddress(packet.source),
    dst: formatAddress(packet.destination),
    tos: packet.tos,
    ttl: packet.ttl,
    length: packet.length,
    proto: reportedProtocol(outermost(packet)),
    ...(packet.dontFragment ? { df: true } : {}),
    ...(packet.moreFragments ? { mf: true } : {}),
    ...(packet.fragmentOffset > 0 ? { fragOffset: packet.fragmentOffset } : {}),
  };
}

/** In IPv6, AH and ESP are extension headers; the harness of the contract reads up to them and no further. */
function outermost({ family, protocol, extensionHeaders }: Packet): number {
  if (family === 4) return protocol;
  return (
    extensionHeaders.find((header) => header.protocol === PROTOCOL.AH || header.protocol === PROTOCOL.ESP)?.protocol ??
    protocol
  );
}

function transportFields(packet: Packet): FinalPacket {
  if (hasPorts(packet.protocol)) {
    const ports = { sport: packet.sourcePort, dport: packet.destinationPort };
    return packet.protocol === PROTOCOL.TCP ? { ...ports, ...tcpFields(packet) } : ports;
  }
  if (packet.protocol !== PROTOCOL.ICMP && packet.protocol !== PROTOCOL.ICMPV6) return {};
  const type = { icmpType: packet.icmpType, icmpCode: packet.icmpCode };
  if (!isIcmpErrorPacket(packet)) return { ...type, icmpId: packet.icmpId };
  return packet.inner
    ? {
        ...type,
        inner: {
          family: packet.inner.family,
          id: packet.inner.identification,
          ...networkFields(packet.inner),
          ...innerTransport(packet.inner),
        },
      }
    : type;
}

/** The packet that an ICMP error quotes; an error within an error is not read. */
function innerTransport(packet: Packet): FinalPacket {
  const { inner, ...fields } = { ...transportFields({ ...packet, inner: undefined }) } as Record<string, JsonValue>;
  void inner;
  return fields;
}

function tcpFields(packet: Packet): FinalPacket {
  return {
    flags: tcpFlagNames(packet.tcpFlags),
    ...(packet.tcpOptions.length > 0 ? { tcpOptionsHex: hex(packet.tcpOptions) } : {}),
  };
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
