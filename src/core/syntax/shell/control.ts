import type { Shell } from './shell';
import { literalText, type ShellNode } from './nodes';
import { fitsPattern } from './patterns';
import type { ScriptText } from './scriptText';
import { both, type Status } from './status';
import { fieldText, unknownOf, valueOf } from './values';

/**
 * `if`: the branch that the file decides on, those that depend on the rules under their conditions; what only the machine
 * knows is not read.
 */
export function branches(shell: Shell, node: ShellNode & { readonly kind: 'if' }, source: ScriptText): Status {
  const { guard } = shell;
  const skip = (from: number, reason: string): void => {
    for (const { body } of node.branches.slice(from)) shell.skip(body, source, reason);
    if (node.otherwise) shell.skip(node.otherwise, source, reason);
  };
  let asked = false;
  let status: Status = true;
  for (const [i, { condition, body }] of node.branches.entries()) {
    const held = shell.asking(() => shell.run(condition, source));
    if (held === true) {
      status = shell.run(body, source);
      shell.guard = guard;
      return status;
    }
    if (held === false) continue;
    if ('unknown' in held) {
      skip(
        i,
        `it is run only if ${source.text.slice(condition.start, condition.end).slice(0, 80).replace(/\s+/g, ' ').trim()}, which is known only on the machine`,
      );
      shell.guard = guard;
      return held;
    }
    asked = true;
    shell.guarded(held.asked, () => shell.run(body, source));
    shell.guard = both(shell.guard, { kind: 'not', of: held.asked });
  }
  if (node.otherwise) status = shell.run(node.otherwise, source);
  shell.guard = guard;
  if (asked) shell.signal = undefined;
  return status;
}

/** `case`: the first pattern that matches. */
export function cases(shell: Shell, node: ShellNode & { readonly kind: 'case' }, source: ScriptText): Status {
  const word = shell.text(node.word, source);
  const text = fieldText(word);
  const names = unknownOf(word);
  for (const [i, { patterns, body }] of node.items.entries()) {
    const read = patterns.map((pattern) => ({
      text: pattern.parts.length === 1 ? (literalText(pattern) ?? '') : fieldText(shell.text(pattern, source)),
      unknown: unknownOf(shell.text(pattern, source)),
    }));
    const all = read.some((pattern) => pattern.text === '*' && pattern.unknown.length === 0);
    if (all && i === 0) return shell.run(body, source);
    if (names.length > 0 || read.some(({ unknown }) => unknown.length > 0)) {
      const what = names[0] ?? read.find(({ unknown }) => unknown.length > 0)?.unknown[0] ?? '';
      for (const item of node.items.slice(i))
        shell.skip(
          item.body,
          source,
          `it is run only if ${label(what)} is ${source.text.slice(item.patterns[0]?.start, item.patterns.at(-1)?.end).slice(0, 60)}, which is known only on the machine`,
        );
      return { unknown: `what ${label(what)} is` };
    }
    if (read.some((pattern) => fitsPattern(text, pattern.text))) return shell.run(body, source);
  }
  return true;
}

/** `for NAME in WORDS`: once for each word that the file states. */
export function forLoop(shell: Shell, node: ShellNode & { readonly kind: 'for' }, source: ScriptText): Status {
  const { name, body } = node;
  const fields = node.words ? shell.expand(node.words, source) : shell.positional;
  if (!fields) {
    shell.skip(body, source, `the loop runs over the arguments of the script`);
    shell.lose(name, 'it is set in a loop that is not evaluated');
    return true;
  }
  const items = fields.map(valueOf);
  const bad = items.find(({ text, unknown }) => unknown.length > 0 || (/[*?]/.test(text) && text.includes('/')));
  let skipped = false;
  shell.repeating++;
  for (const item of items) {
    if (item === bad || item.unknown.length > 0 || (bad !== undefined && item.text === bad.text)) {
      if (!skipped)
        shell.skip(
          body,
          source,
          `the loop \`for ${name}\` runs over ${item.unknown.map(label).join(', ') || item.text}, which is known only on the machine`,
        );
      skipped = true;
      continue;
    }
    shell.set(name, item);
    shell.run(body, source);
    if (shell.leavesLoop()) break;
  }
  shell.repeating--;
  if (skipped) shell.lose(name, 'it is set in a loop that is not evaluated');
  return true;
}

function label(name: string): string {
  return /^\w+$/.test(name) ? `$${name}` : name;
}
