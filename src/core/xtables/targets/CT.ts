import { PROTOCOL } from '../../net/packet';
import { defineTarget } from '../extension';
import { flag, invalid, option, problem, type BuildProblem, type InvalidValue, type ValueType } from '../option';
import { keptBytes, text } from '../values/savedString';
import { wholeNumber } from '../values/strtoul';

type ZoneId = number | 'mark';

interface CtData {
  readonly notrack: boolean;
  readonly helper: string;
  readonly timeout: string;
  readonly events: readonly string[];
  readonly expectationEvents: readonly string[];
  readonly zone: ZoneId;
  readonly directions: 'both' | 'orig' | 'reply';
  /** The rule's `-p`, which decides which of two helpers of one name is meant. */
  readonly protocol: number | undefined;
}

const zoneType: ValueType<ZoneId> = {
  metavariable: 'id|mark',
  completions: ['mark'],
  parse(given): ZoneId | InvalidValue {
    if (given.toLowerCase() === 'mark') return 'mark';
    const id = wholeNumber(given, 0n, 65535n);
    return id === undefined ? invalid(`"${given}" is neither a zone from 0 to 65535 nor "mark"`) : Number(id);
  },
};

const EVENTS = [
  'new',
  'related',
  'destroy',
  'reply',
  'assured',
  'protoinfo',
  'helper',
  'mark',
  'natseqinfo',
  'secmark',
];
const EXPECTATION_EVENTS = ['new'];

function eventList(known: readonly string[]): ValueType<readonly string[]> {
  return {
    metavariable: 'event[,event…]',
    completions: known,
    parse(given): readonly string[] | InvalidValue {
      const asked = given.split(',');
      const strange = asked.find((each) => !known.includes(each));
      return strange === undefined
        ? known.filter((each) => asked.includes(each))
        : invalid(`"${strange}" is not an event; the events are ${known.join(', ')}`);
    },
  };
}

const notrack = flag('--notrack', 'Connection tracking leaves the packet alone: it is UNTRACKED.');
const helper = option(
  '--helper',
  text('name', 15, 'thing'),
  'The helper that tracks the connection (ftp, sip, tftp …).',
);
/** The kernel gives no more of the name back: its `usersize` is that of the structure before there was one. */
const KEPT_OF_TIMEOUT = 4;
const timeout = option('--timeout', text('name', 31, 'thing'), 'The timeout policy of the connection.');
const ctevents = option(
  '--ctevents',
  eventList(EVENTS),
  'The events of the connection that are reported to user space.',
);
const expevents = option(
  '--expevents',
  eventList(EXPECTATION_EVENTS),
  'The events of its expectations that are reported to user space.',
);
const zoneOrig = option('--zone-orig', zoneType, 'The zone of the original direction only.');
const zoneReply = option('--zone-reply', zoneType, 'The zone of the reply direction only.');
const zone = option(
  '--zone',
  zoneType,
  'The zone: connections of different zones are kept apart; "mark" takes it from the packet\'s mark.',
);

/**
 * Protocols of the kernel's own helpers (net/netfilter/nf_conntrack_*.c). H.245 is registered for UDP, although it runs
 * over TCP.
 */
const HELPERS: Readonly<Record<string, readonly number[]>> = {
  ftp: [PROTOCOL.TCP],
  irc: [PROTOCOL.TCP],
  sane: [PROTOCOL.TCP],
  pptp: [PROTOCOL.TCP],
  'Q.931': [PROTOCOL.TCP],
  'H.245': [PROTOCOL.UDP],
  sip: [PROTOCOL.TCP, PROTOCOL.UDP],
  tftp: [PROTOCOL.UDP],
  amanda: [PROTOCOL.UDP],
  snmp: [PROTOCOL.UDP],
  'netbios-ns': [PROTOCOL.UDP],
  RAS: [PROTOCOL.UDP],
};
const IPV4_HELPERS: readonly string[] = ['irc', 'pptp', 'snmp', 'netbios-ns'];

/** `-j CT`: how connection tracking treats the packet. Source: extensions/libxt_CT.c, net/netfilter/xt_CT.c. */
export const CT = defineTarget<CtData>({
  kind: 'target',
  name: 'CT',
  families: [4, 6],
  tables: ['raw'],
  options: [notrack, helper, timeout, ctevents, expevents, zoneOrig, zoneReply, zone],
  terminates: 'never',
  needsTracking: ({ notrack: untracked }) => !untracked,
  documentation: {
    summary: 'Sets how connection tracking, which comes next, treats this packet.',
    details:
      'Only the first CT rule that a packet matches has an effect. A packet that already belongs to a ' +
      'connection, such as one that comes in again over lo, is not changed.',
    source: 'iptables-extensions(8), CT; net/netfilter/xt_CT.c',
  },
  build(options, { protocol }) {
    const zones = [options.get(zoneOrig), options.get(zoneReply), options.get(zone)]
      .filter((each) => each !== undefined)
      .sort((a, b) => a.optionWord.start - b.optionWord.start);
    const data: CtData = {
      notrack: options.has(notrack),
      helper: options.get(helper)?.value ?? '',
      timeout: options.get(timeout)?.value ?? '',
      events: options.get(ctevents)?.value ?? [],
      expectationEvents: options.get(expevents)?.value ?? [],
      // All three write to one field; once any of them said "mark" that stays, whatever number follows.
      zone: zones.some((each) => each.value === 'mark') ? 'mark' : (zones.at(-1)?.value ?? 0),
      directions: options.has(zoneOrig) === options.has(zoneReply) ? 'both' : options.has(zoneOrig) ? 'orig' : 'reply',
      protocol,
    };
    return data;
  },
  checkentry(data, options, { family, protocol }) {
    if (data.notrack) return undefined;
    if ((data.helper !== '' || data.timeout !== '') && !protocol) {
      return problem(
        `--${data.helper === '' ? 'timeout' : 'helper'} needs -p with one protocol in the rule`,
        options.get(helper) ?? options.get(timeout),
      );
    }
    const allowed = Object.hasOwn(HELPERS, data.helper) ? (HELPERS[data.helper] as readonly number[]) : undefined;
    if (family === 6 && IPV4_HELPERS.includes(data.helper))
      return problem(`the helper ${data.helper} is for IPv4 only`, options.get(helper));
    if (allowed && protocol && !allowed.includes(protocol))
      return problem(
        `the helper ${data.helper} is for ` +
          `${allowed.map((each) => (each === PROTOCOL.TCP ? 'tcp' : 'udp')).join(' and ')}`,
        options.get(helper),
      );
    return undefined;
  },
  check(data): readonly BuildProblem[] {
    const strange = !data.notrack && data.helper !== '' && !Object.hasOwn(HELPERS, data.helper);
    return strange
      ? [
          {
            kind: 'problem',
            message:
              `the kernel has no helper "${data.helper}" of its own: the rule loads only where a program has ` +
              'added it',
            severity: 'warning',
          },
        ]
      : [];
  },
  print(data) {
    const named = (option: string, value: string): string => (value === '' ? '' : ` ${option} ${value}`);
    const zoned =
      data.zone === 0 ? '' : ` --zone${data.directions === 'both' ? '' : `-${data.directions}`} ${data.zone}`;
    return (
      `${data.notrack ? ' --notrack' : ''}${named('--helper', data.helper)}` +
      `${named('--timeout', keptBytes(data.timeout, KEPT_OF_TIMEOUT))}` +
      `${named('--ctevents', data.events.join(','))}` +
      `${named('--expevents', data.expectationEvents.join(','))}${zoned}`
    );
  },
  describe(data) {
    if (data.notrack) return 'keeps the packet out of connection tracking';
    const parts: string[] = [];
    if (data.zone !== 0)
      parts.push(
        'puts the connection into the zone ' +
          `${data.zone === 'mark' ? 'that its mark says' : data.zone}` +
          `${data.directions === 'both' ? '' : ` (${data.directions === 'orig' ? 'original' : 'reply'} direction)`}`,
      );
    if (data.helper !== '') parts.push(`gives the connection the helper ${data.helper}`);
    if (data.timeout !== '') parts.push(`gives the connection the timeout policy ${data.timeout}`);
    if (data.events.length + data.expectationEvents.length > 0)
      parts.push('limits the events that are reported of the connection');
    return parts.join(', ') || 'leaves the connection as it is';
  },
  changes: ({ notrack }) => (notrack ? [{ field: 'conntrackState', kind: 'open' }] : []),
  apply(data) {
    if (data.notrack) return { kind: 'untrack' };
    const id = data.zone === 'mark' ? 0 : data.zone;
    return {
      kind: 'template',
      zone: { original: data.directions === 'reply' ? 0 : id, reply: data.directions === 'orig' ? 0 : id },
      // Later rules of raw may still change it (net/netfilter/nf_conntrack_core.c resolve_normal_ct).
      ofMark:
        data.zone === 'mark' ? { original: data.directions !== 'reply', reply: data.directions !== 'orig' } : undefined,
      helper: data.helper === '' ? undefined : data.helper,
    };
  },
});
