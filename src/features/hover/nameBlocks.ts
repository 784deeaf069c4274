import {
  addressKnowledge,
  annotationKnowledge,
  builtinChainKnowledge,
  chainKnowledge,
  describeChainInFile,
  idKnowledge,
  ownNameKnowledge,
  markKnowledge,
  portKnowledge,
  settingKnowledge,
  tableKnowledge,
  variableKnowledge,
  type Fact,
  type Programs,
  type RuleSetView,
} from '../../core/knowledge/knowledge';
import type { MatchExtension, TargetExtension } from '../../core/xtables/extension';
import type { Option } from '../../core/xtables/option';
import { readUnsigned } from '../../core/xtables/values/integer';
import { BUILTIN_OPTIONS } from './builtinOptions';
import { factBlocks, knowledgeBlocks, type HoverBlock } from './blocks';
import { own } from '../../core/text/own';

/**
 * What a chain is for, who made it, and what it holds in this file. `ruleSet` undefined: the chain by its name alone.
 */
export function chainBlocks(
  ruleSet: RuleSetView | undefined,
  table: string | undefined,
  chain: string,
): readonly HoverBlock[] | undefined {
  const inFile = ruleSet && table !== undefined ? describeChainInFile(ruleSet, table, chain) : undefined;
  const builtin = table === undefined ? undefined : builtinChainKnowledge(table, chain);
  if (builtin) return [...factBlocks(chain, builtin), ...fileSentence(inFile)];
  const known = chainKnowledge(ruleSet, table, chain);
  if (known)
    return [{ kind: 'title', name: chain, what: known.title }, ...fileSentence(inFile), ...knowledgeBlocks(known)];
  if (inFile === undefined) return undefined;
  return [{ kind: 'title', name: chain, what: `user-defined chain of table ${table ?? ''}` }, ...fileSentence(inFile)];
}

function fileSentence(sentence: string | undefined): readonly HoverBlock[] {
  return sentence === undefined ? [] : [{ kind: 'text', text: `In this file: ${sentence}.` }];
}

export function tableBlocks(table: string): readonly HoverBlock[] | undefined {
  const fact = tableKnowledge(table);
  return fact && factBlocks(table, fact);
}

/** A match or target: what it does, and its options. */
export function extensionBlocks(extension: MatchExtension | TargetExtension): readonly HoverBlock[] {
  const { documentation, options, kind, name } = extension;
  const limits = [
    extension.kind === 'target' ? AFTERWARDS[extension.terminates] : undefined,
    extension.families.length === 1 ? `IPv${extension.families[0]} only` : undefined,
    extension.tables ? `tables: ${extension.tables.join(', ')}` : undefined,
    extension.hooks ? `chains: ${extension.hooks.join(', ')}` : undefined,
  ].filter((part) => part !== undefined);
  return [
    { kind: 'title', name: `${kind === 'match' ? '-m' : '-j'} ${name}`, what: documentation.summary },
    ...(documentation.details === undefined ? [] : [{ kind: 'text', text: documentation.details } as const]),
    ...(options.length === 0
      ? []
      : [
          {
            kind: 'settings',
            label: 'Options',
            items: options.map((option) => ({ name: optionSyntax(option), text: option.summary })),
          } as const,
        ]),
    { kind: 'small', text: [...limits, documentation.source].join(' · ') },
  ];
}

const AFTERWARDS = {
  never: 'the next rule is evaluated as well',
  always: 'ends this table for the packet',
  sometimes: 'ends the table or not, depending on the packet',
} as const;

export function optionBlocks(option: Option, extension: MatchExtension | TargetExtension): readonly HoverBlock[] {
  const also = option.aliases.length === 0 ? [] : [`also written ${option.aliases.join(', ')}`];
  return [
    { kind: 'title', name: optionSyntax(option), what: option.summary },
    {
      kind: 'small',
      text: [
        `option of ${extension.kind === 'match' ? '-m' : '-j'} ${extension.name}`,
        ...also,
        extension.documentation.source,
      ].join(' · '),
    },
  ];
}

export function builtinOptionBlocks(name: string): readonly HoverBlock[] | undefined {
  const option = own(BUILTIN_OPTIONS, name);
  return (
    option && [
      { kind: 'title', name: option.syntax, what: option.summary },
      { kind: 'small', text: 'option of iptables itself · iptables(8), PARAMETERS' },
    ]
  );
}

function optionSyntax(option: Option): string {
  return `${option.invertible ? '[!] ' : ''}${option.name}${option.type ? ` ${option.type.metavariable}` : ''}`;
}

/** As many as `-m multiport` takes. */
const MOST_PORTS = 15;

export interface ValuePlace {
  readonly ruleSet: RuleSetView | undefined;
  readonly chain: string | undefined;
  /** The programs of the file; undefined without one. */
  readonly programs?: Programs;
}

/** What is known of the value of an option: a port, a mark, a user, an address. The option's name decides which. */
export function valueBlocks(option: string, value: string, place: ValuePlace): readonly HoverBlock[] | undefined {
  const facts = valueFacts(option, value, place);
  return facts.length > 0 ? facts.flatMap(({ name, fact }) => factBlocks(name, fact)) : undefined;
}

/**
 * The same over a word of a rule: what a program that is not in the file means by it comes after what the option is.
 */
export function valueOrOption(
  option: string,
  value: string,
  place: ValuePlace,
  what: readonly HoverBlock[] | undefined,
): readonly HoverBlock[] | undefined {
  const facts = valueFacts(option, value, place);
  const own = facts.filter(({ fact }) => fact.elsewhere !== true).flatMap(({ name, fact }) => factBlocks(name, fact));
  const others = facts
    .filter(({ fact }) => fact.elsewhere === true)
    .flatMap(({ name, fact }) => factBlocks(name, fact));
  const blocks = [...(own.length > 0 ? own : (what ?? [])), ...others];
  return blocks.length > 0 ? blocks : undefined;
}

function valueFacts(
  option: string,
  value: string,
  place: ValuePlace,
): readonly { readonly name: string; readonly fact: Fact }[] {
  const named = (name: string, fact: Fact | undefined): readonly { readonly name: string; readonly fact: Fact }[] =>
    fact ? [{ name, fact }] : [];
  if (/port/.test(option))
    return value
      .split(/[,:-]/, MOST_PORTS)
      .flatMap((part) => (/^\d+$/.test(part) ? named(part, portKnowledge(Number(part), place)) : []));
  if (/mark/.test(option)) {
    const [text = '', maskText] = value.split('/');
    const number = readUnsigned(text, 0, 0xffffffff);
    const mask = maskText === undefined ? 0xffffffff : readUnsigned(maskText, 0, 0xffffffff);
    return number === undefined || mask === undefined ? [] : named(value, markKnowledge(number, mask, place));
  }
  if (/owner/.test(option)) return named(value, idKnowledge(value, place.programs));
  return named(
    value,
    addressKnowledge(value.replace(/\/(32|128)$/, ''), place.programs) ?? ownNameKnowledge(value, place.programs),
  );
}

/**
 * A name met outside of rules: a variable of the log, an annotation, a Helm value, a field of meshConfig, an address.
 */
export function looseNameBlocks(name: string, programs?: Programs): readonly HoverBlock[] | undefined {
  const fact =
    variableKnowledge(name) ??
    annotationKnowledge(name) ??
    (name.startsWith('-') ? undefined : settingKnowledge(name)) ??
    ownNameKnowledge(name, programs) ??
    (/:\d+$/.test(name) && name.includes('.') ? undefined : addressKnowledge(name, programs));
  if (fact) return factBlocks(name, fact);
  const [, address, port] = /^((?:\d{1,3}\.){3}\d{1,3}|\[[\da-f:]+\]):(\d{1,5})$/i.exec(name) ?? [];
  if (address === undefined || port === undefined) return undefined;
  const bare = address.replace(/^\[|\]$/g, '');
  const parts = [
    [bare, addressKnowledge(bare, programs)],
    [port, portKnowledge(Number(port), { programs })],
  ] as const;
  const blocks = parts.flatMap(([part, known]) => (known ? factBlocks(part, known) : []));
  return blocks.length > 0 ? blocks : undefined;
}
