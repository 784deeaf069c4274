import { statSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';

/** Milliseconds of silence before the changes are read: editors save in several steps. */
const PAUSE = 150;

/**
 * Calls `run` once, and again whenever a file that the last call has read changes, until the program is ended. Folders
 * are watched rather than files: many editors save by putting another file in place. `folders`: where new files count
 * as well.
 */
export function watchAndRun(run: (changed: string | undefined) => readonly string[], folders: readonly string[]): void {
  let read = new Set<string>();
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  const again = (changed: string | undefined): void => {
    const begun = Date.now();
    read = new Set(run(changed).map((name) => path.resolve(name)));
    const wanted = new Set([
      ...[...read].map((name) => path.dirname(name)),
      ...folders.map((each) => path.resolve(each)),
    ]);
    for (const [folder, watcher] of watchers)
      if (!wanted.has(folder)) {
        watcher.close();
        watchers.delete(folder);
      }
    const added = [...wanted].filter((folder) => !watchers.has(folder));
    added.forEach(start);
    // What has changed before the watch began is not reported by it.
    const missed = [...read].find((name) => added.includes(path.dirname(name)) && changedAt(name) > begun);
    if (missed !== undefined) soon(missed);
  };
  const soon = (file: string): void => {
    clearTimeout(timer);
    timer = setTimeout(() => again(path.relative('.', file)), PAUSE);
  };
  const start = (folder: string): void => {
    try {
      const watcher = watch(folder, (_, name) => {
        const file = name === null ? folder : path.join(folder, name);
        if (name !== null && !read.has(file) && !file.endsWith('.iptest')) return;
        soon(file);
      });
      // A folder that is gone is looked for again with the next change.
      watcher.on('error', () => {
        watcher.close();
        watchers.delete(folder);
      });
      watchers.set(folder, watcher);
    } catch {
      // It cannot be watched; the others are.
    }
  };
  again(undefined);
}

/** In milliseconds since 1970; 0 where there is no such file. */
function changedAt(name: string): number {
  return statSync(name, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
