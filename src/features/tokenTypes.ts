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
