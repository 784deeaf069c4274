import type { RuleView } from './view';

/** A condition of a rule: what is looked at, its values, and whether it is turned round by `!`. */
export interface Condition {
  readonly name: ConditionName;
  readonly negated: boolean;
  /** The value as written, list values split at commas. */
  readonly values: readonly string[];
}

/**
 * A rule reduced to its conditions and its target, so that rules are recognised however they are written: the order of
 * matches, `-m tcp`, `--source` for `-s`, `--mark 1337` for `0x539`, `! --dport` or `--dport !` make no difference.
 */
export interface RuleShape {
  readonly conditions: readonly Condition[];
  readonly target: string | undefined;
  readonly isGoto: boolean;
  /** Options of the target, `--to-ports` → `15006`; an option without a value has an empty one. */
  readonly targetOptions: ReadonlyMap<string, string>;
  readonly comment: string | undefined;
  /** The names of the conditions, sorted, `!` in front of a negated one: `!dst out proto uid`. */
  readonly form: string;
}

/** The words used in `form`; an option that has no short word here appears under its own name without dashes. */
export type ConditionName = string;

const shapes = new WeakMap<RuleView, RuleShape>();

/** The shape of a rule; worked out once for each rule. */
export function shapeOf(rule: RuleView): RuleShape {
  const known = shapes.get(rule);
  if (known !== undefined) return known;
  const shape = readShape(rule.words);
  shapes.set(rule, shape);
  return shape;
}

export function condition(shape: RuleShape, name: ConditionName): Condition | undefined {
  return shape.conditions.find((each) => each.name === name);
}

/** The first value of a condition, whatever its sign. */
export function valueOf(shape: RuleShape, name: ConditionName): string | undefined {
  return condition(shape, name)?.values[0];
}

export interface MarkValue {
  readonly value: number;
  readonly mask: number;
}

/** `0x539/0xfff`, `1337`; the mask is all ones where none is given. Undefined where it is no number. */
export function markValue(written: string | undefined): MarkValue | undefined {
  if (written === undefined) return undefined;
  const [value, mask] = written.split('/');
  const number = toNumber(value);
  const bits = mask === undefined ? 0xffffffff : toNumber(mask);
  return number === undefined || bits === undefined ? undefined : { value: number, mask: bits };
}

/** True where a mark condition or mark option holds this value; with `mask` also that mask. */
export function isMark(written: string | undefined, value: number, mask?: number): boolean {
  const read = markValue(written);
  return read !== undefined && read.value === value && (mask === undefined || read.mask === mask);
}

function toNumber(written: string | undefined): number | undefined {
  if (written === undefined || !/^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(written)) return undefined;
  return Number(written);
}

const shortNames: Readonly<Record<string, ConditionName>> = {
  '-s': 'src',
  '--source': 'src',
  '--src': 'src',
  '-d': 'dst',
  '--destination': 'dst',
  '--dst': 'dst',
  '-i': 'in',
  '--in-interface': 'in',
  '-o': 'out',
  '--out-interface': 'out',
  '-p': 'proto',
  '--protocol': 'proto',
  '--proto': 'proto',
  '--sport': 'sport',
  '--source-port': 'sport',
  '--sports': 'sport',
  '--source-ports': 'sport',
  '--dport': 'dport',
  '--destination-port': 'dport',
  '--dports': 'dport',
  '--destination-ports': 'dport',
  '--uid-owner': 'uid',
  '--gid-owner': 'gid',
  '--socket-exists': 'socket',
  '--ctstate': 'ctstate',
  '--state': 'ctstate',
  '--match-set': 'set',
  '--dst-type': 'dst-type',
  '--src-type': 'src-type',
};

/** Options whose one value may hold anything, also a leading dash. */
const freeText = new Set(['--comment', '--nflog-prefix', '--log-prefix', '--ulog-prefix', '--string']);

/** Matches that say something by being there, without an option. */
const bareMatches = new Set(['socket']);

function readShape(words: readonly string[]): RuleShape {
  const conditions: Condition[] = [];
  const targetOptions = new Map<string, string>();
  let target: string | undefined;
  let isGoto = false;
  let comment: string | undefined;
  let negated = false;
  let match = '';

  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '!') {
      negated = true;
      continue;
    }
    if (word === '-m' || word === '--match') {
      match = words[++at] ?? '';
      if (bareMatches.has(match)) conditions.push({ name: match, negated: false, values: [] });
      continue;
    }
    if (word === '-j' || word === '--jump' || word === '-g' || word === '--goto') {
      target = words[++at];
      isGoto = word === '-g' || word === '--goto';
      continue;
    }
    if (!word.startsWith('-')) continue;

    const values: string[] = [];
    if (freeText.has(word)) {
      values.push(words[++at] ?? '');
    } else {
      for (
        let next = words[at + 1];
        next !== undefined && (!next.startsWith('-') || next.length === 1);
        next = words[at + 1]
      ) {
        if (next === '!') {
          // `--dport ! 53` is the old place of the sign; otherwise it belongs to the next option.
          if (values.length > 0 || (words[at + 2] ?? '-').startsWith('-')) break;
          negated = true;
        } else {
          values.push(next);
        }
        at++;
      }
    }

    if (target !== undefined) {
      targetOptions.set(word === '--to-port' ? '--to-ports' : word, values.join(' '));
    } else if (word === '--comment') {
      comment = values[0];
    } else {
      const name =
        word === '--mark'
          ? match === 'connmark'
            ? 'connmark'
            : 'mark'
          : ((Object.hasOwn(shortNames, word) ? shortNames[word] : undefined) ?? word.replace(/^--?/, ''));
      const isList = name === 'sport' || name === 'dport' || name === 'ctstate';
      conditions.push({ name, negated, values: isList ? values.flatMap((value) => value.split(',')) : values });
    }
    negated = false;
  }

  const form = conditions
    .map((each) => ({ name: each.name, shown: each.negated ? `!${each.name}` : each.name }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map((each) => each.shown)
    .join(' ');
  return { conditions, target, isGoto, targetOptions, comment, form };
}
