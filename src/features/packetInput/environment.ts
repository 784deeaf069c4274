import { baseName } from '../../core/syntax/baseName';
import { partOf, type Piece } from './firstPacket';

/** What a command line sets in the environment of a program. */
export interface Environment {
  /** By name; the last one counts. */
  readonly set: ReadonlyMap<string, Piece>;
  /** What is set and does not get to the program: by name, why not, as in `sudo does not pass it on`. */
  readonly kept: ReadonlyMap<string, string>;
}

export const NO_ENVIRONMENT: Environment = { set: new Map(), kept: new Map() };

const SETTING = /^[A-Za-z_]\w{0,60}=/;

export function isSetting({ text }: Piece): boolean {
  return SETTING.test(text);
}

/**
 * What `export a=b` at the beginning of a command sets, and how many words of it that is. `ended`: by a semicolon or
 * `&&`, so that settings alone are those of the shell.
 */
export function settingsBefore(
  words: readonly Piece[],
  ended: boolean,
  outer: Environment,
): { readonly environment: Environment; readonly length: number } {
  const exported = words[0]?.text === 'export';
  const from = exported ? 1 : 0;
  const other = words.findIndex((word, i) => i >= from && !isSetting(word));
  const length = other < 0 ? words.length : other;
  // Without an end they belong to the program after them; `export` takes only settings.
  if (!exported && (other >= 0 || !ended)) return { environment: outer, length: 0 };
  const set = new Map(outer.set);
  const kept = new Map(outer.kept);
  for (const word of words.slice(from, length)) {
    const [name, value] = settingOf(word);
    if (exported) set.set(name, value);
    else kept.set(name, 'it is set and not exported');
  }
  return { environment: { set, kept }, length };
}

/**
 * With what is set among the words before the program: `http_proxy=… curl`, `env a=b curl`. `hasOwn`: programs that
 * start another one with an environment of its own, or on another machine.
 */
export function environmentBefore(words: readonly Piece[], outer: Environment, hasOwn: RegExp): Environment {
  const set = new Map(outer.set);
  const kept = new Map(outer.kept);
  for (const [i, word] of words.entries()) {
    const program = baseName(word.text);
    if (isSetting(word)) {
      const [name, value] = settingOf(word);
      set.set(name, value);
      kept.delete(name);
    } else if (hasOwn.test(program) && !keepsAll(program, words[i + 1])) {
      for (const name of set.keys()) kept.set(name, `${program} does not pass it on`);
      set.clear();
    }
  }
  return { set, kept };
}

/** `sudo -E`. */
function keepsAll(program: string, next: Piece | undefined): boolean {
  return program === 'sudo' && /^(?:-[A-Za-z]*E|--preserve-env)/.test(next?.text ?? '');
}

function settingOf(word: Piece): readonly [name: string, value: Piece] {
  const equals = word.text.indexOf('=');
  return [word.text.slice(0, equals), partOf(word, equals + 1, word.text.length)];
}
