import type { FieldName } from './fields';
import { inverseTest, testHolds, type FieldTest, type FieldValue } from './fieldTest';

/** The packets for which all these tests hold; all packets where there are none. */
export type Box = readonly FieldTest[];

/** The packets that are in any of the boxes; no packet where there are none. */
export type PacketSet = readonly Box[];

export const EVERY_PACKET: PacketSet = [[]];
export const NO_PACKET: PacketSet = [];

/**
 * What fields can say of the packets that a condition matches: each of them is in `over`, and each packet in
 * `under` is one of them. Where fields say all of it, both are the same.
 */
export interface PacketBounds {
  readonly over: PacketSet;
  readonly under: PacketSet;
}

export const NOTHING_SAID: PacketBounds = { over: EVERY_PACKET, under: NO_PACKET };

/** The bounds of a condition that fields express completely. */
export function exactly(packets: PacketSet): PacketBounds {
  return { over: packets, under: packets };
}

/**
 * At most this many boxes are made. Where more were needed, an intersection is one of its sets, and there is no
 * inverse.
 */
const MOST_BOXES = 256;

export function isIn(set: PacketSet, read: (field: FieldName) => FieldValue | undefined): boolean {
  return set.some((box) => box.every((test) => testHolds(test, read(test.field))));
}

/** undefined where it would take too many boxes. */
export function intersection(sets: readonly PacketSet[]): PacketSet | undefined {
  let boxes: PacketSet = EVERY_PACKET;
  for (const set of sets) {
    if (boxes.length * set.length > MOST_BOXES) return undefined;
    boxes = boxes.flatMap((box) => set.map((other) => [...box, ...other]));
  }
  return boxes;
}

/** The packets that are not in the set; undefined where it would take too many boxes. */
export function inverse(set: PacketSet): PacketSet | undefined {
  return intersection(set.map((box) => box.map((test) => [inverseTest(test)])));
}

/** The bounds of the packets that a condition with these bounds does not match; what is not known is left wide. */
export function inverseBounds({ over, under }: PacketBounds): PacketBounds {
  return { over: inverse(under) ?? EVERY_PACKET, under: inverse(over) ?? NO_PACKET };
}
