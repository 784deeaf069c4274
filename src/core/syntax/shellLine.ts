import { type Classified, NO_PROBLEMS, textOf } from './classified';
import { Command, readCommand } from './command';
import { Shape } from './shape';
import { findProgram, isHostProgram, isTables, programFamily, type ShellProgram } from './shellProgram';
import type { Problem } from './tree';

/**
 * A command line as people paste it, with or without a prompt: `iptables -t nat -A …`, `$ sudo ip6tables …`,
 * `+ iptables …` (set -x), `root@pod:/# ss -ltnp`, `kubectl exec … -- iptables-save`. Undefined for prose.
 */
export function shellLine(text: string, start: number, end: number): Classified | undefined {
  const program = findProgram(text, start, end);
  if (!program) return undefined;
  if (isTables(program.name)) return tablesCommand(text, program);
  if (program.name === 'ip') {
    const added = ADDED.exec(text.slice(program.end, program.limit));
    if (added) return textOf(Shape.IpAdd);
  }
  if (program.name === 'route' && /^[ \t]+add[ \t]/.test(text.slice(program.end, program.limit)))
    return textOf(Shape.IpAdd);
  return textOf(isHostProgram(program.name) ? Shape.HostCommand : Shape.Echo);
}

/** `rule add`, `route add`, `addr add` after `ip`. */
const ADDED =
  /^(?:[ \t]+(?:-4|-6|-f[ \t]+inet6?|-family[ \t]+inet6?))*[ \t]+(?:ru|rule|r|ro|route|a|ad|addr|address)[ \t]+(?:add|append|replace)[ \t]+\S/;

function tablesCommand(text: string, program: ShellProgram): Classified | undefined {
  const end = program.limit;
  const parts = readCommand(text, program.start, end, 'shell');
  if (!parts) return undefined;
  const problems: Problem[] = [];
  if (parts.scan.unterminated) {
    problems.push({
      ...parts.scan.unterminated,
      severity: 'error',
      code: 'unterminated-quote',
      message: 'This quote is never closed; a shell would go on reading the next line.',
    });
  }
  const changes = parts.operation !== 'L' && parts.operation !== 'S';
  return {
    node: new Command(text, program.start, end, 'shell', parts.operation, programFamily(program.name)),
    shape: changes ? Shape.ProgramCommand : Shape.Echo,
    problems: problems.length > 0 ? problems : NO_PROBLEMS,
  };
}
