import { Shape } from '../shape';
import { commandLine } from './emit';
import { literalText, type SimpleCommand } from './nodes';
import type { ScriptText } from './scriptText';
import type { Shell } from './shell';

/** The function of the script that a command calls. */
export function functionCalled(shell: Shell, { words: [first] }: SimpleCommand): string | undefined {
  const name = first ? literalText(first) : undefined;
  return name !== undefined && shell.functions.has(name) ? name : undefined;
}

/** Whether a command that is not read seems to change rules, by itself or by the function that it calls. */
export function isAboutRules(shell: Shell, node: SimpleCommand, source: ScriptText): boolean {
  const spelled = source.text.slice(node.start, Math.min(node.end, node.start + 400));
  if (!/tables|ipt|IPT|\$|^\w+/.test(spelled)) return false;
  const called = shell.functions.get(functionCalled(shell, node) ?? '');
  if (called)
    return /tables|\bip6?t|IP6?T/i.test(
      called.source.text.slice(called.node.start, Math.min(called.node.end, called.node.start + 20_000)),
    );
  return commandLine(undefined, shell.expand(node.words.slice(0, 60), source)).some(
    ({ shape }) => shape === Shape.ProgramCommand,
  );
}
