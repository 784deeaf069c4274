import type { Assignment } from './nodes';
import type { ScriptText } from './scriptText';
import type { Shell } from './shell';
import { fieldText, known, unknownOf, valueOf } from './values';

/** Carries out an assignment: `A=…`, `A+=…`, `A=(…)`. */
export function assign(shell: Shell, { name, adds, indexed, value, list }: Assignment, source: ScriptText): void {
  const old = shell.get(name);
  if (indexed) return shell.lose(name, 'it is an associative or sparse list');
  if (list) {
    const items = shell.expand(list, source).map(valueOf);
    shell.set(name, { items: adds && old ? [...('items' in old ? old.items : [old]), ...items] : items });
    return;
  }
  const field = value ? shell.text(value, source) : { pieces: [], literal: true };
  const unknown = unknownOf(field);
  const script = unknown.find((each) => !/^\w+$/.test(each));
  if (script !== undefined) return shell.lose(name, `what ${script} prints is known only on the machine`);
  if (adds && old === undefined) return shell.lose(name, 'its previous value is not set in this file');
  if (adds && old && 'items' in old) return;
  const before = adds && old && 'text' in old ? old : known('');
  // A value that grows without end in a loop is not an address.
  if (before.text.length > 100_000) return;
  shell.set(name, { text: before.text + fieldText(field), unknown: [...before.unknown, ...unknown] });
}
