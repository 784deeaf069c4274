import type { Columns } from '../text/columns';
import type { Fix, Word } from '../syntax/tree';
import type { TableName } from '../xtables/view';

/** What to tell of a problem, with the change that mends it where one is plain. */
export interface Advice {
  readonly message: string;
  readonly fix?: Fix | undefined;
}

export function adviceOf(told: string | Advice): { readonly message: string; readonly fix?: Fix } {
  if (typeof told === 'string') return { message: told };
  return { message: told.message, ...(told.fix && { fix: told.fix }) };
}

/** Takes the place of a word that is spelled wrong; undefined where its text is not what stands in the line. */
export function changeTo(word: Word, name: string, length = word.text.length): Fix | undefined {
  if (word.quoted || word.end - word.start !== word.text.length) return undefined;
  return { title: `Change to ${name}`, edits: [{ start: word.start, end: word.start + length, newText: name }] };
}

/** Writes words in front of a word, with a blank behind them. */
export function insertBefore({ start }: Columns, words: string): Fix {
  return { title: `Insert ${words}`, edits: [{ start, end: start, newText: `${words} ` }] };
}

/** Takes words away, from the first to the last of them. */
export function remove(title: string, { start }: Columns, { end }: Columns): Fix {
  return { title, edits: [{ start, end, newText: '' }] };
}

/** The form of iptables before 1.4.3, in which the rule is still understood. `sign` is the `!` behind the option. */
export function oldNegation(option: Word, name: string, sign: Columns): Advice {
  const newForm = `! ${name}`;
  return {
    message: `"${name} ! …" is the form of old iptables, which is refused today: write "${newForm} …"`,
    fix: { title: `Write ${newForm}`, edits: [{ start: option.start, end: sign.end, newText: newForm }] },
  };
}

export function unknownTableHelp(word: Word): Advice {
  const near = didYouMean(word, TABLES);
  return { message: `there is no table "${word.text}": ${near ? near.message : 'iptables has raw, mangle, nat, filter and security'}`, fix: near?.fix };
}

const TABLES: readonly TableName[] = ['raw', 'mangle', 'nat', 'filter', 'security'];

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
    const far = distance(wanted, bare(each), most);
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

/**
 * How many letters are to be changed, added, left out or exchanged with their neighbour, as far as that is no more than `most`: what is further
 * counts as `most + 1`, and most names are told so by their first letters.
 */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  let before = row;
  for (let i = 1; i <= a.length; i++) {
    const next = new Array<number>(b.length + 1).fill(most + 1);
    next[0] = i;
    let least = i;
    for (let j = Math.max(1, i - most); j <= Math.min(b.length, i + most); j++) {
      const exchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] as number) + 1 : most + 1;
      const cost = Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1), exchanged);
      next[j] = cost;
      if (cost < least) least = cost;
    }
    if (least > most) return most + 1;
    before = row;
    row = next;
  }
  return Math.min(row[b.length] as number, most + 1);
}
