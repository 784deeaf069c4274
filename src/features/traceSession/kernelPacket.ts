import type { KernelTrace } from '../../core/net/kernelTrace/kernelPackets';
import type { KernelView, ScenarioChoice } from '../../shared/protocol';
import { agreementWords } from '../kernelTrace/agreementWords';
import { compareWithKernel } from '../kernelTrace/kernelComparison';
import { kernelTraceIn, kernelTraceOf } from '../kernelTrace/kernelTraceOf';
import { traceOneAgainst } from '../kernelTrace/traceAgainst';
import { selectedPath, type TraceInput } from '../traceReport/traceInput';
import { withPacket, type SessionState } from './sessionState';

/** At most this many packets of a trace are offered by name. */
const MOST_OFFERED = 200;

const OF_FILE = 'kernel:';
const OF_PASTE = 'pasted:';

/** The packets of the kernel's traces at hand, in the list of those that are offered. */
export function kernelChoices({ model, kernel }: SessionState): readonly ScenarioChoice[] {
  const ofFile = model ? choices(kernelTraceOf(model.file), OF_FILE, (line) => `line ${line}`) : [];
  return kernel?.pasted ? [...choices(kernel.trace, OF_PASTE, () => 'pasted'), ...ofFile] : ofFile;
}

export function kernelIdOfFile(index: number): string {
  return OF_FILE + String(index);
}

/** The list entry of the packet that is shown. */
export function kernelChoiceId({ kernel }: SessionState): string | undefined {
  return kernel && (kernel.pasted ? OF_PASTE : OF_FILE) + String(kernel.index);
}

function choices({ packets }: KernelTrace, prefix: string, place: (line: number) => string): readonly ScenarioChoice[] {
  return packets
    .slice(0, MOST_OFFERED)
    .map(({ packet, line }, i) => ({
      id: prefix + String(i),
      label: `Kernel’s trace ${i + 1}: ${shortExpression(packet.expression)}`,
      detail: place(line + 1),
      expression: packet.expression,
    }));
}

/** Up to the destination, which is what tells packets apart. */
function shortExpression(expression: string): string {
  return /^.*? > \S+/.exec(expression)?.[0] ?? expression;
}

/** A packet by the name it has in the list; undefined: it is not one of a kernel's trace. */
export function withKernelChoice(state: SessionState, overrides: unknown, id: string): SessionState | undefined {
  const found = /^(kernel|pasted):(\d{1,9})$/.exec(id);
  if (!found || !state.model) return undefined;
  const pasted = found[1] === 'pasted';
  const trace = pasted ? state.kernel?.trace : kernelTraceOf(state.model.file);
  return trace && withKernelPacket(state, overrides, trace, Number(found[2]), pasted);
}

/** The first packet of a text that a kernel wrote; undefined: there is none in it. */
export function withPastedTrace(state: SessionState, overrides: unknown, text: string): SessionState | undefined {
  return withKernelPacket(state, overrides, kernelTraceIn(text), 0, true);
}

/** The packet of the kernel's trace in the file that a line shows first. */
export function withKernelLine(state: SessionState, overrides: unknown, text: string): SessionState | undefined {
  const trace = state.model && kernelTraceOf(state.model.file);
  const index = trace?.packets.findIndex((each) => each.text.endsWith(text)) ?? -1;
  return trace && index >= 0 ? withKernelPacket(state, overrides, trace, index, false) : undefined;
}

/** After an edit: the same packet again, where it is still there. */
export function kernelAgain(state: SessionState): SessionState {
  const { kernel, model } = state;
  if (!kernel || !model) return state;
  const { text } = kernel.trace.packets[kernel.index] ?? {};
  const trace = kernel.pasted ? kernel.trace : kernelTraceOf(model.file);
  const index =
    trace.packets[kernel.index]?.text === text ? kernel.index : trace.packets.findIndex((each) => each.text === text);
  const { step, reply } = state;
  const again = withKernelPacket(state, undefined, trace, index, kernel.pasted);
  return again ? { ...again, step, reply } : { ...state, kernel: undefined };
}

function withKernelPacket(
  state: SessionState,
  overrides: unknown,
  trace: KernelTrace,
  index: number,
  pasted: boolean,
): SessionState | undefined {
  const { model, dump, answers } = state;
  const traced = model && dump && traceOneAgainst(model, dump, trace, index, { answers, overrides });
  if (!traced) return undefined;
  const { expression, world, implied, outcome, kernel } = traced;
  return {
    ...withPacket(state, expression, undefined),
    outcome,
    kernel: { trace, index, pasted, expression, world, implied },
    readNotes: [
      `Read from the kernel’s trace, ${pasted ? 'as pasted' : `line ${kernel.line + 1}`} (${kernel.writer}).`,
    ],
  };
}

/** What the kernel says of the path that is shown; undefined: it shows no packet of a kernel's trace. */
export function kernelView(
  { kernel, expression }: SessionState,
  input: TraceInput | undefined,
): KernelView | undefined {
  const packet = kernel?.trace.packets[kernel.index];
  if (!kernel || !packet || !input || kernel.expression !== expression) return undefined;
  const comparison = compareWithKernel(packet, selectedPath(input), input.ruleSet, input.family);
  return {
    text: agreementWords(comparison),
    line: kernel.pasted ? undefined : packet.line + 1,
    difference: comparison.difference && {
      ...comparison.difference,
      kernelLine: kernel.pasted ? undefined : comparison.difference.kernelLine,
    },
    remarks: [...kernel.implied, ...comparison.remarks],
    same: comparison.steps.flatMap(({ event }) => event ?? []),
    differs: comparison.difference?.step,
  };
}
