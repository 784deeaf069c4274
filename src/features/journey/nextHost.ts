import { formatAddress, isLoopback, parseAddress, type Address } from '../../core/net/address';
import { endpoint } from '../../core/net/endpoint';
import { hasPorts } from '../../core/net/makePacket';
import { PROTOCOL, type Packet } from '../../core/net/packet';
import { formatPacketExpression } from '../../core/net/packetExpression';
import type { PacketRequest } from '../../core/net/packetRequest';
import type { Walked } from '../../core/netfilter/events';
import { likeliestFirst } from '../../core/ruleset/oneHost/ruleSetsOfFile';
import { machineWords, sameMachine } from '../../core/syntax/machine';
import { lineWords } from '../../core/syntax/typedLine';
import type { SourceFile } from '../../core/syntax/sourceFile';
import type { Line } from '../../core/syntax/tree';
import { addressNames } from '../addressNames';
import type { Dump, FileModel } from '../fileModel';
import { ownFactsOf } from '../ownFacts';
import { ownerOfRules } from '../ruleSetName';
import type { Evaluation } from '../traceSession/evaluate';

/** Where a packet that has left one host of the file arrives at another one. */
export interface NextHost {
  readonly dump: Dump;
  /** As it left the one before. */
  readonly left: Packet;
  /** As it is there: without the mark, which a packet loses between network namespaces. */
  readonly packet: PacketRequest;
  /** `web-7`, `gate3`: what its rules are called. */
  readonly name: string;
  /** How that is known, in a sentence. */
  readonly note: string;
}

/**
 * The host of the file that gets what leaves this one: the router that it is sent to, else the one that has the
 * destination as its address. undefined where the file shows the rules of neither.
 */
export function nextHostOf({ setting: { model, dump } }: Evaluation, { end, events }: Walked): NextHost | undefined {
  if (end.outcome !== 'SENT' || model.dumps.length < 2) return undefined;
  const { destination, family } = end.packet;
  const gateway = events.findLast((event) => event.kind === 'route')?.gateway;
  const via = gateway === undefined ? undefined : parseAddress(gateway);
  const router = via && hostWith(model, dump, via, family);
  if (router) return made(router, end.packet, `It is sent to the router ${formatAddress(via)}, ${router.how}.`, false);
  const receiver = hostWith(model, dump, destination, family);
  if (!receiver) return undefined;
  const to = endpoint(
    formatAddress(destination),
    hasPorts(end.packet.protocol) ? end.packet.destinationPort : undefined,
  );
  return made(
    receiver,
    end.packet,
    `It arrives at ${to}, ${receiver.how}. What lies between the two is not followed.`,
    receiver.byName,
  );
}

interface Found {
  readonly dump: Dump;
  readonly name: string;
  readonly how: string;
  /** No line lists the address as that of an interface. */
  readonly byName: boolean;
}

function hostWith(model: FileModel, from: Dump, address: Address, family: 4 | 6): Found | undefined {
  if (isLoopback(address)) return undefined;
  const own = ownFactsOf(model, from).file;
  const others = likeliestFirst(
    model.dumps.filter((dump) => isOther(dump, from) && (dump.section.family ?? 4) === family),
  );
  for (const dump of others) {
    const { file } = ownFactsOf(model, dump);
    const name = nameOf(model, dump);
    const line = file === own ? undefined : linesByAddress(file).get(formatAddress(address));
    if (line) return { dump, name, how: `an address of ${name} (${lineWords(line)})`, byName: false };
    const called = addressNames(model.file, undefined).nameOf(address);
    if (called !== undefined && called.split(/[ /]/).at(-1) === name)
      return { dump, name, how: `which the file calls ${called}`, byName: true };
  }
  return undefined;
}

/** Of two rule sets without a machine nothing says that they are of different hosts. */
function isOther(dump: Dump, from: Dump): boolean {
  if (dump.host === from.host) return false;
  return dump.machine && from.machine ? !sameMachine(dump.machine, from.machine) : dump.machine !== from.machine;
}

/** The last word of the owner or of the machine: a pod, a host, a network namespace, without the host that has it. */
export function nameOf(model: Pick<FileModel, 'file'>, dump: Dump): string {
  const owner = ownerOfRules(model, dump) ?? (dump.machine && machineWords(dump.machine));
  return (
    owner
      ?.replace(/ (?:in|on) .*/, '')
      .split(' ')
      .at(-1) ?? 'the other host'
  );
}

/** The lines of the interfaces that have the addresses, by address; read once, as every path of a packet asks. */
function linesByAddress(file: SourceFile): ReadonlyMap<string, Line> {
  const known = LINES.get(file);
  if (known) return known;
  const lines = new Map<string, Line>();
  for (const section of file.sections) {
    if (section.kind !== 'interfaces') continue;
    for (const { addresses, line } of section.interfaces)
      for (const each of addresses) {
        const listed = parseAddress(each.split('/', 1)[0] ?? '');
        if (listed && !lines.has(formatAddress(listed))) lines.set(formatAddress(listed), line);
      }
  }
  LINES.set(file, lines);
  return lines;
}

const LINES = new WeakMap<SourceFile, ReadonlyMap<string, Line>>();

/** The same text for a packet that comes to a host once more, whatever its TTL is then. */
export function arrivalKey(packet: Packet): string {
  return formatPacketExpression({ ...arriving(packet), ttl: USUAL_TTL });
}

function made({ dump, name }: Found, packet: Packet, note: string, own: boolean): NextHost {
  return { dump, name, note, left: packet, packet: { ...arriving(packet), ...(own ? { own } : {}) } };
}

/** What a packet has of which nothing else is stated. */
const USUAL_TTL = 64;

function arriving(packet: Packet): PacketRequest {
  const { protocol } = packet;
  const request: PacketRequest = {
    dir: 'in',
    proto: protocol,
    src: formatAddress(packet.source),
    dst: formatAddress(packet.destination),
    ...(packet.ttl === USUAL_TTL ? {} : { ttl: packet.ttl }),
    // A rule may have set it for the next host.
    ...(packet.tos === 0 ? {} : { tos: packet.tos }),
    ...(packet.dontFragment ? { df: true } : {}),
    ...(protocol === PROTOCOL.ESP || protocol === PROTOCOL.AH ? { spi: packet.spi } : {}),
  };
  if (hasPorts(protocol))
    return {
      ...request,
      sport: packet.sourcePort,
      dport: packet.destinationPort,
      ...(protocol === PROTOCOL.TCP ? { flags: packet.tcpFlags } : {}),
    };
  return protocol === PROTOCOL.ICMP || protocol === PROTOCOL.ICMPV6
    ? {
        ...request,
        icmpType: packet.icmpType,
        ...(packet.icmpCode === 0 ? {} : { icmpCode: packet.icmpCode }),
        icmpId: packet.icmpId,
      }
    : request;
}
