import { scenario, chainIn, type RuleSetView, type RuleView, type Scenario } from '../core/knowledge/knowledge';
import { formatAddress, inBlock, parseBlock } from '../core/net/address';
import { endpoint } from '../core/net/endpoint';
import type { Host } from '../core/net/host';
import { condition, shapeOf, valueOf } from '../core/knowledge/shape';
import { neighbour } from './neighbour';

/**
 * What a host that uses this one as its gateway sends to the outside, where a rule of POSTROUTING gives such packets a
 * source of this host.
 */
export function insideOut(rules: RuleSetView, host: Host, outside: string): readonly Scenario[] {
  for (const rule of chainIn(rules, 'nat', 'POSTROUTING')?.rules ?? []) {
    const from = rule.target === 'MASQUERADE' || rule.target === 'SNAT' ? insideOf(rule, host) : undefined;
    if (from)
      return [
        scenario(
          'inside-outside',
          'Inside → outside',
          'with an address of this host',
          `forward ${from.iface} tcp ${endpoint(from.source, 42000)} > ${endpoint(outside, 443)} syn new`,
          'Outbound',
        ),
      ];
  }
  return [];
}

/** A neighbour of this host whose packets the rule is for, by what it asks of source and interface. */
function insideOf(rule: RuleView, host: Host): { readonly iface: string; readonly source: string } | undefined {
  const shape = shapeOf(rule);
  const out = condition(shape, 'out');
  const src = condition(shape, 'src');
  const family = rule.bound.family;
  const block = parseBlock(valueOf(shape, 'src') ?? '', family);
  const leaves = (name: string): boolean => out !== undefined && out.values.includes(name) !== out.negated;
  for (const { name, addresses } of host.interfaces) {
    const own = addresses.find(({ address }) => address.family === family);
    if (name === 'lo' || !own || leaves(name)) continue;
    const source = neighbour(own.address, own.prefixLength, host);
    if (src === undefined || (block && inBlock(source, block) !== src.negated))
      return { iface: name, source: formatAddress(source) };
  }
  return undefined;
}
