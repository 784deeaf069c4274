import { outcomeOf, type Outcome } from '../core/netfilter/outcome';
import { parseSourceFile } from '../core/syntax/parse';
import { visible } from '../core/text/visible';
import type { Dump, FileModel } from '../features/fileModel';
import { kernelTraceOf } from '../features/kernelTrace/kernelTraceOf';
import { agreementWords } from '../features/kernelTrace/agreementWords';
import { traceAllAgainst, type TracedAgainst } from '../features/kernelTrace/traceAgainst';
import { badgeOf } from '../features/traceReport/verdict';
import { UsageError } from './arguments';
import type { Terminal } from './terminal';

interface Given {
  readonly model: FileModel;
  readonly dump: Dump;
  readonly overrides: unknown;
  /** The file that has the trace; undefined: the rules and the trace are in one. */
  readonly file: string | undefined;
  /** Of the rules. */
  readonly name: string;
  readonly json: boolean;
}

/** Traces each packet of a kernel's trace through the rules, and says where both part. */
export function runKernelTrace({ model, dump, overrides, file, name, json }: Given, terminal: Terminal): number {
  const trace = kernelTraceOf(file === undefined || file === name ? model.file : parseSourceFile(terminal.read(file)));
  if (trace.packets.length === 0)
    throw new UsageError(
      `${file ?? name}: no packet of a kernel's trace was found: TRACE lines of the kernel's log, or what ` +
        'xtables-monitor --trace or nft monitor trace ' +
        `prints${trace.withoutPacket > 0 ? `; the lines of ${trace.withoutPacket} packets are there, but not those that show the packet` : ''}`,
    );
  const all = [...traceAllAgainst(model, dump, trace, { overrides })];
  const agree = all.filter(({ comparison }) => comparison && !comparison.difference).length;
  if (json) {
    terminal.json({
      id: null,
      kernelTrace: {
        agree,
        differ: all.length - agree,
        withoutPacket: trace.withoutPacket,
        packets: all.map(packetJson),
      },
    });
    return 0;
  }
  for (const traced of all) terminal.out(packetText(traced));
  const missing =
    trace.withoutPacket === 0 ? '' : `; of ${trace.withoutPacket} more the line is missing that shows the packet`;
  terminal.out(`${all.length} packets: ${agree} as in the kernel's trace, ${all.length - agree} not${missing}\n`);
  return 0;
}

interface PacketJson {
  readonly line: number;
  readonly writer: string;
  readonly packet: string;
  readonly error?: string;
  readonly outcome?: Outcome;
  readonly outcomes?: number;
  readonly agreed?: number;
  readonly steps?: readonly { readonly line: number; readonly kernel: string; readonly agrees: boolean | null }[];
  readonly difference?: {
    readonly kernel: string;
    readonly kernelLine: number;
    readonly here: string;
    readonly line?: number;
  };
  readonly implied: readonly string[];
  readonly remarks: readonly string[];
}

function packetJson({ kernel, evaluation, expression, outcome, comparison, implied }: TracedAgainst): PacketJson {
  const { input } = evaluation;
  const walked = input?.traced.outcomes[outcome];
  const common = { line: kernel.line + 1, writer: kernel.writer, packet: input?.packet ?? expression, implied };
  if (!input || !walked || !comparison)
    return { ...common, error: evaluation.problems[0]?.message ?? 'it cannot be traced', remarks: [] };
  const { steps, agreed, difference, remarks } = comparison;
  return {
    ...common,
    outcome: outcomeOf(walked),
    outcomes: input.traced.outcomes.length,
    agreed,
    steps: steps.map((step, i) => ({
      line: step.line,
      kernel: step.kernel,
      agrees: step.event !== undefined ? true : difference && i === agreed ? false : null,
    })),
    ...(difference
      ? {
          difference: {
            kernel: difference.kernel,
            kernelLine: difference.kernelLine,
            here: difference.here,
            ...(difference.line === undefined ? {} : { line: difference.line }),
          },
        }
      : {}),
    remarks,
  };
}

function packetText({ kernel, evaluation, expression, outcome, comparison, implied }: TracedAgainst): string {
  const walked = evaluation.input?.traced.outcomes[outcome];
  const head = `line ${kernel.line + 1}  ${evaluation.given && walked ? kernel.packet.expression : expression}`;
  const lines =
    walked && comparison
      ? [
          `${badgeOf(walked).text}; ${agreementWords(comparison)}`,
          ...(comparison.difference
            ? [
                `kernel, line ${comparison.difference.kernelLine}: ${comparison.difference.kernel}`,
                `here${comparison.difference.line === undefined ? '' : `, line ${comparison.difference.line}`}: ` +
                  `${comparison.difference.here}`,
              ]
            : []),
          ...implied,
          ...comparison.remarks,
        ]
      : [`it cannot be traced: ${evaluation.problems[0]?.message ?? ''}`];
  return `${visible(head)}\n${lines.map((line) => `  ${visible(line)}\n`).join('')}`;
}
