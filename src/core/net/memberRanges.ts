import { coversAll, memberKey } from './setMembers';
import type { SetMember, SetPart } from './ipSet';

/** A member as one line added it; `order` grows from line to line. */
export interface AddedMember {
  readonly order: number;
  readonly member: SetMember;
}

/**
 * Members that stand for several values each, for finding those that stand for a given one. They are kept apart by the
 * parts that have no range, and ordered by one that has: the lookup is logarithmic in their number, plus what it finds.
 */
export class MemberRanges {
  private readonly added: AddedMember[] = [];
  private groups: ReadonlyMap<string, MemberGroup> | undefined;

  add(added: AddedMember): void {
    this.added.push(added);
    this.groups = undefined;
  }

  get all(): readonly AddedMember[] {
    return this.added;
  }

  /** Those that stand for the values, in the order in which they were added. */
  covering(values: readonly SetPart[]): readonly AddedMember[] {
    if (this.added.length === 0) return [];
    this.groups ??= groupsOf(this.added);
    const group = this.groups.get(fixedKey(values));
    if (group === undefined) return [];
    const found: AddedMember[] = [];
    const value = values[group.part];
    if (value !== undefined)
      stab(group, firstOf(value), 0, group.sorted.length, (each) => {
        if (coversAll(each.member.parts, values)) found.push(each);
      });
    return found.sort((a, b) => a.order - b.order);
  }
}

/**
 * Ranges ordered by their beginning; `ends` has the farthest end within each half that the search visits, by its
 * middle.
 */
interface MemberGroup {
  readonly part: number;
  readonly sorted: readonly AddedMember[];
  readonly ends: Float64Array;
}

function groupsOf(added: readonly AddedMember[]): ReadonlyMap<string, MemberGroup> {
  const lists = new Map<string, AddedMember[]>();
  for (const each of added) {
    const key = fixedKey(each.member.parts);
    const list = lists.get(key);
    if (list) list.push(each);
    else lists.set(key, [each]);
  }
  return new Map([...lists].map(([key, list]) => [key, groupOf(list)]));
}

function groupOf(list: readonly AddedMember[]): MemberGroup {
  const parts = (list[0]?.member.parts ?? []).map((_, i) => i).filter((i) => isRange(list[0]?.member.parts[i]));
  // The part in which most of them differ.
  const counts = parts.map((part) => new Set(list.map(({ member }) => firstOf(member.parts[part] as SetPart))).size);
  const part = parts[counts.indexOf(Math.max(...counts))] ?? 0;
  const sorted = [...list].sort(
    (a, b) => firstOf(a.member.parts[part] as SetPart) - firstOf(b.member.parts[part] as SetPart),
  );
  const ends = new Float64Array(sorted.length);
  const fill = (from: number, to: number): number => {
    if (from >= to) return -1;
    const middle = (from + to) >> 1;
    return (ends[middle] = Math.max(
      lastOf(sorted[middle]?.member.parts[part] as SetPart),
      fill(from, middle),
      fill(middle + 1, to),
    ));
  };
  fill(0, sorted.length);
  return { part, sorted, ends };
}

function stab(group: MemberGroup, value: number, from: number, to: number, found: (added: AddedMember) => void): void {
  if (from >= to) return;
  const middle = (from + to) >> 1;
  if ((group.ends[middle] as number) < value) return;
  const added = group.sorted[middle] as AddedMember;
  const range = added.member.parts[group.part] as SetPart;
  stab(group, value, from, middle, found);
  if (firstOf(range) > value) return;
  if (lastOf(range) >= value) found(added);
  stab(group, value, middle + 1, to, found);
}

function isRange(part: SetPart | undefined): boolean {
  return part?.kind === 'ip' || part?.kind === 'port';
}

/** The parts that have a single value, the protocol of a port among them. */
function fixedKey(parts: readonly SetPart[]): string {
  return parts
    .map((part) =>
      part.kind === 'ip' || part.kind === 'mac'
        ? ''
        : part.kind === 'port'
          ? String(part.protocol ?? '')
          : memberKey([part]),
    )
    .join(' ');
}

/**
 * Only IPv4 addresses and ports have ranges; of an IPv6 address the last word puts it in order as well as any other.
 */
function firstOf(part: SetPart): number {
  return part.kind === 'ip' ? (part.first.words.at(-1) ?? 0) : part.kind === 'port' ? part.first : 0;
}

function lastOf(part: SetPart): number {
  return part.kind === 'ip' ? (part.last.words.at(-1) ?? 0) : part.kind === 'port' ? part.last : 0;
}
