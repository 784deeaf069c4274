import { counted, joined } from '../text/counted';
import { packs } from './packs';
import { shapeOf, type RuleShape } from './shape';
import { chainIn, type ChainView, type RuleSetView, type RuleView } from './view';

/**
 * What a chain holds, in one sentence made from the rules themselves: who jumps to it, what it lets past, what it does
 * with the rest. Line numbers are 1-based, as an editor counts. Undefined where the rule set has no such chain.
 */
export function describeChainInFile(ruleSet: RuleSetView, table: string, chain: string): string | undefined {
  const view = chainIn(ruleSet, table, chain);
  if (view === undefined) return undefined;
  const what = ofProgram(ruleSet, view) ?? genericSentence(view);
  return view.builtin ? `${what}; policy ${view.policy ?? 'ACCEPT'}` : `${callers(view)}; ${what}`;
}

function ofProgram(ruleSet: RuleSetView, view: ChainView): string | undefined {
  for (const { chains } of packs) {
    const sentence = chains?.sentence?.(ruleSet, view);
    if (sentence !== undefined) return sentence;
  }
  return undefined;
}

/** `jumped to from PREROUTING line 60`, `jumped to from 12 rules of SERVICES`, `nothing jumps to it`. */
function callers(view: ChainView): string {
  if (view.jumpedFrom.length === 0) return 'nothing jumps to it';
  // The jumps of a chain stand together; of a chain that thousands jump to, three are named.
  const named: { readonly chain: string; readonly lines: number[] }[] = [];
  let chains = 0;
  let last: string | undefined;
  for (const { chain, line } of view.jumpedFrom) {
    if (chain !== last) {
      last = chain;
      if (++chains <= MOST_NAMED) named.push({ chain, lines: [] });
    }
    if (chains <= MOST_NAMED) named.at(-1)?.lines.push(line + 1);
  }
  const places = named.map(({ chain, lines }) =>
    lines.length > 3
      ? `${lines.length} rules of ${chain}`
      : `${chain} line${lines.length > 1 ? 's' : ''} ${joined(lines.map(String))}`,
  );
  const more = chains > MOST_NAMED ? ` and ${chains - MOST_NAMED} more chains` : '';
  return `jumped to from ${places.join(', ')}${more}`;
}

const MOST_NAMED = 3;

/** `12 rules: 3 RETURN, 9 jump to 4 chains`; for a chain of two or three rules what each does. */
function genericSentence(view: ChainView): string {
  if (view.rules.length === 0) return 'no rules';
  const counts = new Map<string, number>();
  const chains = new Map<string, number>();
  for (const rule of view.rules) {
    const shape = shapeOf(rule);
    if (isChain(rule, shape)) chains.set(shape.target ?? '', (chains.get(shape.target ?? '') ?? 0) + 1);
    else {
      const does = shape.target === 'VMAP' ? 'verdict map' : (shape.target ?? 'no target');
      counts.set(does, (counts.get(does) ?? 0) + 1);
    }
  }
  const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([target, count]) => `${count} ${target}`);
  const jumps = [...chains.values()].reduce((sum, count) => sum + count, 0);
  if (jumps > 0)
    parts.push(
      chains.size <= 3 ? `${jumps} jump to ${joined([...chains.keys()])}` : `${jumps} jump to ${chains.size} chains`,
    );
  return `${counted(view.rules.length, 'rule')}: ${parts.join(', ')}`;
}

/** The targets of iptables 1.8 and the kernel; any other name is a chain. */
const targets = new Set([
  'ACCEPT',
  'DROP',
  'RETURN',
  'QUEUE',
  'REJECT',
  'LOG',
  'NFLOG',
  'ULOG',
  'DNAT',
  'SNAT',
  'MASQUERADE',
  'REDIRECT',
  'NETMAP',
  'MARK',
  'CONNMARK',
  'SECMARK',
  'CONNSECMARK',
  'CT',
  'NOTRACK',
  'TPROXY',
  'TRACE',
  'TOS',
  'DSCP',
  'TTL',
  'HL',
  'TCPMSS',
  'TCPOPTSTRIP',
  'ECN',
  'CLASSIFY',
  'CHECKSUM',
  'NFQUEUE',
  'SET',
  'RATEEST',
  'IDLETIMER',
  'LED',
  'HMARK',
  'CLUSTERIP',
  'SYNPROXY',
  'TEE',
  'AUDIT',
  'DNPT',
  'SNPT',
  // Of nftables.
  'VMAP',
]);

function isChain(rule: RuleView, shape: RuleShape): boolean {
  return shape.target !== undefined && !targets.has(shape.target) && rule.target !== undefined;
}
