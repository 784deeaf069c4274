import type { NftElement, NftExpression } from '../syntax/nft/expression';
import { unknown, type Unknown } from '../xtables/answer';
import type { PacketView } from '../xtables/view';
import type { DataType } from './dataTypes';
import { rangeOf, type ValueRange } from './ranges';

/**
 * Elements that rules have added to a set while packets went by: `add @seen { ip saddr }`. Kept in `PacketView.memory`.
 */
export type AddedElements = ReadonlyMap<string, NftElement | false>;

/**
 * A set or map whose elements can be looked up: by hash where they are single values, by bisection where they are
 * ranges.
 */
export interface NftSetIndex {
  readonly types: readonly DataType[];
  /** Of a map of values; undefined for a set or a map of verdicts. */
  readonly dataTypes: readonly DataType[] | undefined;
  /** Of a named one, the key of what rules have added. */
  readonly memoryKey: object | undefined;
  /** All elements that could be read. */
  readonly elements: readonly NftElement[];
  /** Whether these are all, and stay so whatever packets go by. */
  readonly isFixed: boolean;
  find(key: string, view: PacketView): NftElement | Unknown | false;
}

/**
 * The elements of `{ … }` in a rule, or of a named set. `unread`: some could not be read, so a key that is not found
 * may be among them. `mayChange`: rules add elements or take them away, or they time out.
 */
export function setIndex(
  types: readonly DataType[],
  dataTypes: readonly DataType[] | undefined,
  read: () => { readonly elements: readonly NftElement[]; readonly unread: boolean },
  memoryKey?: object,
  mayChange: () => boolean = () => false,
): NftSetIndex {
  let lookup: Lookup | undefined;
  let all: ReturnType<typeof read> | undefined;
  const load = (): ReturnType<typeof read> => (all ??= read());
  return {
    types,
    dataTypes,
    memoryKey,
    get elements() {
      return load().elements;
    },
    get isFixed() {
      return !mayChange() && !load().unread;
    },
    find(key, view) {
      const added = memoryKey && (view.memory.get(memoryKey) as AddedElements | undefined)?.get(key);
      if (added !== undefined) return added;
      const { elements, unread } = load();
      lookup ??= new Lookup(elements, types);
      const found = lookup.find(key);
      return found ?? (unread || lookup.unread ? unknown('the set has elements that could not be read') : false);
    },
  };
}

/** Elements of a concatenation of which the same parts are single values. */
interface ElementGroup {
  /** Where the parts of the key that are single values are in it. */
  readonly exact: readonly (readonly [from: number, to: number])[];
  /** The others. */
  readonly ranged: readonly (readonly [from: number, to: number])[];
  /** By the single values. */
  readonly entries: Map<string, IndexedElement[]>;
  sorted: boolean;
}

interface IndexedElement {
  readonly ranges: readonly ValueRange[];
  readonly element: NftElement;
  /** The greatest end of the first range of this entry and of those before it. */
  greatest: string;
}

class Lookup {
  /** An element could not be understood. */
  unread = false;
  private readonly single = new Map<string, NftElement>();
  private readonly groups = new Map<string, ElementGroup>();

  constructor(
    elements: readonly NftElement[],
    private readonly types: readonly DataType[],
  ) {
    for (const element of elements) this.add(element);
  }

  find(key: string): NftElement | undefined {
    const found = this.single.get(key);
    if (found) return found;
    for (const group of this.groups.values()) {
      const entries = group.entries.get(partsOf(key, group.exact));
      const inRange = entries && this.inRanges(group, entries, key);
      if (inRange) return inRange;
    }
    return undefined;
  }

  private add(element: NftElement): void {
    const parts: readonly NftExpression[] = element.key.kind === 'concat' ? element.key.parts : [element.key];
    const ranges = parts.map((part, i) => {
      const type = this.types[i];
      return type && rangeOf(part, type);
    });
    if (parts.length !== this.types.length || !ranges.every((range) => range !== undefined)) {
      this.unread = true;
      return;
    }
    if (ranges.every(([first, last]) => first === last)) {
      const key = ranges.map(([first]) => first).join('');
      if (!this.single.has(key)) this.single.set(key, element);
      return;
    }
    const pattern = ranges.map(([first, last]) => (first === last ? '=' : '-')).join('');
    let group = this.groups.get(pattern);
    if (!group) this.groups.set(pattern, (group = this.groupOf(ranges)));
    const exact = ranges.flatMap(([first, last]) => (first === last ? [first] : [])).join('');
    const entry: IndexedElement = { ranges: ranges.filter(([first, last]) => first !== last), element, greatest: '' };
    const entries = group.entries.get(exact);
    if (entries) entries.push(entry);
    else group.entries.set(exact, [entry]);
  }

  private groupOf(ranges: readonly ValueRange[]): ElementGroup {
    let at = 0;
    const places = this.types.map(({ bytes }): readonly [number, number] => [at, (at += bytes * 2)]);
    const isExact = (i: number): boolean => ranges[i]?.[0] === ranges[i]?.[1];
    return {
      exact: places.filter((_, i) => isExact(i)),
      ranged: places.filter((_, i) => !isExact(i)),
      entries: new Map(),
      sorted: false,
    };
  }

  /** Those that begin last go first: the narrowest as a rule. */
  private inRanges(group: ElementGroup, entries: readonly IndexedElement[], key: string): NftElement | undefined {
    if (!group.sorted) {
      for (const list of group.entries.values()) sortEntries(list);
      group.sorted = true;
    }
    const values = group.ranged.map(([from, to]) => key.slice(from, to));
    const first = values[0] as string;
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (((entries[middle] as IndexedElement).ranges[0] as ValueRange)[0] <= first) low = middle + 1;
      else high = middle;
    }
    for (let i = low - 1; i >= 0; i--) {
      const entry = entries[i] as IndexedElement;
      if (entry.greatest < first) return undefined;
      if (entry.ranges.every(([from, to], k) => from <= (values[k] as string) && (values[k] as string) <= to))
        return entry.element;
    }
    return undefined;
  }
}

function sortEntries(entries: IndexedElement[]): void {
  entries.sort((a, b) => ((a.ranges[0] as ValueRange)[0] < (b.ranges[0] as ValueRange)[0] ? -1 : 1));
  let greatest = '';
  for (const entry of entries) {
    const end = (entry.ranges[0] as ValueRange)[1];
    if (end > greatest) greatest = end;
    entry.greatest = greatest;
  }
}

function partsOf(key: string, places: readonly (readonly [number, number])[]): string {
  let text = '';
  for (const [from, to] of places) text += key.slice(from, to);
  return text;
}
