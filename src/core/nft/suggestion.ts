import type { NftExpression } from '../syntax/nft/expression';
import type { NftRuleStatement } from '../syntax/nft/rule';
import type { PacketSuggestion } from '../xtables/extension';
import { knownType, numberOf } from './dataTypes';

/** What a packet must have for a comparison with one plain value; undefined where it is not that plain. */
export function suggestionOf({
  left,
  operator,
  right,
  mask,
}: NftRuleStatement & { readonly kind: 'match' }): PacketSuggestion | undefined {
  if (left.kind !== 'field' || mask || (operator !== '' && operator !== '==')) return undefined;
  const first = firstValue(right);
  if (first === undefined) return undefined;
  const port = knownType('inet_service').parse(first);
  switch (left.name) {
    case 'ip saddr':
    case 'ip6 saddr':
      return { source: first.replace(/\/.*$/, '') };
    case 'ip daddr':
    case 'ip6 daddr':
      return { destination: first.replace(/\/.*$/, '') };
    case 'tcp dport':
    case 'udp dport':
      return port === undefined ? undefined : { protocol: left.name.slice(0, 3), destinationPort: numberOf(port) };
    case 'tcp sport':
    case 'udp sport':
      return port === undefined ? undefined : { protocol: left.name.slice(0, 3), sourcePort: numberOf(port) };
    case 'th dport':
      return port === undefined ? undefined : { destinationPort: numberOf(port) };
    case 'meta l4proto':
    case 'ip protocol':
    case 'ip6 nexthdr':
      return { protocol: first };
    case 'meta iifname':
    case 'meta iif':
      return { inInterface: first };
    case 'meta oifname':
    case 'meta oif':
      return { outInterface: first };
    case 'meta mark': {
      const mark = knownType('mark').parse(first);
      return mark === undefined ? undefined : { mark: numberOf(mark) };
    }
    case 'meta skuid':
      return /^\d+$/.test(first) ? { uid: Number(first) } : undefined;
    case 'meta skgid':
      return /^\d+$/.test(first) ? { gid: Number(first) } : undefined;
    case 'ct state':
      return { state: first.toUpperCase() };
    default:
      return undefined;
  }
}

function firstValue(expression: NftExpression): string | undefined {
  switch (expression.kind) {
    case 'value':
      return expression.text.includes('*')
        ? undefined
        : /^\d+-\d+$/.test(expression.text)
          ? expression.text.split('-')[0]
          : expression.text;
    case 'list':
      return expression.items[0] && firstValue(expression.items[0]);
    case 'set':
      return expression.elements[0] && firstValue(expression.elements[0].key);
    default:
      return undefined;
  }
}
