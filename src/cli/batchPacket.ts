import { completePacket, isOwn, type FilledField } from '../core/net/completePacket';
import { packetProblem } from '../core/net/makePacket';
import { TCP_FLAGS } from '../core/net/packet';
import {
  isProblem,
  problem,
  readPacketRequest,
  type InputProblem,
  type PacketRequest,
} from '../core/net/packetRequest';
import { protocolName } from '../core/net/protocols';
import type { TraceSetting } from '../core/netfilter/trace';
import { bookOf } from '../features/packetInput/contextOfFile';
import { readPacketInput } from '../features/packetInput/readPacketInput';

/** A packet of a request, whole, and what `warnings` says of it. */
export interface BatchPacket {
  readonly request: PacketRequest;
  /** Of a packet that is a text: the expression that was understood. */
  readonly expression: string | undefined;
  readonly warnings: readonly string[];
}

/**
 * A packet of `batch`: an object in the words of the contract, or a text as `--packet` takes it, which is then filled
 * in as there.
 */
export function readBatchPacket(json: unknown, field: string, setting: TraceSetting): BatchPacket | InputProblem {
  if (typeof json === 'string') return readText(json, field, setting);
  const read = readPacketRequest(json, field);
  if (isProblem(read)) return read;
  const complete: PacketRequest =
    read.dir === 'out' || read.iface !== undefined ? read : { ...read, iface: firstInterface(setting) };
  return packetProblem(complete) ?? { request: complete, expression: undefined, warnings: [] };
}

function readText(text: string, field: string, { host, ruleSets }: TraceSetting): BatchPacket | InputProblem {
  const { v4, v6 } = ruleSets;
  const family = v4 === undefined && v6 !== undefined ? 6 : 4;
  const read = readPacketInput(text, {
    family,
    names: bookOf(
      () => [v4, v6],
      () => [],
    ),
    resolvers: () => [],
    isOwn: (address) => isOwn(host, address),
  });
  const [wrong] = read.problems ?? [];
  if (read.problems !== undefined)
    return problem(field, `column ${(wrong?.start ?? 0) + 1}: ${wrong?.message ?? 'it cannot be read'}`);
  const { request, filled } = completePacket(read.request, host, { preferred: family });
  const bad = packetProblem(request);
  if (bad) return problem(field, bad.message);
  return { request, expression: read.expression, warnings: [...read.notes, ...filled.map(filledText)] };
}

/** What was filled in, as `warnings` has it. */
export function filledText({ field, value, why }: FilledField): string {
  return `packet: ${field} is assumed to be ${inWords(field, value)}: ${why}`;
}

/** As an expression has it. */
function inWords(field: FilledField['field'], value: FilledField['value']): string {
  if (field === 'proto') return protocolName(Number(value));
  if (field !== 'flags') return String(value);
  const names = Object.entries(TCP_FLAGS).filter(([, bit]) => (Number(value) & bit) !== 0);
  return names.map(([name]) => name.toLowerCase()).join(',');
}

function firstInterface(setting: TraceSetting): string {
  return setting.host.interfaces.find(({ name }) => name !== 'lo')?.name ?? 'lo';
}
