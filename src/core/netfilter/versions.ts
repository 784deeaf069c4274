/** What a write has changed. `value`: what was there before. */
interface UndoneWrite<Key, Value> {
  readonly key: Key;
  readonly had: boolean;
  readonly value: Value | undefined;
  readonly next: Version<Key, Value>;
}

/**
 * One state of a map that is still written to. All have that map; an older one knows what the next write has changed,
 * and looks there first. So a write costs the same however many states are kept, and a state that nobody holds any more
 * is gone.
 */
export class Version<Key, Value> {
  private later: UndoneWrite<Key, Value> | undefined;
  private restored: Map<Key, Value> | undefined;

  constructor(private readonly map: Map<Key, Value> = new Map<Key, Value>()) {}

  get(key: Key): Value | undefined {
    // All states of one map have it in common, so the newest one's is at hand.
    for (let { later } = this; later; { later } = later.next) if (later.key === key) return later.value;
    return this.map.get(key);
  }

  /** All entries in the order in which their keys came. */
  values(): Iterable<Value> {
    return this.whole().values();
  }

  get size(): number {
    return this.whole().size;
  }

  /** The state after a write. Only the newest state of a map that nobody else writes to may be written to. */
  set(key: Key, value: Value): Version<Key, Value> {
    const { map } = this;
    const next = new Version(map);
    this.later = { key, had: map.has(key), value: map.get(key), next };
    map.set(key, value);
    return next;
  }

  /** Without an entry: a map of its own, so that older states keep the order of theirs. */
  without(key: Key): Version<Key, Value> {
    const copy = this.copy();
    copy.map.delete(key);
    return copy;
  }

  /** The same with a map of its own. */
  copy(): Version<Key, Value> {
    return new Version(new Map(this.whole()));
  }

  private whole(): Map<Key, Value> {
    if (!this.later) return this.map;
    return (this.restored ??= this.restore());
  }

  /** Takes back what was written since, the last write first. */
  private restore(): Map<Key, Value> {
    const writes: UndoneWrite<Key, Value>[] = [];
    for (let { later } = this; later; { later } = later.next) writes.push(later);
    const map = new Map(this.map);
    for (const { key, had, value } of writes.reverse()) {
      if (had) map.set(key, value as Value);
      else map.delete(key);
    }
    return map;
  }
}
