import type * as vscode from 'vscode';

/** Of so many files the packets are remembered; those of the file traced the longest ago are forgotten first. */
const MOST_FILES = 50;
const KEY = 'recentPackets';

/** The packets that were traced last in each file of the workspace, the newest first. */
export class RecentPackets {
  constructor(private readonly memory: vscode.Memento) {}

  of(uri: vscode.Uri): readonly string[] {
    return this.all().find(([file]) => file === uri.toString())?.[1] ?? [];
  }

  remember(uri: vscode.Uri, packets: readonly string[]): void {
    const others = this.all().filter(([file]) => file !== uri.toString());
    void this.memory.update(KEY, [[uri.toString(), packets], ...others].slice(0, MOST_FILES));
  }

  /** What another version of the extension may have left there is checked. */
  private all(): readonly (readonly [file: string, packets: readonly string[]])[] {
    const kept = this.memory.get<unknown>(KEY);
    return Array.isArray(kept) ? kept.filter(isEntry) : [];
  }
}

function isEntry(value: unknown): value is readonly [string, readonly string[]] {
  if (!Array.isArray(value)) return false;
  const [file, packets] = value as readonly unknown[];
  return typeof file === 'string' && Array.isArray(packets) && packets.every((each) => typeof each === 'string');
}
