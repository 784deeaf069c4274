import { formatBlock } from '../net/address';
import { protocolName } from '../net/protocols';
import type { Negatable } from '../ruleset/header';
import type { BoundMatch, Rule } from '../ruleset/ruleSet';
import { splitWords } from '../syntax/words';
import type { Option } from '../xtables/option';
import type { RuleView } from './view';

/** A condition of a rule: the field, its values, and whether `!` negates it. */
export interface ShapeCondition {
  readonly name: ConditionName;
  readonly negated: boolean;
  /** The value as iptables-save prints it, list values split at commas. */
  readonly values: readonly string[];
}

/**
 * A rule as it was bound, reduced to its conditions and its target, so that rules are recognised however they are
 * written: the order of matches, `-m tcp`, `--source` for `-s`, `--mark 1337` for `0x539`, `! --dport` or `--dport !`
 * make no difference.
 */
export interface RuleShape {
  readonly conditions: readonly ShapeCondition[];
  readonly target: string | undefined;
  readonly isGoto: boolean;
  /** Options of the target, `--to-ports` → `15006`; an option without a value has an empty one. */
  readonly targetOptions: ReadonlyMap<string, string>;
  readonly comment: string | undefined;
  /** The names of the conditions, sorted, `!` before a negated one: `!dst out proto uid`. */
  readonly form: string;
}

/** The words used in `form`; an option that has no short word here appears under its own name without dashes. */
export type ConditionName = string;

const shapes = new WeakMap<RuleView, RuleShape>();

/** The shape of a rule; worked out once for each rule. */
export function shapeOf(rule: RuleView): RuleShape {
  const known = shapes.get(rule);
  if (known !== undefined) return known;
  const shape = makeShape(rule.bound.passing());
  shapes.set(rule, shape);
  return shape;
}

export function condition(shape: RuleShape, name: ConditionName): ShapeCondition | undefined {
  return shape.conditions.find((each) => each.name === name);
}

/** The first value of a condition, whatever its sign. */
export function valueOf(shape: RuleShape, name: ConditionName): string | undefined {
  return condition(shape, name)?.values[0];
}

export interface MaskedMark {
  readonly value: number;
  readonly mask: number;
}

/** `0x539/0xfff`, `1337`; the mask is all ones where none is given. Undefined where it is not a number. */
export function markValue(written: string | undefined): MaskedMark | undefined {
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

const shortNames: ReadonlyMap<string, ConditionName> = new Map([
  ['--sport', 'sport'],
  ['--sports', 'sport'],
  ['--dport', 'dport'],
  ['--dports', 'dport'],
  ['--uid-owner', 'uid'],
  ['--gid-owner', 'gid'],
  ['--socket-exists', 'socket'],
  ['--ctstate', 'ctstate'],
  ['--state', 'ctstate'],
  ['--match-set', 'set'],
]);

/** Conditions whose value is a list. */
const lists: ReadonlySet<ConditionName> = new Set(['sport', 'dport', 'ctstate']);

/** What of a rule its shape is made of. */
type RuleParts = Pick<Rule, 'family' | 'header' | 'matches' | 'target' | 'written'>;

/** The shape of a rule that is in no rule set. */
export function makeShape(rule: RuleParts): RuleShape {
  // The conditions of an nftables rule are not put in the words of iptables: only where it jumps.
  const isNft = rule.written !== undefined;
  const conditions = isNft ? [] : [...headerConditions(rule), ...rule.matches.flatMap((each) => ofMatch(each, rule))];
  const { target } = rule;
  return {
    conditions,
    target: nameOf(target),
    isGoto: target.kind === 'jump' && target.goto,
    targetOptions: isNft ? new Map() : optionsOf(rule),
    comment: commentOf(rule),
    form: [...conditions]
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
      .map(({ name, negated }) => `${negated ? '!' : ''}${name}`)
      .join(' '),
  };
}

function nameOf(target: Rule['target']): string | undefined {
  switch (target.kind) {
    case 'none':
      return undefined;
    case 'jump':
      return target.chain;
    case 'extension':
      return target.extension.name;
    case 'unknown':
      return target.name || undefined;
  }
}

function headerConditions({ header }: RuleParts): readonly ShapeCondition[] {
  const { names } = header;
  const part = (name: ConditionName, given: Negatable<string> | undefined): readonly ShapeCondition[] =>
    given ? [{ name, negated: given.inverted, values: [given.value] }] : [];
  const text = <V>(given: Negatable<V> | undefined, print: (value: V) => string): Negatable<string> | undefined =>
    given && { value: print(given.value), inverted: given.inverted };
  return [
    ...part('src', names?.source ?? text(header.source, formatBlock)),
    ...part('dst', names?.destination ?? text(header.destination, formatBlock)),
    ...part('in', names?.inInterface ?? header.inInterface),
    ...part('out', names?.outInterface ?? header.outInterface),
    ...(header.protocol?.value === 0 ? [] : part('proto', text(header.protocol, protocolName))),
    ...part(
      'f',
      text(header.fragment, () => ''),
    ),
  ];
}

/** A match by the options that it prints; what it asks by being there alone goes by its name. */
function ofMatch({ extension, data }: BoundMatch, { family }: RuleParts): readonly ShapeCondition[] {
  if (extension.name === 'comment') return [];
  const printed = extension.print(data, { family });
  // One that is not known, or could not be read, is a condition as well: it may be anything.
  if (extension.options.length === 0 && extension.name !== 'socket')
    return [{ name: extension.name === '' ? 'unknown' : extension.name, negated: false, values: [printed.trim()] }];
  const bare = extension.name === 'socket' ? [{ name: 'socket', negated: false, values: [] }] : [];
  return [
    ...bare,
    ...printedOptions(printed, extension.options).map(({ name, negated, values }) => {
      const short =
        name === '--mark'
          ? extension.name === 'connmark'
            ? 'connmark'
            : 'mark'
          : (shortNames.get(name) ?? name.replace(/^--?/, ''));
      return { name: short, negated, values: lists.has(short) ? values.flatMap((value) => value.split(',')) : values };
    }),
  ];
}

function commentOf({ matches, family }: RuleParts): string | undefined {
  const found = matches.findLast(({ extension }) => extension.name === 'comment');
  return found && printedOptions(found.extension.print(found.data, { family }), found.extension.options)[0]?.values[0];
}

function optionsOf({ target, family }: RuleParts): ReadonlyMap<string, string> {
  const printed =
    target.kind === 'extension'
      ? printedOptions(target.extension.print(target.data, { family }), target.extension.options)
      : target.kind === 'unknown'
        ? printedOptions(target.options, [])
        : [];
  return new Map(printed.map(({ name, values }) => [name, values.join(' ')]));
}

/** What a match or a target has printed of its data, ` ! --dport 53`: each option with as many words as it takes. */
function printedOptions(text: string, options: readonly Option[]): readonly ShapeCondition[] {
  const words = splitWords(text, 0, text.length).map((word) => word.text);
  const found: ShapeCondition[] = [];
  let negated = false;
  for (let at = 0; at < words.length;) {
    const name = words[at++] ?? '';
    if (name === '!') {
      negated = true;
      continue;
    }
    const option = options.find((each) => each.name === name || each.aliases.includes(name));
    const most = option?.words ?? Infinity;
    const optional = option === undefined || option.optionalWord;
    const values: string[] = [];
    while (at < words.length && values.length < most && !(optional && isOption(words[at])))
      values.push(words[at++] ?? '');
    found.push({ name, negated, values });
    negated = false;
  }
  return found;
}

function isOption(word: string | undefined): boolean {
  return word === '!' || word?.startsWith('-') === true;
}
