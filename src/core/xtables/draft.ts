import type { Answer } from './answer';
import type { Condition } from './extension';
import type { Memory, PacketView, RememberingView, WritableMemory } from './view';

/** A memory whose writes stay within it. */
export class Draft implements WritableMemory {
  /** What was written, in order. */
  readonly written = new Map<object | string, unknown>();

  constructor(private readonly before: Memory) {}

  get(key: object | string): unknown {
    return this.written.has(key) ? this.written.get(key) : this.before.get(key);
  }

  set(key: object | string, value: unknown): void {
    this.written.set(key, value);
  }
}

/** A view to ask with, and what was written while it was asked. */
export function drafted(view: PacketView): { readonly view: RememberingView; readonly draft: Draft } {
  const draft = new Draft(view.memory);
  return { view: { ...view, memory: draft }, draft };
}

/** The answer of a condition for a packet. What it writes is discarded, so asking again gives the same. */
export function ask(condition: Condition, view: PacketView): Answer {
  return condition.test(condition.stateful ? drafted(view).view : (view as RememberingView));
}
