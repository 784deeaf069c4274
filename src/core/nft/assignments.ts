import type { NftRuleStatement } from '../syntax/nft/ruleStatement';
import type { Packet } from '../net/packet';
import type { Effect } from '../xtables/extension';
import type { PacketView } from '../xtables/view';
import { integerType, knownType, numberOf, type DataType } from './dataTypes';
import { FIELDS } from './fieldReaders';
import { operandOf, type NftScope, type Operand } from './operands';

type AssignStatement = NftRuleStatement & { readonly kind: 'assign' };

/** A statement that changes the packet or its connection, and lets the rule go on. */
export interface NftAssignment {
  /** What it gives; undefined where a map has nothing for the packet, so that the rule ends there. */
  readonly operand: Operand;
  effect(value: string, view: PacketView): Effect;
}

type EffectOfValue = (value: number, view: PacketView) => Effect;

function packetChange(change: (value: number, packet: Packet) => Partial<Packet>): EffectOfValue {
  return (value, { packet }) => ({ kind: 'continue', packet: change(value, packet) });
}

const nothing: EffectOfValue = () => ({ kind: 'continue' });

const WRITES: Readonly<Record<string, EffectOfValue>> = {
  'meta mark': packetChange((mark) => ({ mark })),
  'meta priority': packetChange((priority) => ({ priority })),
  'meta nftrace': nothing,
  'ct mark': (mark) => ({ kind: 'continue', conntrack: { mark } }),
  'ct zone': (zone) => ({ kind: 'template', zone: { original: zone, reply: zone }, helper: undefined }),
  'ct event': nothing,
  'ip ttl': packetChange((ttl) => ({ ttl })),
  'ip6 hoplimit': packetChange((ttl) => ({ ttl })),
  'ip dscp': packetChange((dscp, { tos }) => ({ tos: (tos & 3) | (dscp << 2) })),
  'ip6 dscp': packetChange((dscp, { tos }) => ({ tos: (tos & 3) | (dscp << 2) })),
};

/**
 * `meta mark set …`, `ct mark set …`; undefined where it is not known what it does. Source: net/netfilter/nft_meta.c,
 * nft_ct.c, nft_payload.c.
 */
export function changeOf({ field, value }: AssignStatement, scope: NftScope): NftAssignment | undefined {
  const write = WRITES[field.name];
  if (!write) return undefined;
  if (field.name === 'ct zone' && (field.words[1] === 'original' || field.words[1] === 'reply')) return undefined;
  const types: readonly DataType[] = [
    FIELDS[field.name]?.[0] ?? (field.name === 'ct zone' ? integerType(2) : knownType('mark')),
  ];
  const operand = operandOf(value, scope, types);
  const own = FIELDS[field.name]?.[1];
  if (!operand) return undefined;
  return {
    operand: {
      ...operand,
      read(view) {
        // `ip ttl set 5` of a packet of the other family ends the rule.
        if (/^ip6? /.test(field.name) && own?.(view, field.words) === undefined) return undefined;
        return operand.read(view);
      },
    },
    effect: (read, view) => write(numberOf(read), view),
  };
}

/** Settings that cannot be followed, in words; undefined where it is not known what they do. */
export function harmless({ field }: AssignStatement): boolean {
  return [
    'ct event',
    'ct label',
    'ct timeout',
    'ct expectation',
    'ct helper',
    'tcp option',
    'meta nftrace',
    'meta pkttype',
    'meta priority',
    'ct secmark',
    'meta secmark',
  ].includes(field.name);
}
