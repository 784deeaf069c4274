/** A stream of numbers that is the same for the same seed on every machine. The algorithm is "mulberry32". */
export class Random {
  private state: number;

  constructor(seed: number) {
    // Seeds that lie side by side must not give streams that look alike.
    this.state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
    for (let i = 0; i < 4; i++) this.next();
  }

  /** 0 ≤ x < 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const item = list[Math.floor(this.next() * list.length)];
    if (item === undefined && list.length === 0) throw new Error('nothing to pick from');
    return item as T;
  }

  of<T>(...list: readonly T[]): T {
    return this.pick(list);
  }

  /** `count` different items, in random order. */
  sample<T>(list: readonly T[], count: number): T[] {
    const rest = [...list];
    const taken: T[] = [];
    while (taken.length < count && rest.length > 0)
      taken.push(...rest.splice(Math.floor(this.next() * rest.length), 1));
    return taken;
  }

  /** `! ` in one of four cases. */
  not(probability = 0.25): string {
    return this.chance(probability) ? '! ' : '';
  }
}
