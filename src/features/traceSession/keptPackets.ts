/** Which packets of a file: those traced last, the newest first, or those that the user has pinned. */
export type PacketKind = 'recent' | 'pinned';

/** What outlives a trace view: that of a workspace, in an editor. */
interface Memory {
  get<T>(key: string): T | undefined;
  update(key: string, value: unknown): PromiseLike<void>;
}

/**
 * The packets traced last are remembered for at most this many files; those of the file traced the longest ago are
 * forgotten first.
 */
const MOST_FILES = 50;
const KEYS: Readonly<Record<PacketKind, string>> = { recent: 'recentPackets', pinned: 'pinnedPackets' };

type Entry = readonly [file: string, packets: readonly string[]];

/** The packets of each file, by its URI. */
export class KeptPackets {
  constructor(private readonly memory: Memory) {}

  of(file: string): Readonly<Record<PacketKind, readonly string[]>> {
    const find = (which: PacketKind): readonly string[] => this.all(which).find(([each]) => each === file)?.[1] ?? [];
    return { recent: find('recent'), pinned: find('pinned') };
  }

  remember(file: string, which: PacketKind, packets: readonly string[]): void {
    // The next untitled file has the same name, and is another text.
    if (which === 'pinned' && file.startsWith('untitled:')) return;
    const others = this.all(which).filter(([each]) => each !== file);
    const kept: readonly Entry[] = packets.length > 0 ? [[file, packets], ...others] : others;
    void this.memory.update(KEYS[which], which === 'recent' ? kept.slice(0, MOST_FILES) : kept);
  }

  /** A file was renamed, or a folder above it. */
  renamed(from: string, to: string): void {
    for (const which of ['recent', 'pinned'] as const) {
      const all = this.all(which);
      const moved = all.filter(([file]) => file === from || file.startsWith(`${from}/`));
      if (moved.length === 0) continue;
      const now = moved.map(([file, packets]): Entry => [to + file.slice(from.length), packets]);
      const left = all.filter((entry) => !moved.includes(entry) && !now.some(([file]) => file === entry[0]));
      void this.memory.update(KEYS[which], [...now, ...left]);
    }
  }

  /** What another version of the extension may have left there is checked. */
  private all(which: PacketKind): readonly Entry[] {
    const kept = this.memory.get<unknown>(KEYS[which]);
    return Array.isArray(kept) ? kept.filter(isEntry) : [];
  }
}

function isEntry(value: unknown): value is Entry {
  if (!Array.isArray(value)) return false;
  const [file, packets] = value as readonly unknown[];
  return typeof file === 'string' && Array.isArray(packets) && packets.every((each) => typeof each === 'string');
}
