import { allowedExtensions, type PlaceInRule } from './allowed';
import { NO_PROPOSALS, type Completion, type Proposals } from './completion';
import { interfacesOf } from './fileNames';
import { protocolValues } from './optionValues';
import { builtinChainsOf, userChainsOf, type CompletionPlace } from './place';
import type { WrittenRule } from './writtenRule';

/** What can come after an option of iptables itself. */
export function builtinValues(name: string, place: PlaceInRule, rule: WrittenRule): Proposals {
  const of = { kind: 'builtin-option', name } as const;
  const value = (label: string, kind: Completion['kind'], detail: string): Completion => ({
    label,
    kind,
    detail,
    insert: label,
    rank: 0,
    subject: { kind: 'value', value: label, of },
  });
  switch (name) {
    case 'jump':
      return { items: [...targets(place, rule), ...jumpChains(place)] };
    case 'goto':
      return { items: jumpChains(place) };
    case 'match':
      return { items: matches(place, rule) };
    case 'protocol':
      return { items: protocolValues().map(({ label, kind, detail }) => value(label, kind, detail)) };
    case 'in-interface':
    case 'out-interface':
      return { items: interfacesOf(place.file, place.line).map((label) => value(label, 'interface', 'interface')) };
    default:
      return NO_PROPOSALS;
  }
}

/** The chains that a command may name: `-P` built-in ones only, `-X` and `-E` the others only. */
export function chainItems(place: CompletionPlace, operation: string): readonly Completion[] {
  const builtin = operation === 'X' || operation === 'E' ? [] : builtinChainsOf(place);
  const user = operation === 'P' ? [] : userChainsOf(place);
  const blank = 'AIRDCPE'.includes(operation) ? ' ' : '';
  return [
    ...builtin.map((name) => chainItem(name, place, 0, `built-in chain${inTable(place)}`, blank)),
    ...user.map((name) => chainItem(name, place, 1, `chain${inTable(place)}`, blank)),
  ];
}

/** ACCEPT and DROP, as the policies of built-in chains. */
export function policyItems(behind: string): readonly Completion[] {
  const what = {
    ACCEPT: 'packets that no rule decides on are accepted',
    DROP: 'packets that no rule decides on are dropped',
  };
  return Object.entries(what).map(([label, detail]) => ({
    label,
    kind: 'value',
    detail,
    insert: `${label}${behind}`,
    rank: 0,
    subject: { kind: 'none' },
  }));
}

function jumpChains(place: PlaceInRule): readonly Completion[] {
  return userChainsOf(place)
    .filter((name) => name !== place.chain)
    .map((name) => chainItem(name, place, 1, `chain${inTable(place)}`, ''));
}

/** What most rules end with; the chains of the file come next, and then the rest. */
const COMMON: ReadonlySet<string> = new Set([
  'ACCEPT',
  'DROP',
  'REJECT',
  'RETURN',
  'LOG',
  'DNAT',
  'SNAT',
  'MASQUERADE',
  'REDIRECT',
]);

function targets(place: PlaceInRule, rule: WrittenRule): readonly Completion[] {
  return allowedExtensions('target', place, rule).map((extension) => ({
    label: extension.name,
    kind: 'target',
    detail: extension.documentation.summary,
    insert: extension.name,
    rank: COMMON.has(extension.name) ? 0 : 2,
    subject: { kind: 'extension', extension },
  }));
}

/** What needs a `-p` that is not there comes last. */
function matches(place: PlaceInRule, rule: WrittenRule): readonly Completion[] {
  return allowedExtensions('match', place, rule).map((extension) => ({
    label: extension.name,
    kind: 'match',
    detail: extension.documentation.summary,
    insert: `${extension.name}${extension.options.length > 0 ? ' ' : ''}`,
    rank: extension.protocols && !rule.protocolGiven ? 1 : 0,
    subject: { kind: 'extension', extension },
  }));
}

function chainItem(name: string, { table }: CompletionPlace, rank: number, detail: string, blank: string): Completion {
  return {
    label: name,
    kind: 'chain',
    detail,
    insert: `${name}${blank}`,
    rank,
    subject: { kind: 'chain', table, name },
  };
}

function inTable({ table }: CompletionPlace): string {
  return table === undefined ? '' : ` of table ${table}`;
}
