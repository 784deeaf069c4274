import type { NftNode, NftPart } from '../core/syntax/nft/node';
import { isNftFamily } from '../core/syntax/nft/tables';
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

/** The words of a statement of nft, each with what it is coloured as. */
export function* nftWords(
  text: string,
  { start, end, part }: Columns & Pick<NftNode, 'part'>,
): Iterable<readonly [TokenType, Columns]> {
  const tokens = nftTokens(text, start, end);
  const names = namesIn(tokens, part);
  let before: NftToken | undefined;
  for (const token of tokens) {
    const type = names.get(token) ?? typeOf(token, before);
    if (type) yield [type, token];
    before = token;
  }
}

/** The family, the table and the chain that a statement is about: `table inet T`, `chain C`, `add rule inet T C`. */
function namesIn(tokens: readonly NftToken[], part: NftPart): ReadonlyMap<NftToken | undefined, TokenType> {
  if (part === 'chain') return new Map([[tokens[1], 'iptablesChain']]);
  if (part !== 'table' && part !== 'command') return NO_NAMES;
  const [object, next, ...rest] = part === 'table' ? tokens : tokens.slice(1);
  const family = isNftFamily(next?.text) ? next : undefined;
  const [table, own] = family ? rest : [next, ...rest];
  return new Map([
    [family, 'iptablesKeyword'],
    [table, 'iptablesTable'],
    [object?.text === 'chain' || object?.text === 'rule' ? own : undefined, 'iptablesChain'],
  ]);
}

const NO_NAMES: ReadonlyMap<NftToken | undefined, TokenType> = new Map();

function typeOf({ kind, text }: NftToken, before: NftToken | undefined): TokenType | undefined {
  if (kind === 'mark') return text === '!=' || text === '!' ? 'iptablesNegation' : undefined;
  if (kind === 'string') return before?.text === 'comment' ? 'iptablesComment' : 'iptablesText';
  if (before?.text === 'jump' || before?.text === 'goto') return 'iptablesChain';
  if (text === 'jump' || text === 'goto') return 'iptablesJump';
  if (before?.text === 'hook' && HOOKS.has(text)) return 'iptablesBuiltinChain';
  if (VERDICTS.has(text)) return 'iptablesVerdict';
  if (TARGETS.has(text)) return 'iptablesTarget';
  if (KEYWORDS.has(text)) return 'iptablesKeyword';
  if (/^:?(?:0x[\da-f]+|\d[\d.:/a-f-]*)$/i.test(text) || /^[\da-f]*:[\da-f:]+(?:\/\d+)?$/i.test(text))
    return 'iptablesNumber';
  if (text.startsWith('@')) return 'iptablesText';
  return /^[a-z][\w-]*$/.test(text) ? 'iptablesOption' : undefined;
}
