import type { Shell } from './shell';
import { literalText, type ShellNode } from './nodes';
import { linesOf, type ScriptText } from './scriptText';
import type { Status } from './status';
import { known } from './values';

/**
 * `while read -r A B; do … done <<EOF`: the lines are known. How long any other loop runs is known only on the machine.
 */
export function readLoop(shell: Shell, node: ShellNode & { readonly kind: 'while' }, source: ScriptText): Status {
  const { condition, body } = node;
  const head = condition.kind === 'simple' ? condition : undefined;
  const words = head?.words.map((word) => literalText(word) ?? '') ?? [];
  const { input } = shell;
  if (node.until || !head || words[0] !== 'read' || !input || input.length === 0) {
    shell.skip(condition, source, 'the condition of a loop is not followed');
    shell.skip(
      body,
      source,
      `the loop runs while \`${source.text.slice(condition.start, condition.end).slice(0, 80).replace(/\s+/g, ' ')}\`, ` +
        'which is known only on the machine',
    );
    return true;
  }
  const names = words.slice(1).filter((word) => /^[A-Za-z_]\w*$/.test(word));
  const separators = head.assignments.find(({ name }) => name === 'IFS');
  const at = separators?.value ? literalText(separators.value) : undefined;
  shell.loop(() => {
    for (const line of linesOf(input)) {
      const unknown = line.flatMap((piece) => ('unknown' in piece ? (piece.unknown as readonly string[]) : []));
      if (unknown.length > 0) {
        shell.skip(body, source, `the loop reads ${unknown[0] ?? ''}, which is known only on the machine`);
        continue;
      }
      assignWords(shell, names, line.map(({ text }) => text).join(''), at);
      shell.input = undefined;
      shell.run(body, source);
      if (shell.leavesLoop()) break;
    }
  });
  shell.input = input;
  return true;
}

/** The last name gets the rest. */
function assignWords(shell: Shell, names: readonly string[], line: string, separators: string | undefined): void {
  let rest = separators === undefined ? line.trim() : line;
  for (const [i, name] of names.entries()) {
    const end = i === names.length - 1 ? rest.length : firstOf(rest, separators ?? ' \t');
    shell.set(name, known(rest.slice(0, end)));
    rest = separators === undefined ? rest.slice(end).trimStart() : rest.slice(end + 1);
  }
  if (names.length === 0) shell.set('REPLY', known(rest));
}

function firstOf(text: string, separators: string): number {
  for (let i = 0; i < text.length; i++) if (separators.includes(text.charAt(i))) return i;
  return text.length;
}
