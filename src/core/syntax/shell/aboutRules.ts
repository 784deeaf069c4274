import { Shape } from '../shape';
import type { Line } from '../tree';
import { commandLine } from './emit';
import { literalText, type SimpleCommand } from './nodes';
import type { ScriptText } from './scriptText';
import type { Shell } from './shell';

/** The function of the script that a command calls. */
export function functionCalled(shell: Shell, { words: [first] }: SimpleCommand): string | undefined {
  const name = first ? literalText(first) : undefined;
  return name !== undefined && shell.functions.has(name) ? name : undefined;
}

/**
 * What a command that is not read seems to do to rules: the lines that it is read as, none of a call of a function that
 * changes rules; undefined where it is about something else.
 */
export function linesAboutRules(shell: Shell, node: SimpleCommand, source: ScriptText): readonly Line[] | undefined {
  const spelled = source.text.slice(node.start, Math.min(node.end, node.start + 400));
  if (!/tables|ipt|IPT|\$|^\w+/.test(spelled)) return undefined;
  const called = shell.functions.get(functionCalled(shell, node) ?? '');
  if (called)
    return /tables|\bip6?t|IP6?T/i.test(
      called.source.text.slice(called.node.start, Math.min(called.node.end, called.node.start + 20_000)),
    )
      ? []
      : undefined;
  const lines = commandLine(undefined, shell.expand(node.words.slice(0, 60), source));
  return lines.some(({ shape }) => shape === Shape.ProgramCommand) ? lines : undefined;
}
