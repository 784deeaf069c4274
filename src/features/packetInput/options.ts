import type { ExpressionProblem } from '../../core/net/packetExpression';
import { editDistance } from '../../core/text/editDistance';
import { partOf, problemAt, type Piece } from './firstPacket';

/** The options of a program. */
export interface OptionSpec {
  readonly program: string;
  /** The letters that take a value, and all others. */
  readonly withValue: string;
  readonly flags: string;
  /** Long names, without dashes. */
  readonly longWithValue: ReadonlySet<string>;
  readonly longFlags: ReadonlySet<string>;
  /** `--name=value`, and any beginning of a name that no other has: getopt_long. curl has neither. */
  readonly getopt: boolean;
}

/** `name`: a letter, or a long name. */
export interface GivenOption {
  readonly name: string;
  /** The option as it is written. */
  readonly word: Piece;
  readonly value: Piece | undefined;
}

export interface CommandArguments {
  readonly options: readonly GivenOption[];
  readonly operands: readonly Piece[];
}

/** Splits the words after a program into options and operands, which may be in any order. */
export function readOptions(words: readonly Piece[], spec: OptionSpec): CommandArguments | ExpressionProblem {
  const options: GivenOption[] = [];
  const operands: Piece[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as Piece;
    if (word.text === '--') {
      operands.push(...words.slice(i + 1));
      break;
    }
    if (word.text === '-' || !word.text.startsWith('-')) {
      operands.push(word);
      continue;
    }
    const read = word.text.startsWith('--') ? longOption(word, spec) : shortOptions(word, spec);
    if ('message' in read) return read;
    const last = read.at(-1);
    options.push(...read.slice(0, -1));
    if (!last) continue;
    if (last.needs && last.value === undefined) {
      const value = words[++i];
      if (!value) return problemAt(word, `"${word.text}" needs a value`);
      options.push({ ...last, value });
    } else options.push(last);
  }
  return { options, operands };
}

/** `needs`: a value, which is the next word where it does not stand in this one. */
interface ReadOption extends GivenOption {
  readonly needs: boolean;
}

function longOption(word: Piece, spec: OptionSpec): readonly ReadOption[] | ExpressionProblem {
  const equals = spec.getopt ? word.text.indexOf('=') : -1;
  const written = word.text.slice(2, equals < 0 ? undefined : equals);
  const { longWithValue, longFlags } = spec;
  const name = longWithValue.has(written) || longFlags.has(written) ? written : abbreviated(written, spec);
  if (name === undefined) {
    const near = [...longWithValue, ...longFlags].find((each) => editDistance(written, each, 2) <= 2);
    return unknown(spec, partOf(word, 0, written.length + 2), `--${written}`, near && `--${near}`);
  }
  const value: Piece | undefined = equals < 0 ? undefined : { ...word, text: word.text.slice(equals + 1) };
  return [{ name, word, value, needs: longWithValue.has(name) }];
}

/** The only name that begins so. */
function abbreviated(written: string, { getopt, longWithValue, longFlags }: OptionSpec): string | undefined {
  if (!getopt || written === '') return undefined;
  const found = [...longWithValue, ...longFlags].filter((name) => name.startsWith(written));
  return found.length === 1 ? found[0] : undefined;
}

/** `-sSo file`, `-ofile`. */
function shortOptions(word: Piece, spec: OptionSpec): readonly ReadOption[] | ExpressionProblem {
  const found: ReadOption[] = [];
  for (let i = 1; i < word.text.length; i++) {
    const name = word.text.charAt(i);
    if (spec.withValue.includes(name)) {
      const rest = word.text.slice(i + 1);
      return [...found, { name, word, value: rest === '' ? undefined : { ...word, text: rest }, needs: true }];
    }
    if (!spec.flags.includes(name)) return unknown(spec, word, `-${name}`);
    found.push({ name, word, value: undefined, needs: false });
  }
  return found;
}

function unknown({ program }: OptionSpec, place: Piece, option: string, near?: string): ExpressionProblem {
  if (near === undefined)
    return problemAt(place, `"${option}" is not an option of ${program} that is known here: omit it`);
  const problem = problemAt(place, `"${option}" is not an option of ${program}; did you mean "${near}"?`);
  // Where quotes moved its columns, the place is more than the option.
  return place.end - place.start === option.length ? { ...problem, meant: near } : problem;
}

/** The words of a list as a set. */
export function setOf(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/).filter((word) => word !== ''));
}
