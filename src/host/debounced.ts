import type * as vscode from 'vscode';

/** Calls that wait for silence, one at a time for each key; the last one wins. */
export interface Debounced<T> extends vscode.Disposable {
  call(key: string, milliseconds: number, value: T): void;
}

export function debounced<T>(work: (value: T) => void): Debounced<T> {
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();
  return {
    call(key, milliseconds, value) {
      clearTimeout(waiting.get(key));
      waiting.set(
        key,
        setTimeout(() => {
          waiting.delete(key);
          work(value);
        }, milliseconds),
      );
    },
    dispose() {
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}
