import type { Outcome } from '../core/netfilter/outcome';
import { visible } from '../core/text/visible';
import { CaptureAnalysis, type TracedFlow } from '../features/capture/captureAnalysis';
import { captureNotes } from '../features/capture/captureNotes';
import { flowRow, type FlowRow } from '../features/capture/flowRow';
import { CaptureInput, piecesOf } from '../features/capture/readCapture';
import type { Dump, FileModel } from '../features/fileModel';
import { counted } from '../features/traceReport/traceInput';
import { UsageError } from './arguments';
import type { Terminal } from './terminal';

interface Given {
  readonly model: FileModel;
  readonly dump: Dump;
  readonly overrides: unknown;
  readonly file: string;
  readonly iface: string | undefined;
  readonly json: boolean;
}

/** Traces the first packet of each flow of a capture through the rules. */
export function runCapture({ model, dump, overrides, file, iface, json }: Given, terminal: Terminal): number {
  const input = new CaptureInput();
  for (const piece of piecesOf(terminal.bytes(file))) input.push(piece);
  input.end();
  const { flows, counts } = input.flows;
  const { problem } = input;
  if (problem && counts.packets === 0) throw new UsageError(`${file}: ${problem.message} (byte ${problem.offset})`);
  const analysis = new CaptureAnalysis(model, dump, { overrides, iface });
  const traced = flows.map((flow) => analysis.trace(flow));
  const assumed = [...analysis.assumed];
  const notes = captureNotes(counts, problem);
  if (json)
    terminal.json({
      id: null,
      capture: {
        packets: counts.packets,
        flows: traced.map(flowJson),
        traced: analysis.traced,
        assumed,
        warnings: notes,
        ...(problem ? { problem } : {}),
      },
    });
  else {
    const rows = traced.map(flowRow);
    terminal.out(tableText(rows));
    const conditional = rows.some(({ badges }) => badges.some((badge) => badge.conditional));
    terminal.out(
      `\n${counted(counts.packets, 'packet')} in ` +
        `${counted(flows.length, 'flow')}\n${[...(conditional ? ['A verdict with ? depends on something that neither the file nor the capture states.'] : []), ...notes, ...assumed].map((each) => `  ${visible(each)}\n`).join('')}`,
    );
  }
  return 0;
}

interface FlowJson extends Pick<FlowRow, 'first' | 'direction' | 'packets' | 'replies' | 'bytes'> {
  readonly flow: string;
  readonly packet: string;
  readonly verdicts: readonly string[];
  readonly decidedBy: { readonly place: string; readonly target: string; readonly line: number | null } | null;
  readonly became: string | null;
  readonly outcomes: number;
  readonly outcome?: Outcome;
  readonly error?: string;
}

function flowJson(traced: TracedFlow): FlowJson {
  const { first, flow, direction, packets, replies, bytes, badges, decided, became, expression, problem } =
    flowRow(traced);
  return {
    first,
    flow,
    direction,
    packets,
    replies,
    bytes,
    packet: expression,
    verdicts: badges.map(({ text }) => text),
    decidedBy:
      decided.place === '' ? null : { place: decided.place, target: decided.target, line: decided.line ?? null },
    became: became === '' ? null : became,
    outcomes: traced.kind.paths,
    ...(traced.kind.likeliest ? { outcome: traced.kind.likeliest.outcome } : {}),
    ...(problem === '' ? {} : { error: problem }),
  };
}

/** No column is wider than this; longer texts move the columns after them. */
const WIDEST = 60;

function tableText(rows: readonly FlowRow[]): string {
  const cells = rows.map((row) => [
    `${row.direction === 'in' ? '→' : '←'} ${row.flow}`,
    row.replies === 0 ? String(row.packets) : `${row.packets}+${row.replies}`,
    row.problem === ''
      ? row.badges.map(({ text, conditional }) => `${text}${conditional ? '?' : ''}`).join(' or ')
      : row.problem,
    [row.decided.line === undefined ? '' : `line ${row.decided.line}`, row.decided.place, row.decided.target]
      .filter((part) => part !== '')
      .join(' '),
    row.became,
  ]);
  const all = [['flow', 'packets', 'verdict', 'decided by', 'becomes'], ...cells];
  const widths = (all[0] ?? []).map((_, i) =>
    all.reduce((widest, row) => Math.max(widest, Math.min(WIDEST, (row[i] ?? '').length)), 0),
  );
  return all
    .map(
      (row) =>
        `${row
          .map((cell, i) => visible(cell).padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
