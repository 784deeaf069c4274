import type { PacketRequest } from '../core/net/packetRequest';
import { completePacket, type FilledField } from '../core/net/completePacket';
import { packetProblem } from '../core/net/makePacket';
import { worldOfFile } from './fileWorld';
import { tracePacket, type Traced, type TraceSetting } from '../core/netfilter/trace';
import type { HostAssumption } from '../core/ruleset/host/assumptions';
import { hostFromSourceFile } from '../core/ruleset/host/hostFromFile';
import { ruleSetsFor, type Dump, type FileModel } from './fileModel';
import { rulesUseOf } from './rulesUse';

/** A file made ready for tracing: one of its rule sets and the host that the rest of the file describes. */
export interface FileSetting {
  readonly setting: TraceSetting;
  readonly assumptions: readonly HostAssumption[];
  /** What of the given host facts cannot be used. */
  readonly problems: readonly string[];
}

export interface SettingOptions {
  /** An object like the contract's `topology`, with `listeners` and `sets` besides. */
  readonly overrides?: unknown;
  readonly answers?: ReadonlyMap<string, boolean>;
  /** Of the packet that is asked about; undefined: of the rules. */
  readonly family?: 4 | 6 | undefined;
}

export function settingOf(model: FileModel, dump: Dump, { overrides, answers, family = dump.section.family }: SettingOptions = {}): FileSetting {
  const ruleSets = ruleSetsFor(model, dump);
  const { host, assumptions, problems } = hostFromSourceFile(model.file, overrides, { ...rulesUseOf([ruleSets.v4, ruleSets.v6]), ipv6: family === 6 });
  return { setting: { ruleSets, host, ...worldOfFile(model.file), ...(answers ? { answers } : {}) }, assumptions, problems: problems.map(({ message }) => message) };
}

export interface FileTraced {
  readonly traced: Traced;
  /** The packet with all that was filled in. */
  readonly request: PacketRequest;
  readonly filled: readonly FilledField[];
  /** What was asked for and is not so: the packet leaves by another interface. */
  readonly contradictions: readonly string[];
}

/** Traces a packet as a person gives it: what is missing is filled in and listed. A string says why it cannot be traced. */
export function traceInFile(request: PacketRequest, { setting }: FileSetting): FileTraced | string {
  const { request: complete, filled } = completePacket(request, setting.host);
  const bad = packetProblem(complete);
  if (bad) return bad.message;
  const traced = tracePacket(complete, setting);
  return { traced, request: complete, filled, contradictions: contradictionsOf(complete, traced) };
}

function contradictionsOf({ oface }: PacketRequest, { outcomes }: Traced): readonly string[] {
  if (oface === undefined) return [];
  const routes = outcomes.flatMap(({ events }) => events.filter((event) => event.kind === 'route').slice(0, 1));
  const other = routes.find((event) => event.device !== oface || (event.phase === 'input' && event.type !== 'unicast'));
  if (!other) return [];
  const instead = other.phase === 'input' && other.type !== 'unicast' ? 'it is delivered to this host' : `routing sends it out by ${other.device}`;
  return [`The packet was said to leave by ${oface}, but ${instead}.`];
}
