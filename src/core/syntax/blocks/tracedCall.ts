import { findProgram, isTables } from '../shellProgram';
import { Shape } from '../shape';
import type { Line } from '../tree';
import { splitWords } from '../words';
import type { Block, BlockReader } from './block';

/**
 * The call of a shell function in what `set -x` traces: `+ iptables -A …`, `+ retry /sbin/iptables -A …`, and below it
 * the command that the function runs, `+ /sbin/iptables -w -A …`. Only that is a command.
 */
export const tracedCall: BlockReader = { begins: [Shape.ProgramCommand], read: readCall };

function readCall(lines: readonly Line[], shapes: Uint8Array, from: number): Block | undefined {
  const line = lines[from] as Line;
  const call = tracedCommand(line);
  if (!call) return undefined;
  for (let i = from + 1; i < Math.min(lines.length, from + LONGEST_FUNCTION); i++) {
    const below = lines[i] as Line;
    if (!isTraced(below)) return undefined;
    if (shapes[i] !== Shape.ProgramCommand) continue;
    const run = tracedCommand(below);
    if (!run || run.head === call.head || !passesOn(call.words, run.words)) return undefined;
    const place = below.index === line.index ? 'the command after it' : `the command in line ${below.index + 1}`;
    const message = `Not applied by itself: it calls a function of the script, which runs ${place}.`;
    return {
      to: from + 1,
      lines: [],
      problems: [
        { line, start: line.contentStart, end: line.text.length, severity: 'info', code: 'not-read', message },
      ],
    };
  }
  return undefined;
}

/** No function that runs iptables again and again traces more lines before it does. */
const LONGEST_FUNCTION = 30;
/** `-w 5` and the like, which such functions add. */
const MOST_ADDED = 4;

function isTraced({ text, contentStart }: Line): boolean {
  return text.charCodeAt(contentStart) === 43;
}

interface TracedCommand {
  /** The program with what comes before it. */
  readonly head: string;
  readonly words: readonly string[];
}

function tracedCommand(line: Line): TracedCommand | undefined {
  if (!isTraced(line)) return undefined;
  const { text, contentStart } = line;
  const program = findProgram(text, contentStart, text.length);
  if (!program || !isTables(program.name)) return undefined;
  const words = splitWords(text, program.end, program.limit, 'shell').map((word) => word.text);
  return { head: text.slice(contentStart, program.end), words };
}

/** Whether a command has all arguments of a call in their order, and few others before or after them. */
function passesOn(called: readonly string[], run: readonly string[]): boolean {
  const added = run.length - called.length;
  if (added < 0 || added > MOST_ADDED) return false;
  return Array.from({ length: added + 1 }, (_, i) => i).some((i) => called.every((word, k) => run[i + k] === word));
}
