import type { TokenKind } from '../shared/traceReport';

/**
 * What words of rules are coloured as; package.json maps each to a scope of the grammar, so that they look as they do
 * in a rules file.
 */
export const TOKEN_TYPES = [
  'iptablesKeyword',
  'iptablesTable',
  'iptablesBuiltinChain',
  'iptablesChain',
  'iptablesJump',
  'iptablesVerdict',
  'iptablesTarget',
  'iptablesMatch',
  'iptablesOption',
  'iptablesNegation',
  'iptablesNumber',
  'iptablesText',
  'iptablesComment',
] as const;
export type TokenType = (typeof TOKEN_TYPES)[number];

/** The same in the trace report. */
export function kindOfType(type: TokenType): TokenKind {
  const name = type.slice('iptables'.length);
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}` as KindOf<TokenType>;
}

type KindOf<T> = T extends `iptables${infer Name}` ? Uncapitalize<Name> : never;
