import { readKernelTrace, type KernelTrace, type NumberedText } from '../../core/net/kernelTrace/kernelPackets';
import type { SourceFile } from '../../core/syntax/sourceFile';
import type { Line } from '../../core/syntax/tree';

const TRACES = new WeakMap<SourceFile, KernelTrace>();

/** The packets that a kernel traced in the lines of a file, also in those that are in entries of a log. */
export function kernelTraceOf(file: SourceFile): KernelTrace {
  const known = TRACES.get(file);
  if (known) return known;
  const trace = readKernelTrace(textsOf(file.lines));
  TRACES.set(file, trace);
  return trace;
}

function* textsOf(lines: readonly Line[]): Iterable<NumberedText> {
  for (const line of lines) {
    if (line.embedded) yield* textsOf(line.embedded);
    else yield line;
  }
}

/** The packets that a kernel traced in a text. Never throws. */
export function kernelTraceIn(text: string): KernelTrace {
  return readKernelTrace(text.split(/\r\n|[\r\n]/).map((line, index) => ({ text: line, index })));
}
