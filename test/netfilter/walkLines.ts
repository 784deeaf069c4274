import { formatAddress } from '../../src/core/net/address';
import type { ConntrackEntry, ConntrackView } from '../../src/core/net/conntrack';
import { endpoint } from '../../src/core/net/endpoint';
import { parsePacketExpression } from '../../src/core/net/packetExpression';
import { PROTOCOL, type Packet } from '../../src/core/net/packet';
import type { TraceEvent, Walked } from '../../src/core/netfilter/events';
import { reasonCode } from '../../src/core/netfilter/reasonCode';
import { traceReply } from '../../src/core/netfilter/reply';
import { worldAfter } from '../../src/core/netfilter/trace';
import type { World } from '../../src/core/netfilter/world';
import { printRule } from '../../src/core/ruleset/printRule';
import type { Dump, FileModel } from '../../src/features/fileModel';
import { settingOf, traceInFile } from '../../src/features/fileTrace';
import { packetChanges } from '../../src/features/traceReport/packetWords';
import { notesOf } from './notedHosts';
import { walkFiles } from './walkFiles';
import { modelOfText } from '../features/sample';

/**
 * A packet through the host of a section (`new` in front: a host that remembers nothing): the events of the first path,
 * how it ends, what the host's own reply leaves behind, how the other paths differ, and the reply. `worlds` keeps for
 * the next packet what is remembered.
 */
export function walkedLines(question: string, section: string, worlds: Map<string, World>): readonly string[] {
  const model = modelOf(section);
  const fresh = question.startsWith('new ');
  const { request, problems } = parsePacketExpression(fresh ? question.slice(4) : question);
  if (!request) return problems.map(({ message }) => `! ${message}`);
  const world = fresh ? undefined : worlds.get(section);
  const setting = settingOf(model, model.defaultDump as Dump, { packet: request, ...(world && { world }) });
  const result = traceInFile(request, setting);
  if (typeof result === 'string') return [`! ${result}`];
  const [first, ...others] = result.traced.outcomes;
  if (!first) return ['! no path'];
  const whole = { ...setting.setting, host: first.on?.host ?? setting.setting.host };
  const after = worldAfter(first, result.request, whole);
  worlds.set(section, after);
  return [
    ...walkLines(first),
    ...leftLines(first, after, section),
    ...others.map((walked) => `or ${ending(walked)}`),
    ...replyLines(first, whole),
    ...result.contradictions.map((words) => `contradiction: ${words}`),
  ];
}

const models = new Map<string, FileModel>();

/** The file of a section, with what it was read into. */
export function modelOf(section: string): FileModel {
  const text = walkFiles[section.split(':')[0] ?? ''];
  if (text === undefined) throw new Error(`there are no rules ${section}`);
  const model = models.get(text) ?? modelOfText(text, 'rules.md');
  models.set(text, model);
  if (!model.defaultDump) throw new Error('there are no rules');
  return model;
}

function walkLines(walked: Walked): readonly string[] {
  let packet: Packet | undefined;
  const lines = walked.events.flatMap((event) => {
    const now =
      'packet' in event
        ? event.packet
        : event.kind === 'rule'
          ? event.after
          : event.kind === 'translate'
            ? event.after
            : packet;
    const changes =
      packet && now
        ? [
            ...packetChanges(packet, now).map(({ field, before, after }) => `${field} ${before} → ${after}`),
            ...optionChange(packet, now),
          ]
        : [];
    packet = now;
    return [...eventLines(event), ...(changes.length > 0 ? [`  now ${changes.join(', ')}`] : [])];
  });
  return [...lines, ending(walked), ...walked.notes.map((note) => `note: ${note}`)];
}

function optionChange({ ipOptions: before }: Packet, { ipOptions: now }: Packet): readonly string[] {
  const [from, to] = [before, now].map((bytes) => Buffer.from(bytes).toString('hex'));
  return from === to ? [] : [`IP options ${from} → ${to}`];
}

/** What the host remembers otherwise after its own reply to the packet, and the socket of a connection that it accepted. */
function leftLines({ after: before, end: { packet } }: Walked, after: World, section: string): readonly string[] {
  const changed = after.connections().filter((entry) => before?.entry(entry.id) !== entry);
  const gone = before?.connections().filter(({ id }) => !after.entry(id)) ?? [];
  const accepted = after.acceptedFor(packet);
  return [
    ...changed.flatMap((entry) => [
      `left behind: ${entryWords(entry)}, bytes ${entry.counts.original.bytes}/${entry.counts.reply.bytes}`,
      ...notesOf(entry.mark, section).map((note) => `  noted ${note}`),
    ]),
    ...gone.map((entry) => `forgotten: ${entryWords(entry)}`),
    ...(accepted ? [`accepted: next ${accepted.next}${accepted.acknowledged ? ', acknowledged' : ''}`] : []),
  ];
}

function ending(walked: Walked): string {
  const { end, assumptions, on } = walked;
  const answers = (on?.answers ?? []).map(
    ({ what, value, reason, word }) => `${what}: ${value ? 'yes' : 'no'} (${reason}; ${word})`,
  );
  const assumed = assumptions.map(
    ({ key, value, probability }) =>
      `${key}: ${value ? 'yes' : 'no'}${probability === undefined ? '' : ` ${probability}`}`,
  );
  const dropped =
    end.dropBy &&
    (end.dropBy.kind === 'kernel'
      ? ` by kernel ${end.dropBy.reason} ${end.dropBy.inHook ? 'in' : 'after'} ${end.dropBy.hook ?? 'no hook'}: ${end.dropBy.detail}`
      : ` by ${end.dropBy.kind} at ${end.dropBy.hook}`);
  const rest = [
    end.outInterface === undefined ? '' : `out ${end.outInterface}`,
    end.lastOutInterface === undefined ? '' : `last out ${end.lastOutInterface}`,
    end.randomPort === undefined ? '' : `random ${end.randomPort} port`,
    end.checksumWrong ? 'checksum wrong' : '',
    end.receiver ? `receiver ${end.receiver.process ?? 'unnamed'}` : end.receiverKnown ? 'no receiver' : '',
    end.state ?? '',
    conntrackWords(end.conntrack),
    ...answers,
    ...assumed,
  ].filter((word) => word !== '');
  return `= ${end.outcome} ${end.verdict} ${reasonCode(walked)}${dropped ?? ''}; ${rest.join('; ')}`;
}

function conntrackWords(view: ConntrackView | undefined): string {
  return view?.entry ? `${view.direction} ${entryWords(view.entry)}` : '';
}

function entryWords(entry: ConntrackEntry): string {
  const {
    original,
    reply,
    seenReply,
    assured,
    confirmed,
    expected,
    sourceNat,
    destinationNat,
    mark,
    zone,
    tcpState,
    helper,
    masqueradeDevice,
    counts,
  } = entry;
  const flags = Object.entries({ seenReply, assured, confirmed, expected, sourceNat, destinationNat })
    .filter(([, set]) => set)
    .map(([name]) => name);
  const tuple = ({ source, destination, sourcePort, destinationPort }: typeof original): string =>
    `${endpoint(formatAddress(source), sourcePort)} → ${endpoint(formatAddress(destination), destinationPort)}`;
  return `${tuple(original)}, reply ${tuple(reply)} [${flags.join(' ')}]${tcpState === undefined ? '' : ` ${tcpState}`}${mark === 0 ? '' : ` mark ${mark}`}${zone.original + zone.reply === 0 ? '' : ` zone ${zone.original}/${zone.reply}`}${helper === undefined ? '' : ` helper ${helper}`}${masqueradeDevice === undefined ? '' : ` by ${masqueradeDevice}`} ${counts.original.packets}/${counts.reply.packets}`;
}

function packetLine(packet: Packet): string {
  const { protocol, source, destination, sourcePort, destinationPort, icmpType, icmpCode, length, ttl, tos } = packet;
  const ends = `${endpoint(formatAddress(source), sourcePort)} → ${endpoint(formatAddress(destination), destinationPort)}`;
  const icmp = protocol === PROTOCOL.ICMP || protocol === PROTOCOL.ICMPV6 ? ` type ${icmpType}/${icmpCode}` : '';
  return `${protocol} ${ends}${icmp} length ${length} ttl ${ttl}${tos === 0 ? '' : ` tos ${tos}`}`;
}

function eventLines(event: TraceEvent): readonly string[] {
  switch (event.kind) {
    case 'start':
      return [`start ${event.direction} ${event.iface} ${packetLine(event.packet)}`];
    case 'hook-enter':
      return [`${event.hook} in ${event.inInterface} out ${event.outInterface}`];
    case 'hook-leave':
      return [];
    case 'conntrack':
      return [`conntrack ${event.view.state}: ${event.why}; ${conntrackWords(event.view)}`];
    case 'table-enter':
      return [`  ${event.table} at ${event.hook}: ${event.chain.name}, ${event.view.packetType}`];
    case 'table-skipped':
      return [`  ${event.table} at ${event.hook} skipped: ${event.why}`];
    case 'skipped':
      return [`    skipped ${event.chain.name} ${event.from}–${event.to}`];
    case 'rule':
      return [
        `    ${'  '.repeat(event.depth)}${event.matched ? '+' : '-'} ${printRule(event.rule)}${event.effect ? ` (${event.effect.kind})` : ''}${event.broken === undefined ? '' : ` broken: ${event.broken}`}`,
      ];
    case 'repeated':
      return [`    repeated ${event.chain.name}: ${event.events} events`];
    case 'return':
      return [`    returns from ${event.chain.name} to ${event.to.name}${event.explicit ? ', told to' : ''}`];
    case 'policy':
      return [`    policy ${event.verdict} of ${event.chain.name}`];
    case 'table-leave':
      return [`  ${event.table}: ${event.verdict} by ${event.by.kind}`];
    case 'translate':
      return [`translate ${event.half}${event.established ? ', established' : ''}`];
    case 'route':
      return [
        `route ${event.phase}: ${event.type} by ${event.device} via ${event.gateway ?? 'none'} table ${event.table ?? 'none'}`,
      ];
    case 'ttl':
      return [`ttl ${event.before} → ${event.after}`];
    case 'kernel-drop':
      return [
        `kernel drops: ${event.reason} ${event.inHook ? 'in' : 'after'} ${event.hook ?? 'no hook'}: ${event.detail}`,
      ];
    case 'loopback':
      return ['loopback'];
    case 'copy':
      return [`copy by ${event.iface}, only ${event.only ?? 'a copy'}`];
    case 'copy-end':
      return [`copy ends ${event.end.outcome} ${event.end.verdict}`];
    case 'sent':
      return [`sent by ${event.iface}${event.fragments.length > 0 ? ` in ${event.fragments.join(', ')}` : ''}`];
    case 'delivered':
      return [`delivered to ${event.listener?.process ?? 'nobody'}${event.known ? '' : ', not known'}`];
  }
}

function replyLines(walked: Walked, setting: Parameters<typeof traceReply>[1]): readonly string[] {
  const reply = traceReply(walked, setting);
  if (reply.kind === 'none') return [`no reply: ${reply.why}`];
  return [
    ...reply.traced.outcomes
      .slice(0, 1)
      .flatMap((each) => [
        ...each.events
          .slice(0, 1)
          .flatMap((event) => (event.kind === 'start' ? [`reply ${packetLine(event.packet)}`] : [])),
        `reply ${ending(each)}`,
      ]),
    ...reply.findings
      .slice(0, 1)
      .flatMap(({ comesBack, outInterface, words }) => [
        `comes back: ${comesBack ? 'yes' : 'no'}${outInterface === undefined ? '' : ` by ${outInterface}`}`,
        ...words.map(({ text }) => text),
      ]),
    ...(reply.pastThisHost === undefined ? [] : [reply.pastThisHost.text]),
  ];
}
