import { addressFromBytes, formatAddress, type Address } from '../net/address';
import type { NftExpression } from '../syntax/nft/expression';
import type { NftRuleStatement } from '../syntax/nft/ruleStatement';
import type { Effect } from '../xtables/extension';
import type { PacketView } from '../xtables/view';
import { knownType, numberOf, type DataType } from './dataTypes';
import type { Read } from './fieldReaders';
import { operandOf, type NftScope, type Operand } from './operands';
import { rangeOf } from './ranges';

type Nat = NftRuleStatement & { readonly kind: 'nat' };

/** A place that NAT puts packets to: the same for all, or computed from each. */
export interface NatTarget {
  read(
    view: PacketView,
  ):
    | {
        readonly addresses: readonly [Address, Address] | undefined;
        readonly ports: readonly [number, number] | undefined;
      }
    | Exclude<Read, string>;
  /** Numbers that chance draws for it, with the result of each. */
  readonly choices?:
    | readonly { readonly probability: number | undefined; readonly text: string; readonly place: NatTarget }[]
    | undefined;
  readonly reason?: string | undefined;
}

/** Where `dnat to …` and its like put a packet; undefined where it is not known. */
export function natPlaceOf(
  statement: Pick<Nat, 'address' | 'port' | 'family' | 'prefix'>,
  scope: NftScope,
): NatTarget | undefined {
  const { address, port, prefix } = statement;
  if (prefix) return undefined;
  const addressTypes = [knownType(scope.family === 4 ? 'ipv4_addr' : 'ipv6_addr')];
  const service = [knownType('inet_service')];
  if (address && chosenByChance(address, scope))
    return chancePlace(address as NftExpression & { kind: 'map' }, { ...statement }, scope);
  const where = address && part(address, addressTypes, scope, [...addressTypes, ...service]);
  const which = port && part(port, service, scope);
  if ((address && !where) || (port && !which)) return undefined;
  return {
    read(view) {
      const [a, p] = [where?.(view), which?.(view)];
      if (where && !Array.isArray(a)) return a as Exclude<Read, string>;
      if (which && !Array.isArray(p)) return p as Exclude<Read, string>;
      const range = a as NatPart | undefined;
      const split = range?.[2];
      return {
        addresses: range && [toAddress(range[0]), toAddress(range[1])],
        ports: p
          ? [numberOf((p as NatPart)[0]), numberOf((p as NatPart)[1])]
          : split === undefined
            ? undefined
            : [numberOf(split), numberOf(split)],
      };
    },
  };
}

/** First and last value, and the port where an address comes with one. */
type NatPart = readonly [first: string, last: string, port?: string];

function part(
  expression: NftExpression,
  types: readonly DataType[],
  scope: NftScope,
  withPort: readonly DataType[] = types,
): ((view: PacketView) => NatPart | Exclude<Read, string>) | undefined {
  const [type] = types;
  const range = type && rangeOf(expression, type);
  if (range) return () => range;
  const operand: Operand | undefined = operandOf(expression, scope, withPort);
  if (!operand || !type) return undefined;
  const width = type.bytes * 2;
  return (view) => {
    const read = operand.read(view);
    if (typeof read !== 'string') return read;
    const port = read.length > width ? read.slice(width, width + 4) : undefined;
    return port === undefined
      ? [read.slice(0, width), read.slice(0, width)]
      : [read.slice(0, width), read.slice(0, width), port];
  };
}

function toAddress(value: string): Address {
  return addressFromBytes(
    Uint8Array.from({ length: value.length / 2 }, (_, i) => parseInt(value.slice(i * 2, i * 2 + 2), 16)),
  );
}

function chosenByChance(expression: NftExpression, scope: NftScope): boolean {
  return (
    expression.kind === 'map' && expression.map.kind === 'set' && operandOf(expression.key, scope)?.chance !== undefined
  );
}

/** `dnat to numgen random mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 }`. */
function chancePlace(
  { key, map }: NftExpression & { kind: 'map' },
  statement: Pick<Nat, 'address' | 'port' | 'family' | 'prefix'>,
  scope: NftScope,
): NatTarget | undefined {
  const chance = operandOf(key, scope)?.chance;
  if (!chance || map.kind !== 'set') return undefined;
  const choices: { probability: number | undefined; text: string; place: NatTarget }[] = [];
  for (const { key: number, data } of map.elements) {
    const range = rangeOf(number, knownType('mark'));
    const place =
      data && data.kind !== 'verdict'
        ? natPlaceOf({ ...statement, address: withoutPort(data), port: portOf(data) ?? statement.port }, scope)
        : undefined;
    if (!range || !place) return undefined;
    const count = numberOf(range[1]) - numberOf(range[0]) + 1;
    const what = place.read(undefined as unknown as PacketView);
    const text =
      typeof what === 'object' && 'addresses' in what && what.addresses
        ? `${formatAddress(what.addresses[0])}${what.ports ? `:${what.ports[0]}` : ''}`
        : `number ${numberOf(range[0])}`;
    choices.push({ probability: chance.even ? count / chance.count : undefined, text, place });
  }
  return { read: () => undefined, choices, reason: chance.reason };
}

function withoutPort(data: NftExpression): NftExpression {
  return data.kind === 'concat' ? (data.parts[0] as NftExpression) : data;
}

function portOf(data: NftExpression): NftExpression | undefined {
  return data.kind === 'concat' ? data.parts[1] : undefined;
}

/** What the statement does to a packet that goes to a place. */
export function natEffect(
  { nat, flags }: Nat,
  addresses: readonly [Address, Address] | undefined,
  ports: readonly [number, number] | undefined,
): Effect {
  const random = flags.includes('random') || flags.includes('fully-random');
  if (nat === 'redirect') return { kind: 'redirect', ports, random };
  if (nat === 'masquerade') return { kind: 'masquerade', ports, random };
  return {
    kind: 'nat',
    half: nat === 'dnat' ? 'destination' : 'source',
    range: { addresses, ports, random, persistent: flags.includes('persistent') },
  };
}
