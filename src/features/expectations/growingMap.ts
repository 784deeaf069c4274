import { countFirst } from '../../core/text/bisect';

interface Written<Value> {
  /** The state of the map in which it was written. */
  readonly state: number;
  readonly value: Value;
}

/**
 * A map that is never changed: `with` makes another one. It costs the same however large the map is, as all states that
 * follow each other share one store. Only what is added to an earlier state copies it.
 */
export class GrowingMap<Key, Value> implements Iterable<readonly [Key, Value]> {
  private constructor(
    private readonly store: Map<Key, Written<Value>[]> = new Map<Key, Written<Value>[]>(),
    /** The states that have been made of the store, the last one by its number. */
    private readonly states = { last: 0 },
    private readonly state = 0,
    readonly size = 0,
  ) {}

  static empty<Key, Value>(): GrowingMap<Key, Value> {
    return new GrowingMap();
  }

  with(key: Key, value: Value): GrowingMap<Key, Value> {
    // What begins with nothing has a store of its own.
    return (this.size === 0 || this.states.last !== this.state ? this.copy() : this).add(key, value);
  }

  get(key: Key): Value | undefined {
    return this.seen(this.store.get(key))?.value;
  }

  *[Symbol.iterator](): Iterator<readonly [Key, Value]> {
    for (const [key, written] of this.store) {
      const seen = this.seen(written);
      // Keys are in the order in which they were added: none of the later ones is of this state.
      if (!seen) return;
      yield [key, seen.value];
    }
  }

  *keys(): Iterable<Key> {
    for (const [key] of this) yield key;
  }

  *values(): Iterable<Value> {
    for (const [, value] of this) yield value;
  }

  private add(key: Key, value: Value): GrowingMap<Key, Value> {
    const state = ++this.states.last;
    const written = this.store.get(key);
    if (written) written.push({ state, value });
    else this.store.set(key, [{ state, value }]);
    return new GrowingMap(this.store, this.states, state, written ? this.size : this.size + 1);
  }

  /** What this state shows of a key: what was written last up to it. */
  private seen(written: readonly Written<Value>[] | undefined): Written<Value> | undefined {
    if (!written) return undefined;
    const count = countFirst(written.length, (i) => (written[i] as Written<Value>).state <= this.state);
    return written[count - 1];
  }

  private copy(): GrowingMap<Key, Value> {
    let made = GrowingMap.empty<Key, Value>();
    for (const [key, value] of this) made = made.add(key, value);
    return made;
  }
}
