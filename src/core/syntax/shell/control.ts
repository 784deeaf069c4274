import type { Shell } from './shell';
import { literalText, type ShellNode } from './nodes';
import { fitsPattern } from './patterns';
import type { ScriptText } from './scriptText';
import { both, type Status } from './status';
import { fieldText, unknownOf, valueOf } from './values';

/**
 * `if`: the branch that the file decides on, those that depend on the rules under their conditions; what only the
 * machine knows is not read.
 */
export function branches(shell: Shell, node: ShellNode & { readonly kind: 'if' }, source: ScriptText): Status {
  const { guard } = shell;
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
      const asked = source.text.slice(condition.start, condition.end).slice(0, 80).replace(/\s+/g, ' ').trim();
      for (const each of node.branches.slice(i)) skipUnless(shell, each.body, source, asked);
      if (node.otherwise) skipUnless(shell, node.otherwise, source, asked);
      shell.guard = guard;
      return held;
    }
    asked = true;
    shell.guarded(held.asked, () => shell.run(body, source));
    shell.guard = both(shell.guard, { kind: 'not', of: held.asked });
  }
  if (node.otherwise) status = shell.run(node.otherwise, source);
  if (asked) shell.goOn();
  shell.guard = guard;
  return status;
}

/**
 * Skips a command that runs only under a condition that the file does not state. Where the script would end there,
 * that it goes on is an assumption.
 */
export function skipUnless(shell: Shell, node: ShellNode, source: ScriptText, asked: string): void {
  const reason = `it is run only if ${asked}, which is known only on the machine`;
  shell.skip(node, source, reason);
  const commands = node.kind === 'group' ? [node.body] : [node];
  const end = commands
    .flatMap((each) => (each.kind === 'list' ? each.items : [each]))
    .find((each) => each.kind === 'simple' && each.words[0] && literalText(each.words[0]) === 'exit');
  if (end) shell.report.info(end, source, 'shell-assumption', `assumed not to be run: ${reason}`);
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
          `it is run only if ${label(what)} is ` +
            `${source.text.slice(item.patterns[0]?.start, item.patterns.at(-1)?.end).slice(0, 60)}, which is ` +
            'known only on the machine',
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
  shell.loop(() => {
    for (const item of items) {
      if (item === bad || item.unknown.length > 0 || (bad !== undefined && item.text === bad.text)) {
        const what = item.unknown.map(label).join(', ') || item.text;
        const reason = `the loop \`for ${name}\` runs over ${what}, which is known only on the machine`;
        if (skipped) continue;
        shell.lose(name, reason);
        shell.skip(body, source, reason);
        skipped = true;
        continue;
      }
      shell.set(name, item);
      shell.run(body, source);
      if (shell.leavesLoop()) break;
    }
  });
  if (skipped) shell.lose(name, 'it is set in a loop that is not evaluated');
  return true;
}

function label(name: string): string {
  return /^\w+$/.test(name) ? `$${name}` : name;
}
