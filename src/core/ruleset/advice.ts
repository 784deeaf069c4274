import type { Columns } from '../text/columns';
import { editDistance } from '../text/editDistance';
import type { Fix, Word } from '../syntax/tree';
import type { StandIn } from '../xtables/option';
import { BUILTIN_CHAINS } from './ruleSet';

/** The message of a problem, with the change that fixes it where one is obvious. */
export interface Advice {
  readonly message: string;
  readonly fix?: Fix | undefined;
}

export function adviceOf(advice: string | Advice): { readonly message: string; readonly fix?: Fix } {
  if (typeof advice === 'string') return { message: advice };
  return { message: advice.message, ...(advice.fix && { fix: advice.fix }) };
}

/** Takes the place of a word that is spelled wrong; undefined where its text is not what is in the line. */
export function changeTo(word: Word, name: string, length = word.text.length): Fix | undefined {
  if (word.quoted || word.end - word.start !== word.text.length) return undefined;
  return { title: `Change to ${name}`, edits: [{ start: word.start, end: word.start + length, newText: name }] };
}

/** Writes words before a word, with a blank after them. */
export function insertBefore({ start }: Columns, words: string): Fix {
  return { title: `Insert ${words}`, edits: [{ start, end: start, newText: `${words} ` }] };
}

/** Removes words, from the first to the last of them. */
export function remove(title: string, { start }: Columns, { end }: Columns): Fix {
  return { title, edits: [{ start, end, newText: '' }] };
}

/** The form of iptables before 1.4.3, in which the rule is still understood. `sign` is the `!` after the option. */
export function oldNegation(option: Word, name: string, sign: Columns): Advice {
  const newForm = `! ${name}`;
  return {
    message: `"${name} ! …" is the form of old iptables, which current versions refuse: write "${newForm} …"`,
    fix: { title: `Write ${newForm}`, edits: [{ start: option.start, end: sign.end, newText: newForm }] },
  };
}

export function unknownTableHelp(word: Word): Advice {
  const near = didYouMean(word, Object.keys(BUILTIN_CHAINS));
  return {
    message:
      `there is no table "${word.text}": ` +
      `${near ? near.message : 'iptables has raw, mangle, nat, filter and security'}`,
    fix: near?.fix,
  };
}

/** `did you mean …?` with the change; undefined where no name is near. */
export function didYouMean(word: Word, names: readonly string[], length = word.text.length): Advice | undefined {
  const near = nearest(word.text.slice(0, length), names);
  return near === undefined ? undefined : { message: `did you mean ${near}?`, fix: changeTo(word, near, length) };
}

/** The name that differs by no more than two letters; capitals and dashes do not count. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const wanted = bare(name);
  let best: string | undefined;
  let most = Math.min(2, Math.floor(wanted.length / 3));
  for (const each of names) {
    const far = editDistance(wanted, bare(each), most);
    if (far > most) continue;
    best = each;
    if (far === 0) break;
    most = far - 1;
  }
  return best;
}

function bare(text: string): string {
  return text.toLowerCase().replace(/[-_]/g, '');
}

/** The message for a value that a paste does not show. */
/** `standIn`: a part of the value. */
export function standInHelp(value: string, { what, is }: StandIn): string {
  return `"${value}" is a placeholder: the value itself is not in the file, and a trace takes ${is} for ${what}`;
}

export function placeholderHelp(value: string): string {
  return `"${value}" is a placeholder: the value itself is not in the file, so whether it matches is not known`;
}
