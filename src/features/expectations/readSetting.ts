import { formatAddress, isMulticast, parseAddress, type Address } from '../../core/net/address';
import { isInterfaceWord } from '../../core/net/expressionValues';
import { isProblem } from '../../core/net/packetRequest';
import { readSysctls } from '../../core/net/hostFromTopology';
import { isTableName } from '../../core/ruleset/ruleSet';
import { CONDITION_WORDS, didYouMean, OTHER_WORDS, OUTCOME_WORDS } from './conditionWords';
import type { GrowingMap } from './growingMap';
import type { Settings } from './settings';

/** What is wrong, at columns of the text. */
export interface SettingProblem {
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

/** The words that begin a line which says something of the file or the host; `value` is what comes after them. */
export const SETTING_WORDS: Readonly<Record<string, { readonly value: string; readonly help: string }>> = {
  '@file': { value: 'the name of a file', help: 'the file with the rules, for the lines below' },
  '@set': { value: 'a number from 1', help: 'the rule set of the file, by its number in the overview' },
  '@host': {
    value: 'a JSON object, or the name of a file with one',
    help: 'facts of the host in place of those in the file: ifaces, routes, ipRules, sysctls, listeners, sets',
  },
  '@table': { value: 'CHAIN=TABLE', help: 'the table of rules whose table the file does not state' },
  own: { value: 'addresses', help: 'these are addresses of this host; "not own" says that they are not' },
  joined: {
    value: 'multicast groups',
    help: 'programs of this host have joined these multicast groups; "not joined" says that none has',
  },
  interface: { value: 'names', help: 'these are interfaces of this host, although the file does not name them' },
  sysctl: { value: 'NAME = NUMBER', help: 'a setting of the kernel' },
  assume: {
    value: 'a rule such as filter/INPUT:4, a condition in quotes, or both, and yes or no',
    help: 'the answer to what nothing in the file answers',
  },
};

/** Reads a line that is not an expectation, with no blanks around it. Never throws. */
export function readSetting(text: string, settings: Settings): Settings | SettingProblem {
  const [, word = '', gap = '', rest = ''] = /^(\S+)(\s*)(.*)$/s.exec(text) ?? [];
  const at = word.length + gap.length;
  const wrong = (message: string, start = at, end = text.length): SettingProblem => ({ start, end, message });
  const needs = wrong(`"${word}" needs a value: ${SETTING_WORDS[word]?.value ?? ''}`, 0, word.length);
  const named = /^([^\s=]+)\s*=\s*(\S.*)$/.exec(text);
  switch (word) {
    case '@file':
      return rest === '' ? needs : { ...settings, file: unquoted(rest) };
    case '@set':
      return rest === ''
        ? needs
        : /^[1-9]\d{0,5}$/.test(rest)
          ? { ...settings, set: Number(rest) }
          : wrong(`"${rest}" is not a number from 1`);
    case '@host':
      return rest === '' ? needs : readHost(rest, settings, wrong);
    case '@table':
      return rest === '' ? needs : readTables(rest, settings, wrong);
    case 'own':
      return readOwn(rest, at, true, settings);
    case 'not': {
      const [, fact, value = ''] = /^(own|joined)(?:\s+(.*))?$/s.exec(rest) ?? [];
      if (fact === 'own') return readOwn(value, text.length - value.length, false, settings);
      if (fact === 'joined') return readJoined(value, text.length - value.length, false, settings);
      break;
    }
    case 'joined':
      return readJoined(rest, at, true, settings);
    case 'interface':
      return rest === '' ? needs : readInterfaces(rest, at, settings);
    case 'sysctl':
      return readSysctl(rest, settings, wrong);
    case 'assume':
      return readAssumed(rest, settings, wrong);
  }
  if (word.startsWith('@'))
    return wrong(
      `"${word}" is not one of @file, @set, @host and @table${didYouMean(word, Object.keys(SETTING_WORDS))}`,
      0,
      word.length,
    );
  if (named) return readName(named[1] as string, named[2] as string, text, settings);
  const near = didYouMean(word, Object.keys(SETTING_WORDS));
  return wrong(
    near === ''
      ? 'this is not an expectation: write what must become of the packet after "=>", such as "=> DROPPED"'
      : `"${word}" is not understood${near}`,
    0,
    near === '' ? text.length : word.length,
  );
}

type Wrong = (message: string, start?: number, end?: number) => SettingProblem;

function unquoted(text: string): string {
  return /^"(.*)"$/.exec(text)?.[1] ?? text;
}

function readHost(text: string, settings: Settings, wrong: Wrong): Settings | SettingProblem {
  if (!text.startsWith('{')) return { ...settings, host: { path: unquoted(text) } };
  try {
    return { ...settings, host: { value: JSON.parse(text) as unknown } };
  } catch (error) {
    return wrong(`this is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readTables(text: string, settings: Settings, wrong: Wrong): Settings | SettingProblem {
  const said: (readonly [string, string])[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    const equals = part.lastIndexOf('=');
    const table = part.slice(equals + 1).trim();
    if (!isTableName(table)) return wrong(`"${table}" is not one of filter, nat, mangle, raw and security`);
    said.push([equals < 0 ? '*' : part.slice(0, equals).trim(), table]);
  }
  return { ...settings, tables: withAll(settings.tables, said) };
}

function readOwn(text: string, at: number, value: boolean, settings: Settings): Settings | SettingProblem {
  const said = readAddresses(text, at, settings);
  if ('message' in said) return said;
  if (said.length === 0) return { start: 0, end: at, message: '"own" needs a value: addresses' };
  return {
    ...settings,
    own: withAll(
      settings.own,
      said.map(({ address }) => [formatAddress(address), value]),
    ),
  };
}

function readJoined(text: string, at: number, value: boolean, settings: Settings): Settings | SettingProblem {
  const said = readAddresses(text, at, settings);
  if ('message' in said) return said;
  if (said.length === 0) return { start: 0, end: at, message: '"joined" needs a value: multicast groups' };
  const other = said.find(({ address }) => !isMulticast(address));
  if (other)
    return { start: other.start, end: other.end, message: `${formatAddress(other.address)} is not a multicast group` };
  return {
    ...settings,
    joined: withAll(
      settings.joined,
      said.map(({ address }) => [formatAddress(address), value]),
    ),
  };
}

interface SaidAddress {
  readonly address: Address;
  readonly start: number;
  readonly end: number;
}

function readAddresses(text: string, at: number, { names }: Settings): readonly SaidAddress[] | SettingProblem {
  const said: SaidAddress[] = [];
  for (const { 0: word, index } of wordsOf(text)) {
    const [start, end] = [at + index, at + index + word.length];
    const address = parseAddress(names.get(word) ?? word);
    if (!address) return { start, end, message: `"${word}" is not an address` };
    said.push({ address, start, end });
  }
  return said;
}

function readInterfaces(text: string, at: number, settings: Settings): Settings | SettingProblem {
  const said: (readonly [string, true])[] = [];
  for (const { 0: name, index } of wordsOf(text)) {
    if (!isInterfaceWord(name))
      return { start: at + index, end: at + index + name.length, message: `"${name}" is not the name of an interface` };
    said.push([name, true]);
  }
  return { ...settings, interfaces: withAll(settings.interfaces, said) };
}

function wordsOf(text: string): Iterable<RegExpMatchArray & { readonly index: number }> {
  return text.matchAll(/[^\s,]+/g);
}

/** Added only when everything of the line is right: what is added to an earlier state is copied. */
function withAll<Value>(
  map: GrowingMap<string, Value>,
  said: readonly (readonly [string, Value])[],
): GrowingMap<string, Value> {
  return said.reduce((made, [key, value]) => made.with(key, value), map);
}

function readSysctl(text: string, settings: Settings, wrong: Wrong): Settings | SettingProblem {
  const [, name, value] = /^(\S+?)\s*=\s*(-?\d{1,10})$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    return wrong('a setting of the kernel is such as "sysctl net.ipv4.ip_forward = 1"');
  const read = readSysctls({ [name]: Number(value) });
  if (isProblem(read)) return wrong(read.message);
  return { ...settings, sysctls: withAll(settings.sysctls, [...read]) };
}

function readAssumed(text: string, settings: Settings, wrong: Wrong): Settings | SettingProblem {
  const found = /^(?:([^\s"]+:\d{1,9})(?=\s|$))?\s*(?:"([^"]*)")?\s*(yes|no)?$/i.exec(text);
  const [, rule, what, answer] = found ?? [];
  if (!found || (rule === undefined && what === undefined))
    return wrong(
      'what is assumed is such as: assume filter/INPUT:4 yes, or: assume "the condition as a message names it" no',
    );
  const assumed = { rule, what, value: (answer ?? 'yes').toLowerCase() === 'yes' };
  return { ...settings, assumed: settings.assumed.with(JSON.stringify([rule, what]), assumed) };
}

function readName(name: string, value: string, text: string, settings: Settings): Settings | SettingProblem {
  const at = text.length - value.length;
  const address = parseAddress(settings.names.get(value) ?? value.replace(/^\[(.*)\]$/, '$1'));
  if (!address) return { start: at, end: text.length, message: `"${value}" is not an address` };
  const lower = name.toLowerCase();
  const known =
    !isInterfaceWord(name) ||
    [OUTCOME_WORDS, CONDITION_WORDS, OTHER_WORDS, SETTING_WORDS].some((words) => Object.hasOwn(words, lower)) ||
    lower === 'then' ||
    lower === 'again';
  if (known || !/^[A-Za-z_][\w.-]*$/.test(name))
    return {
      start: 0,
      end: name.length,
      message:
        known && /^[\w.-]{1,15}$/.test(name)
          ? `"${name}" has a meaning of its own here: take another name`
          : `"${name}" is not a name: letters, digits, ".", "-" and "_", 15 at most, a letter first`,
    };
  return { ...settings, names: settings.names.with(name, formatAddress(address)) };
}
