import type { PacketRequest } from '../../core/net/packetRequest';
import type { CaptureView, FlowRow } from '../../shared/capture';
import type { Dump, FileModel } from '../fileModel';
import { CaptureAnalysis, type TracedFlow } from './captureAnalysis';
import { captureNotes } from './captureNotes';
import { flowRow } from './flowRow';
import { settingOf } from '../fileTrace';
import { wordsOfFile } from '../packetInput/fileWords';
import { CaptureInput, piecesOf } from './readCapture';

/** The rules and the host that a capture is traced with. */
export interface CaptureGround {
  readonly model: FileModel;
  readonly dump: Dump;
  /** What the user has changed of the host. */
  readonly overrides: unknown;
}

/** Rows that the table begins with, and how many more are shown at a time. */
export const ROWS_AT_ONCE = 200;

/** After so much work other tasks get a turn. */
const FLOWS_AT_ONCE = 8;

/**
 * A capture that is read and traced step by step, so that an editor stays usable meanwhile and sees what there is
 * already. The flows are kept: they are traced again with other rules without reading the file.
 */
export class CaptureTable {
  private readonly input = new CaptureInput();
  private traced: TracedFlow[] = [];
  private analysis: CaptureAnalysis | undefined;
  private busy = true;
  private ground: CaptureGround | undefined;
  /** Which run is the last one; those before it stop. */
  private runs = 0;

  /** Where it was made, as the user says. */
  iface: string | undefined;
  /** Where it may have been made. */
  private ifaces: readonly string[] = [];

  constructor(readonly name: string) {}

  /** Reads the file and traces it. `pause` is awaited again and again, and may show what there is. */
  async read(bytes: Uint8Array, ground: CaptureGround, pause: () => Promise<void>): Promise<void> {
    const run = ++this.runs;
    for (const piece of piecesOf(bytes)) {
      this.input.push(piece);
      await pause();
      if (run !== this.runs) return;
    }
    this.input.end();
    await this.trace(ground, pause);
  }

  /** Traces the flows, with other rules than before. */
  async trace(ground: CaptureGround, pause: () => Promise<void>): Promise<void> {
    const run = ++this.runs;
    this.ground = ground;
    this.ifaces = interfacesIn(ground);
    this.busy = true;
    this.traced = [];
    const analysis = new CaptureAnalysis(ground.model, ground.dump, { overrides: ground.overrides, iface: this.iface });
    this.analysis = analysis;
    for (const [i, flow] of this.input.flows.flows.entries()) {
      this.traced.push(analysis.trace(flow));
      if (i % FLOWS_AT_ONCE !== 0) continue;
      await pause();
      if (run !== this.runs) return;
    }
    this.busy = false;
  }

  stop(): void {
    this.runs++;
  }

  /** Whether it was traced with other rules than those on show. */
  isStale(now: CaptureGround | undefined): boolean {
    return !this.busy && (this.ground?.model !== now?.model || this.ground?.dump !== now?.dump);
  }

  /** `now`: the rules on show. */
  view(now: CaptureGround | undefined): CaptureView {
    const { flows, counts } = this.input.flows;
    return {
      file: this.name,
      packets: counts.packets,
      flows: flows.length,
      rows: this.rows(0, ROWS_AT_ONCE),
      done: this.traced.length,
      busy: this.busy,
      stale: this.isStale(now),
      iface: this.ifaceChoice(),
      notes: [...captureNotes(counts, this.input.problem), ...(this.analysis?.assumed ?? [])],
    };
  }

  /** Nothing to choose where each packet comes with its interface. */
  private ifaceChoice(): CaptureView['iface'] {
    const open = this.input.flows.flows.some(({ iface, request }) => isOpen(iface) && !isNamed(request));
    return open && this.ground ? { chosen: this.iface, choices: this.ifaces } : undefined;
  }

  rows(from: number, count: number): readonly FlowRow[] {
    return this.traced.slice(Math.max(0, from), Math.max(0, from) + count).map(flowRow);
  }
}

function interfacesIn({ model, dump, overrides }: CaptureGround): readonly string[] {
  const { setting } = settingOf(model, dump, { overrides });
  return [...new Set([...wordsOfFile(model.file).interfaces, ...setting.host.interfaces.map(({ name }) => name)])];
}

/** A capture of all interfaces says nothing of a packet's own. */
function isOpen(iface: string | undefined): boolean {
  return iface === undefined || iface === 'any';
}

function isNamed({ iface, oface }: PacketRequest): boolean {
  return iface !== undefined || oface !== undefined;
}
