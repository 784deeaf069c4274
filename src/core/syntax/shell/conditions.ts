import { evaluate } from './arithmetic';
import { fitsPattern } from './patterns';
import type { Text } from './values';

/** Whether a condition holds; a reason where nothing in the file states it. */
export type ConditionAnswer = boolean | { readonly unknown: string };

/**
 * `[ … ]` without its brackets, or `[[ … ]]`: then `=` compares with a pattern. Source: POSIX.1-2017, test(1), and
 * bash(1).
 */
export function testWords(words: readonly Text[], patterns: boolean): ConditionAnswer {
  let at = 0;
  let depth = 0;
  const command = words.map(({ text }) => text).join(' ');
  const unknown = (word: Text | undefined): ConditionAnswer => ({
    unknown: word?.unknown.length ? `what ${word.unknown.join(', ')} is` : `what \`${command}\` finds`,
  });
  const primary = (): ConditionAnswer => {
    const first = words[at++];
    if (!first) return false;
    if (++depth > 100) return unknown(undefined);
    const next = words[at];
    const binary = next && (BINARY.has(next.text) || NUMBERS.has(next.text)) && words[at + 1] !== undefined;
    if (!binary) {
      if (first.text === '!' && next) return not(primary());
      if (first.text === '(' && next) {
        const inside = or();
        at++;
        return inside;
      }
      if (/^-[a-zA-Z]$/.test(first.text) && next) {
        at++;
        if (first.text === '-z' || first.text === '-n')
          return next.unknown.length > 0 ? unknown(next) : (next.text === '') === (first.text === '-z');
        return unknown(next.unknown.length > 0 ? next : undefined);
      }
      return first.unknown.length > 0 ? unknown(first) : first.text !== '';
    }
    const right = words[at + 1] as Text;
    at += 2;
    if (first.unknown.length + right.unknown.length > 0) return unknown(first.unknown.length > 0 ? first : right);
    if (next.text === '<' || next.text === '>')
      return next.text === '<' ? first.text < right.text : first.text > right.text;
    if (BINARY.has(next.text)) {
      const equal = patterns ? fitsPattern(first.text, right.text) : first.text === right.text;
      return next.text === '=~' ? unknown(undefined) : next.text === '!=' ? !equal : equal;
    }
    const [a, b] = [first, right].map(({ text }) => evaluate(text, () => undefined));
    if (a === undefined || b === undefined) return unknown(undefined);
    switch (next.text) {
      case '-eq':
        return a === b;
      case '-ne':
        return a !== b;
      case '-lt':
        return a < b;
      case '-le':
        return a <= b;
      case '-gt':
        return a > b;
      default:
        return a >= b;
    }
  };
  const and = (): ConditionAnswer => {
    let left = primary();
    while (words[at]?.text === '-a' || words[at]?.text === '&&') {
      at++;
      const right = primary();
      left = left === false || right === false ? false : left === true ? right : left;
    }
    return left;
  };
  const or = (): ConditionAnswer => {
    let left = and();
    while (words[at]?.text === '-o' || words[at]?.text === '||') {
      at++;
      const right = and();
      left = left === true || right === true ? true : left === false ? right : left;
    }
    return left;
  };
  const answer = or();
  return at >= words.length ? answer : unknown(undefined);
}

const BINARY: ReadonlySet<string> = new Set(['=', '==', '!=', '=~', '<', '>']);
const NUMBERS: ReadonlySet<string> = new Set(['-eq', '-ne', '-lt', '-le', '-gt', '-ge']);

function not(answer: ConditionAnswer): ConditionAnswer {
  return typeof answer === 'boolean' ? !answer : answer;
}
