import { nftTokens, type NftToken } from '../core/syntax/nft/tokens';
import type { Columns } from '../core/text/columns';
import type { TokenType } from './tokenTypes';

const KEYWORDS: ReadonlySet<string> = new Set([
  'add',
  'create',
  'insert',
  'delete',
  'destroy',
  'flush',
  'replace',
  'rename',
  'table',
  'chain',
  'rule',
  'set',
  'map',
  'element',
  'elements',
  'type',
  'typeof',
  'hook',
  'priority',
  'policy',
  'flags',
  'size',
  'timeout',
  'counter',
  'limit',
  'log',
  'comment',
  'vmap',
  'ruleset',
  'index',
  'handle',
]);
const VERDICTS: ReadonlySet<string> = new Set(['accept', 'drop', 'reject', 'return', 'continue', 'queue']);
const TARGETS: ReadonlySet<string> = new Set([
  'dnat',
  'snat',
  'masquerade',
  'redirect',
  'tproxy',
  'notrack',
  'dup',
  'fwd',
]);
const HOOKS: ReadonlySet<string> = new Set([
  'prerouting',
  'input',
  'forward',
  'output',
  'postrouting',
  'ingress',
  'egress',
]);
const FAMILIES: ReadonlySet<string> = new Set(['ip', 'ip6', 'inet', 'arp', 'bridge', 'netdev']);

/** The words of a statement of nft, each with what it is coloured as. */
export function* nftWords(text: string, { start, end }: Columns): Iterable<readonly [TokenType, Columns]> {
  let before: NftToken | undefined;
  let first: NftToken | undefined;
  for (const token of nftTokens(text, start, end)) {
    first ??= token;
    const type = typeOf(token, before, first);
    if (type) yield [type, token];
    before = token;
  }
}

function typeOf({ kind, text }: NftToken, before: NftToken | undefined, first: NftToken): TokenType | undefined {
  if (kind === 'mark') return text === '!=' || text === '!' ? 'iptablesNegation' : undefined;
  if (kind === 'string') return before?.text === 'comment' ? 'iptablesComment' : 'iptablesText';
  if (before?.text === 'jump' || before?.text === 'goto' || (before === first && first.text === 'chain'))
    return 'iptablesChain';
  if (text === 'jump' || text === 'goto') return 'iptablesJump';
  if (before?.text === 'hook' && HOOKS.has(text)) return 'iptablesBuiltinChain';
  if (first.text === 'table' && (before === first || FAMILIES.has(before?.text ?? '')))
    return FAMILIES.has(text) ? 'iptablesKeyword' : 'iptablesTable';
  if (VERDICTS.has(text)) return 'iptablesVerdict';
  if (TARGETS.has(text)) return 'iptablesTarget';
  if (KEYWORDS.has(text)) return 'iptablesKeyword';
  if (/^:?(?:0x[\da-f]+|\d[\d.:/a-f-]*)$/i.test(text) || /^[\da-f]*:[\da-f:]+(?:\/\d+)?$/i.test(text))
    return 'iptablesNumber';
  if (text.startsWith('@')) return 'iptablesText';
  return /^[a-z][\w-]*$/.test(text) ? 'iptablesOption' : undefined;
}
