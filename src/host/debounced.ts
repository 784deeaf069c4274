import type * as vscode from 'vscode';

/** Calls that wait for silence, one at a time for each key; the last one wins. */
export interface Debounced<T> extends vscode.Disposable {
  call(key: string, milliseconds: number, value: T): void;
  /** Makes the call of a key that waits, if there is one, at once. */
  flush(key: string): void;
}

export function debounced<T>(work: (value: T) => void): Debounced<T> {
  const waiting = new Map<string, { readonly timer: ReturnType<typeof setTimeout>; readonly value: T }>();
  const run = (key: string): void => {
    const call = waiting.get(key);
    if (!call) return;
    clearTimeout(call.timer);
    waiting.delete(key);
    work(call.value);
  };
  return {
    call(key, milliseconds, value) {
      clearTimeout(waiting.get(key)?.timer);
      waiting.set(key, { timer: setTimeout(() => run(key), milliseconds), value });
    },
    flush: run,
    dispose() {
      for (const { timer } of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
