import { chainLacksInterface } from '../../core/ruleset/headerReader';
import type { Option } from '../../core/xtables/option';
import { BUILTIN_OPTIONS } from '../hover/builtinOptions';
import { allowedExtensions, loadingWords, type PlaceInRule } from './allowed';
import type { Completion, Proposals, TypedWord } from './completion';
import { hasValues } from './optionValues';
import type { WrittenRule } from './writtenRule';
import type { Extension } from '../../core/ruleset/optionHelp';
import { own } from '../../core/text/own';

/** How many letters bring up the options of matches and targets that are not loaded. */
const LETTERS_FOR_OTHERS = 3;

const RANK = { required: 0, loaded: 1, builtin: 2, negation: 3, builtinLong: 4, other: 5 } as const;

/** Options of iptables itself in the order in which they are mostly written. */
const BUILTINS = [
  'jump',
  'match',
  'protocol',
  'source',
  'destination',
  'in-interface',
  'out-interface',
  'goto',
  'fragment',
];
const INVERTIBLE: ReadonlySet<string> = new Set([
  'protocol',
  'source',
  'destination',
  'in-interface',
  'out-interface',
  'fragment',
]);
/** Options for which a list of values can be offered. */
const WITH_LIST: ReadonlySet<string> = new Set(['jump', 'match', 'protocol', 'in-interface', 'out-interface', 'goto']);

/** The options that may come next in a rule. */
export function ruleOptions(place: PlaceInRule, rule: WrittenRule, word: TypedWord): Proposals {
  const letters = word.typed.replace(/^-+/, '').toLowerCase();
  const items = [
    ...rule.loaded.flatMap((extension) =>
      optionsLeft(extension, rule, place).map((option) =>
        optionItem(option, extension, option.required ? RANK.required : RANK.loaded),
      ),
    ),
    ...builtinOptions(place, rule, word),
    ...(rule.negation ? [] : [NEGATION]),
  ];
  if (letters.length < LETTERS_FOR_OTHERS) return { items, growing: true, between: true };
  return { items: [...items, ...otherOptions(place, rule, letters)], between: true };
}

const NEGATION: Completion = {
  label: '!',
  kind: 'keyword',
  detail: 'negates the option that follows',
  insert: '! ',
  rank: RANK.negation,
  subject: { kind: 'none' },
};

function builtinOptions(
  { family, chain }: PlaceInRule,
  rule: WrittenRule,
  { typed }: TypedWord,
): readonly Completion[] {
  const { builtins, negation } = rule;
  const hasTarget = builtins.has('jump') || builtins.has('goto');
  return BUILTINS.flatMap((name) => {
    const option = own(BUILTIN_OPTIONS, name);
    const left = name === 'jump' || name === 'goto' ? !hasTarget : name === 'match' || !builtins.has(name);
    if (
      !option ||
      !left ||
      (negation && !INVERTIBLE.has(name)) ||
      (name === 'fragment' && family === 6) ||
      !interfaceFits(name, chain)
    )
      return [];
    const item = (label: string, rank: number): Completion => ({
      label,
      kind: 'option',
      owner: label === `--${name}` ? 'iptables' : `--${name}`,
      detail: option.summary,
      insert: name === 'fragment' ? label : `${label} `,
      rank,
      subject: { kind: 'builtin-option', name },
      ...(WITH_LIST.has(name) ? { more: true } : {}),
    });
    // Long names would only fill the list of those who have not asked for one.
    return [
      item(option.spellings[0] ?? `--${name}`, RANK.builtin),
      ...(typed.startsWith('--') ? [item(`--${name}`, RANK.builtinLong)] : []),
    ];
  });
}

function interfaceFits(name: string, chain: string | undefined): boolean {
  if (chain === undefined || (name !== 'in-interface' && name !== 'out-interface')) return true;
  return !chainLacksInterface(name === 'in-interface' ? 'i' : 'o', chain);
}

/** The options of a match or target that can still be given. */
function optionsLeft(
  { options }: Extension,
  { options: given, negation }: WrittenRule,
  { family }: PlaceInRule,
): readonly Option[] {
  return options.filter((option) => {
    if (
      (option.family ?? family) !== family ||
      (given.has(option) && !option.repeatable) ||
      (negation && !option.invertible)
    )
      return false;
    return ![...given].some(
      (other) =>
        options.includes(other) &&
        other !== option &&
        (other.excludes.includes(option.name) || option.excludes.includes(other.name)),
    );
  });
}

/** Options of what is not loaded yet, whose names hold the letters typed. */
function otherOptions(place: PlaceInRule, rule: WrittenRule, letters: string): readonly Completion[] {
  const hasTarget = rule.builtins.has('jump') || rule.builtins.has('goto');
  const others: readonly Extension[] = [
    ...allowedExtensions('match', place, rule),
    ...(hasTarget ? [] : allowedExtensions('target', place, rule)),
  ];
  return others
    .filter((extension) => !rule.loaded.includes(extension))
    .flatMap((extension) =>
      optionsLeft(extension, rule, place)
        .filter(({ name }) => name.includes(letters))
        .map((option) => {
          const item = optionItem(option, extension, RANK.other);
          const loading = loadingWords(extension, rule);
          return rule.negation
            ? { ...item, inFront: { column: rule.negation.start, text: loading } }
            : { ...item, insert: `${loading}${item.insert}` };
        }),
    );
}

function optionItem(option: Option, extension: Extension, rank: number): Completion {
  return {
    label: option.name,
    kind: 'option',
    owner: `${extension.kind === 'match' ? '-m' : '-j'} ${extension.name}`,
    detail: option.summary,
    insert: option.words === 0 ? option.name : `${option.name} `,
    rank,
    subject: { kind: 'option', option, extension },
    ...(hasValues(option) ? { more: true } : {}),
  };
}
