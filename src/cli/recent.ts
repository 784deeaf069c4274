/**
 * What was made of the last few texts, for requests that come in a row about the same rules. It holds few characters,
 * so that a stream of large requests, each about other rules, needs no more memory than one of them.
 */
export class Recent<V> {
  private readonly known = new Map<string, V>();
  private length = 0;

  constructor(
    private readonly most: number,
    private readonly longest: number,
  ) {}

  get(text: string, make: () => V): V {
    const found = this.known.get(text);
    if (found !== undefined) {
      // The one that was used last goes last.
      this.known.delete(text);
      this.known.set(text, found);
      return found;
    }
    const made = make();
    this.known.set(text, made);
    this.length += text.length;
    for (const oldest of this.known.keys()) {
      if (oldest === text || (this.known.size <= this.most && this.length <= this.longest)) break;
      this.known.delete(oldest);
      this.length -= oldest.length;
    }
    return made;
  }
}
