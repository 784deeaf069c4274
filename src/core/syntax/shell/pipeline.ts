import type { ShellNode } from './nodes';
import { writtenPiece, type Piece, type ScriptText } from './scriptText';
import type { Shell } from './shell';
import type { Status } from './status';

/** `a | b | c`: what one command prints is read by the next, where the file states it. */
export function pipeline(shell: Shell, commands: readonly ShellNode[], source: ScriptText): Status {
  const texts = commands.map((node) => source.text.slice(node.start, node.end));
  const last = commands.at(-1);
  if (last && commands.length > 1 && SAVES.test(texts[0] ?? '') && RESTORES.test(texts.at(-1) ?? '')) {
    shell.skip(last, source, 'it loads what other programs have made of the rules');
    return true;
  }
  const { input, pipe } = shell;
  let status: Status = true;
  for (const [i, command] of commands.entries()) {
    const isLast = i === commands.length - 1;
    const { printed } = shell;
    shell.printed = undefined;
    shell.piping = !isLast;
    shell.pipe = last && !isLast ? writtenPiece(source, command.end, last.end) : pipe;
    status = shell.run(command, source);
    shell.piping = false;
    shell.input = isLast ? input : (shell.printed ?? UNKNOWN_INPUT);
    shell.printed = printed;
  }
  shell.input = input;
  shell.pipe = pipe;
  const listing = texts.some(listsRules);
  return typeof status === 'object' && 'unknown' in status && listing ? { ...status, listing: true } : status;
}

/** Whether a command seems to print rules, as it is written. */
export function listsRules(text: string): boolean {
  return LISTS.test(` ${text} `.replace(/^ +/, '')) || /tables\S*-save/.test(text);
}

const UNKNOWN_INPUT: readonly Piece[] = [];
const SAVES = /tables(?:-legacy|-nft)?-save\b/;
const RESTORES = /tables(?:-legacy|-nft)?-restore\b/;
const LISTS = /tables\S*\s(?:\S+\s){0,20}-{1,2}[LSln]/;
