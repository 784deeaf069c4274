import type { FieldName } from '../../net/fields/fields';
import { blockValues, masked, oneValue, span, type FieldTest, type Values } from '../../net/fields/fieldTest';
import {
  exactly,
  EVERY_PACKET,
  NO_PACKET,
  NOTHING_SAID,
  type Box,
  type PacketBounds,
} from '../../net/fields/packetSet';
import { prefixMask } from '../../net/address';
import type { IpSet, SetPart } from '../../net/ipSet';
import { PROTOCOL } from '../../net/packet';
import { membersOf, plainLookup } from '../../net/setEntries';
import { setDimension, type SetDirection } from '../../net/testSet';
import { macNumber } from '../fields';

/** Of a larger set only some members are used: enough to find a packet by. */
const MOST_MEMBERS = 64;

/**
 * The packets that are in a set as the file has it, before packets changed anything. What of a set depends on more than
 * fields (masks, `nomatch`) is left open.
 */
export function setBounds(
  sets: ReadonlyMap<string, IpSet> | undefined,
  name: string,
  directions: readonly SetDirection[],
): PacketBounds {
  const set = sets?.get(name);
  if (!set || !plainLookup(set)) return NOTHING_SAID;
  if (directions.length < setDimension(set.type)) return exactly(NO_PACKET);
  const boxes: Box[] = [];
  let whole = set.entries.length <= MOST_MEMBERS && !set.partial;
  for (const entry of set.entries.slice(0, MOST_MEMBERS)) {
    for (const { parts, nomatch } of membersOf(set, entry)) {
      // Its networks hold some of the addresses of wider ones.
      if (nomatch) return NOTHING_SAID;
      const tests = parts.map((part, i) => testsOf(part, directions[i] as SetDirection));
      if (tests.every((each) => each !== undefined)) boxes.push(tests.flat());
      else whole = false;
    }
  }
  return whole && boxes.length <= MOST_MEMBERS
    ? exactly(boxes)
    : { over: EVERY_PACKET, under: boxes.slice(0, MOST_MEMBERS) };
}

const WITH_PORTS: readonly number[] = [PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.UDPLITE, PROTOCOL.SCTP];

/** undefined where fields do not say it. */
function testsOf(part: SetPart, direction: SetDirection): readonly FieldTest[] | undefined {
  const source = direction === 'src';
  const test = (field: FieldName, values: Values): FieldTest => ({ field, values, negated: false });
  switch (part.kind) {
    case 'ip':
      return [test(source ? 'source' : 'destination', { kind: 'addresses', spans: [[part.first, part.last]] })];
    case 'net':
      return [
        test(
          source ? 'source' : 'destination',
          blockValues({ address: part.address, mask: prefixMask(part.address.family, part.length) }),
        ),
      ];
    case 'port': {
      if (part.protocol === undefined || !WITH_PORTS.includes(part.protocol)) return undefined;
      return [
        test('protocol', oneValue(part.protocol)),
        test(source ? 'sourcePort' : 'destinationPort', span(part.first, part.last)),
      ];
    }
    case 'mac':
      return part.mac === undefined || !source ? undefined : [test('sourceMac', oneValue(macNumber(part.mac)))];
    case 'mark':
      return [test('mark', masked(0xffffffff, part.mark))];
    // Of hash:net,iface, which is not looked up plainly.
    case 'iface':
      return undefined;
  }
}
