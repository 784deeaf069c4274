import { baseName } from '../baseName';
import { numbers } from './braces';
import { expandWord } from './expand';
import { Parser } from './parser';
import { isSurelyThere } from './programs';
import type { ScriptText } from './scriptText';
import { fieldText, unknownOf, type Scope } from './values';

/**
 * What `$(…)` prints where that needs no machine: `seq 1 3`, `echo words`, `which iptables`; undefined for anything
 * else.
 */
export function substitute(script: string, scope: Scope): string | undefined {
  if (script.length > 2000) return undefined;
  const node = new Parser(script, 0, script.length).all();
  if (
    node?.kind !== 'simple' ||
    node.assignments.length > 0 ||
    node.redirects.some(({ operator, descriptor }) => operator.startsWith('<') || descriptor < 2)
  )
    return undefined;
  const { positional } = scope;
  const inner: Scope = {
    positional,
    get: (variable) => scope.get(variable),
    set: () => undefined,
    substitute: (within) => scope.substitute(within),
    assumeDefault: () => undefined,
  };
  const fields = node.words.flatMap((word) => expandWord(word, nowhere(script), inner));
  if (fields.some((field) => unknownOf(field).length > 0)) return undefined;
  const [name = '', ...words] = fields.map(fieldText);
  switch (baseName(name)) {
    case 'echo':
      return words[0] === '-n'
        ? words.slice(1).join(' ')
        : words.some((word) => /^-|[*?\\]/.test(word))
          ? undefined
          : words.join(' ');
    case 'seq': {
      const all = words.map(Number);
      if (words.length < 1 || words.length > 3 || !words.every((word) => /^-?\d{1,9}$/.test(word))) return undefined;
      const [from, step, to] = all.length === 1 ? [1, 1, all[0]] : all.length === 2 ? [all[0], 1, all[1]] : all;
      if (from === undefined || step === undefined || to === undefined || step === 0) return undefined;
      return (to - from) * step < 0 ? '' : numbers(from, to, Math.abs(step))?.join('\n');
    }
    case 'command':
    case 'which':
    case 'type': {
      const operands = words.filter((word) => !/^-[vVpP]$/.test(word));
      const [only] = operands;
      return operands.length === 1 && only !== undefined && isSurelyThere(only) ? only : undefined;
    }
    case 'basename':
      return words.length === 1 ? baseName((words[0] ?? '').replace(/(?<=.)\/+$/, '')) : undefined;
    default:
      return undefined;
  }
}

/** A script of which no place is ever asked for: its result is a text, and its problems are dropped. */
function nowhere(text: string): ScriptText {
  const line = {
    index: 0,
    text,
    eol: '',
    contentStart: 0,
    node: { kind: 'text' as const },
    shape: 1 as const,
    problems: [],
  };
  return { text, place: (column) => ({ line, column: Math.min(column, text.length) }) };
}
