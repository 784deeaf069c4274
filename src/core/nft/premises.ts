import type { NftExpression } from '../syntax/nft/expression';
import { openFor, type PremiseId } from '../xtables/premise';
import type { PacketView } from '../xtables/view';

/** What the fields of an expression take for granted of a packet; undefined where there is nothing. */
export function premisesOfExpression(
  expression: NftExpression,
): ((view: PacketView) => readonly PremiseId[]) | undefined {
  const ids = [...new Set(fieldsOf(expression).flatMap((name) => OF_FIELD[name] ?? []))];
  return ids.length === 0 ? undefined : (view) => openFor(view, ...ids);
}

const OF_FIELD: Readonly<Record<string, PremiseId | undefined>> = {
  'ip ttl': 'hops',
  'ip6 hoplimit': 'hops',
  'ip length': 'size',
  'ip6 length': 'size',
  'udp length': 'size',
  'meta length': 'size',
  'ip dscp': 'service',
  'ip ecn': 'service',
  'ip6 dscp': 'service',
  'ip6 ecn': 'service',
  'ether saddr': 'neighbour',
  'ether daddr': 'frame',
  'meta pkttype': 'frame',
  'meta skgid': 'group',
  'meta mark': 'socketMark',
  raw: 'data',
};

function fieldsOf(expression: NftExpression): readonly string[] {
  switch (expression.kind) {
    case 'field':
      return [expression.name];
    case 'binary':
      return [...fieldsOf(expression.left), ...fieldsOf(expression.right)];
    case 'concat':
      return expression.parts.flatMap(fieldsOf);
    case 'map':
      return fieldsOf(expression.key);
    default:
      return [];
  }
}
