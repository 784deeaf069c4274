/** What a write has changed. `value`: what was there before, if it `had` something of its own. */
interface UndoneWrite<Key, Value> {
  readonly key: Key;
  readonly had: boolean;
  readonly value: Value | undefined;
  readonly next: Version<Key, Value>;
}

/**
 * A copy looks into what it was copied from as long as no more than this many are below it: copying whole maps at each
 * of a thousand forks would cost their square.
 */
const MOST_BELOW = 32;

/**
 * One state of a map that is still written to. All have that map; an older one knows what the next write has changed,
 * and looks there first. So a write costs the same however many states are kept, and a state that nobody holds any more
 * is gone.
 */
export class Version<Key, Value> {
  private later: UndoneWrite<Key, Value> | undefined;
  private restored: Map<Key, Value> | undefined;

  /** `below`: what is not in `map` is in there. Nobody writes to it any more. */
  private constructor(
    private readonly map: Map<Key, Value>,
    private readonly below: Version<Key, Value> | undefined,
    private readonly depth: number,
  ) {}

  static empty<Key, Value>(): Version<Key, Value> {
    return new Version(new Map<Key, Value>(), undefined, 0);
  }

  get(key: Key): Value | undefined {
    const own = this.own(key);
    return own ? own.value : this.below?.get(key);
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
    const next = new Version(map, this.below, this.depth);
    this.later = { key, had: map.has(key), value: map.get(key), next };
    map.set(key, value);
    return next;
  }

  /** Without an entry: a map of its own, so that older states keep the order of theirs. */
  without(key: Key): Version<Key, Value> {
    const map = new Map(this.whole());
    map.delete(key);
    return new Version(map, undefined, 0);
  }

  /** The same, to be written to instead of this. */
  copy(): Version<Key, Value> {
    return this.later || this.depth >= MOST_BELOW
      ? new Version(new Map(this.whole()), undefined, 0)
      : new Version(new Map<Key, Value>(), this, this.depth + 1);
  }

  /** What this state has in the map of its own. */
  private own(key: Key): { readonly value: Value | undefined } | undefined {
    // All states of one map have it in common, so the newest one's is at hand.
    for (let { later } = this; later; { later } = later.next)
      if (later.key === key) return later.had ? later : undefined;
    const value = this.map.get(key);
    return value !== undefined || this.map.has(key) ? { value } : undefined;
  }

  private whole(): Map<Key, Value> {
    if (!this.later && !this.below) return this.map;
    if (!this.later && this.map.size === 0 && this.below) return this.below.whole();
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
    return this.below ? new Map([...this.below.whole(), ...map]) : map;
  }
}
