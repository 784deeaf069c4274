import { knownIds } from '../../core/knowledge/knowledge';
import { protocolNames } from '../../core/net/protocols';
import { portOfService, serviceNames } from '../../core/net/services';
import { isTableName } from '../../core/ruleset/ruleSet';
import type { Option, ValueContext, ValueType } from '../../core/xtables/option';
import type { PlaceInRule } from './allowed';
import { NO_PROPOSALS, type Completion, type Proposals, type TypedWord } from './completion';
import { interfacesOf, setsOf, valuesInRules } from './fileNames';
import type { OpenOption, WrittenRule } from './writtenRule';
import type { Extension } from '../../core/ruleset/optionHelp';

type OfferedValue = Pick<Completion, 'label' | 'kind' | 'detail'>;

/** Whether a list can be offered for the first word of an option's value without a letter of it. */
export function hasValues({ type, words }: Option): boolean {
  return (
    type !== undefined &&
    (type.completions !== undefined || words === 2 || type.names === 'interface' || type.names === 'protocol')
  );
}

/** The words that an option's value can have where the cursor is. `asked`: by more than a blank before it. */
export function optionValues(
  place: PlaceInRule,
  rule: WrittenRule,
  open: Extract<OpenOption, { readonly kind: 'option' }>,
  word: TypedWord,
  asked: boolean,
): Proposals {
  const { option, extension, behind } = open;
  const { type } = option;
  if (!type) return NO_PROPOSALS;
  const context = contextOf(place, rule);
  const second = behind.length > 0;
  const values =
    (second ? type.secondCompletions : type.completions)?.map((label): OfferedValue => ({
      label,
      kind: 'value',
      detail: '',
    })) ?? namesFor(open, place, rule, asked);
  const good = values.filter(({ label }) => option.words === 2 || !isInvalid(type.parse(label, context)));
  const part = isList(type, second, option.words, good, context) ? listItem(word) : undefined;
  const items = good
    .filter(({ label }) => !part?.others.includes(label))
    .map((value): Completion => ({
      ...value,
      insert: option.words === 2 && !second ? `${value.label} ` : value.label,
      rank: 0,
      subject: { kind: 'value', value: value.label, of: { kind: 'option', option, extension } },
      ...(option.words === 2 && !second ? { more: true } : {}),
    }));
  return part ? { items, range: part.range } : { items };
}

/** Names that the type itself does not know: those of the file, of services, of protocols. */
function namesFor(
  { option, extension, behind }: Extract<OpenOption, { readonly kind: 'option' }>,
  { file, line }: PlaceInRule,
  rule: WrittenRule,
  asked: boolean,
): readonly OfferedValue[] {
  const { type, words, name } = option;
  if (!type || behind.length > 0) return [];
  if (words === 2) return setsOf(file, line).map((label) => ({ label, kind: 'set', detail: 'set' }));
  if (type.names === 'interface')
    return interfacesOf(file, line).map((label) => ({ label, kind: 'interface', detail: 'interface' }));
  if (type.names === 'protocol') return protocolValues();
  // Ports are mostly written as numbers: a list of services that pops up after the blank would be in the way.
  if (type.names === 'port') return asked ? services(extension, rule) : [];
  if (type.names !== 'thing') return [];
  const known = name === '--uid-owner' || name === '--gid-owner' ? knownIds() : [];
  return [...new Set([...valuesInRules(file, [name, ...option.aliases], line), ...known])].map((label) => ({
    label,
    kind: 'value',
    detail: '',
  }));
}

/** Every protocol that `-p` takes, the common ones first. */
export function protocolValues(): readonly OfferedValue[] {
  const known = [...protocolNames()].filter(([, number]) => number <= 255);
  const common = known
    .filter(([name]) => COMMON_PROTOCOLS.includes(name))
    .sort(([a], [b]) => COMMON_PROTOCOLS.indexOf(a) - COMMON_PROTOCOLS.indexOf(b));
  return [...new Map([...common, ...known])].map(([label, number]) => ({
    label,
    kind: 'value',
    detail: number === 0 && label === 'all' ? 'any protocol' : `protocol ${number}`,
  }));
}

const COMMON_PROTOCOLS = ['tcp', 'udp', 'icmp', 'ipv6-icmp', 'all', 'sctp', 'esp', 'ah', 'gre'];

function services({ protocols }: Extension, rule: WrittenRule): readonly OfferedValue[] {
  const protocol = rule.protocol ?? protocols?.[0];
  if (protocol === undefined) return [];
  return serviceNames(protocol).map((label) => ({
    label,
    kind: 'value',
    detail: `port ${portOfService(label, protocol) ?? ''}`,
  }));
}

/** Whether several of the values may be in one word with commas between them: the type is asked. */
function isList(
  type: ValueType<unknown>,
  second: boolean,
  words: Option['words'],
  [one, two]: readonly OfferedValue[],
  context: ValueContext,
): boolean {
  // A name may hold a comma itself.
  if (!one || !two || type.single || (type.names !== undefined && type.names !== 'port' && words !== 2)) return false;
  const list = `${one.label},${two.label}`;
  if (words !== 2) return !isInvalid(type.parse(list, context));
  const other = (second ? type.completions : type.secondCompletions)?.[0] ?? 'name';
  // The name of a set may hold a comma itself.
  return one.kind === 'value' && !isInvalid(type.parse(second ? `${other} ${list}` : `${list} ${other}`, context));
}

/** The item of a comma list that the cursor is in, and the others. */
function listItem({ start, typed, text }: TypedWord): {
  readonly range: { readonly start: number; readonly end: number };
  readonly others: readonly string[];
} {
  const from = typed.lastIndexOf(',') + 1;
  const comma = text.indexOf(',', typed.length);
  const to = comma < 0 ? text.length : comma;
  return {
    range: { start: start + from, end: start + to },
    others: `${text.slice(0, from)}${text.slice(to)}`.split(','),
  };
}

function contextOf({ family, backend, table }: PlaceInRule, { protocol }: WrittenRule): ValueContext {
  return { family, backend, protocol, table: table !== undefined && isTableName(table) ? table : 'filter' };
}

function isInvalid(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'invalid';
}
