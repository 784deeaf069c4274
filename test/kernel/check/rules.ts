import { BUILTIN_CHAINS } from '../../../src/core/ruleset/ruleSet';
import { protocolName } from '../../../src/core/net/protocols';
import type { MatchExtension, TargetExtension } from '../../../src/core/xtables/extension';
import type { Hook, TableName } from '../../../src/core/xtables/view';
import { GOOD_OPTIONS } from './goodRules';

export type Extension = MatchExtension | TargetExtension;

/** The estimators that `-m rateest` asks for exist only as long as a rule of these. */
const ESTIMATORS = ['e', 'e2']
  .map((name) => `-A OUTPUT -j RATEEST --rateest-name ${name} --rateest-interval 250ms --rateest-ewmalog 500ms\n`)
  .join('');

/** Rules of a table of their own, loaded before. */
function estimatorsFor(table: string): string {
  return `*${table === 'security' ? 'raw' : 'security'}\n${ESTIMATORS}COMMIT\n`;
}

/** One rule as a text of its own. */
export function oneRule(table: string, chain: string, body: string): string {
  return `${body.includes('-m rateest') ? estimatorsFor(table) : ''}*${table}\n-A ${chain} ${body}\nCOMMIT\n`;
}

/** A table and a built-in chain of it that the extension takes. */
export function placeOf(extension: Extension): { readonly table: TableName; readonly chain: Hook } {
  const order: readonly TableName[] =
    extension.kind === 'match' && !extension.tables
      ? ['filter', 'mangle', 'nat', 'raw', 'security']
      : (extension.tables ?? ['mangle', 'nat', 'filter', 'raw', 'security']);
  for (const table of order) {
    const chain = BUILTIN_CHAINS[table].find((hook) => extension.hooks?.includes(hook) ?? true);
    if (chain) return { table, chain };
  }
  return { table: 'filter', chain: 'INPUT' };
}

/** `-p tcp` where the extension requires a protocol. */
function protocolPart(extension: Extension): string {
  const [protocol] = extension.protocols ?? [];
  return protocol === undefined ? '' : `-p ${protocolName(protocol)} `;
}

export function loadPart(extension: Extension): string {
  return extension.kind === 'match' ? `-m ${extension.name}` : `-j ${extension.name}`;
}

export function goodOptions(extension: Extension, family: 4 | 6): string {
  const given = GOOD_OPTIONS[extension.name] ?? '';
  return typeof given === 'string' ? given : given[family];
}

/** What some ask of the rule around them beyond `protocols`. */
const ASKED_OF_RULE: Readonly<Record<string, string>> = {
  TCPMSS: '-p tcp --syn ',
  SYNPROXY: '-p tcp --syn ',
  ECN: '-p tcp ',
  ah: '-p ah ',
  ecn: '-p tcp ',
};

export function body(extension: Extension, options: string): string {
  const before = ASKED_OF_RULE[extension.name] ?? protocolPart(extension);
  return `${before}${loadPart(extension)}${options === '' ? '' : ` ${options}`}`;
}

export function goodRule(extension: Extension, family: 4 | 6): string {
  const { table, chain } = placeOf(extension);
  return oneRule(table, chain, body(extension, goodOptions(extension, family)));
}
