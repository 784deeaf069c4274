import { describe, expect, test } from 'vitest';
import { KeptPackets } from '../../src/features/traceSession/keptPackets';

class Workspace {
  readonly values = new Map<string, unknown>();

  get<T>(key: string): T | undefined {
    return this.values.get(key) as T | undefined;
  }

  async update(key: string, value: unknown): Promise<void> {
    this.values.set(key, JSON.parse(JSON.stringify(value)));
  }
}

const file = (n: number): string => `file:///rules/${n}`;

describe('the packets of a file', () => {
  test('outlive a view, those traced last for fifty files, those that are pinned for all', () => {
    const workspace = new Workspace();
    const kept = new KeptPackets(workspace);
    for (let n = 0; n < 60; n++)
      for (const which of ['recent', 'pinned'] as const) kept.remember(file(n), which, [`${which} ${n}`]);
    const again = new KeptPackets(workspace);
    expect(again.of(file(59))).toEqual({ recent: ['recent 59'], pinned: ['pinned 59'] });
    expect(again.of(file(0))).toEqual({ recent: [], pinned: ['pinned 0'] });
    again.remember(file(0), 'pinned', []);
    expect(again.of(file(0)).pinned).toEqual([]);
    expect(workspace.values.get('pinnedPackets')).toHaveLength(59);
    expect(workspace.values.get('recentPackets')).toHaveLength(50);
  });

  test.each([
    ['the file', 'file:///a/b', 'file:///a/c', 'file:///a/b', 'file:///a/c'],
    ['a folder above it', 'file:///a', 'file:///z', 'file:///a/b', 'file:///z/b'],
    ['another file that begins alike', 'file:///a/b', 'file:///a/c', 'file:///a/b2', 'file:///a/b2'],
    ['one that was there, which is written over', 'file:///a/b', 'file:///old', 'file:///a/b', 'file:///old'],
  ])('go along when %s is renamed', (_name, from, to, before, after) => {
    const workspace = new Workspace();
    const kept = new KeptPackets(workspace);
    kept.remember('file:///old', 'pinned', ['of the old file']);
    kept.remember(before, 'pinned', ['in tcp']);
    kept.remember(before, 'recent', ['in udp']);
    kept.renamed(from, to);
    expect(kept.of(after)).toEqual({ recent: ['in udp'], pinned: ['in tcp'] });
    if (before !== after) expect(kept.of(before)).toEqual({ recent: [], pinned: [] });
    const others = after === 'file:///old' ? [] : [['file:///old', ['of the old file']]];
    expect(workspace.values.get('pinnedPackets')).toEqual([[after, ['in tcp']], ...others]);
  });

  test('are not kept as pinned for an untitled file, whose name is soon that of another text', () => {
    const kept = new KeptPackets(new Workspace());
    kept.remember('untitled:Untitled-1', 'pinned', ['in tcp']);
    kept.remember('untitled:Untitled-1', 'recent', ['in udp']);
    expect(kept.of('untitled:Untitled-1')).toEqual({ recent: ['in udp'], pinned: [] });
  });

  test.each([
    [[[1, ['in tcp']]]],
    [[['file:///a']]],
    [[['file:///a', 'in tcp']]],
    [[['file:///a', ['in tcp', 5]]]],
    [[5, null]],
    ['in tcp'],
    [{}],
  ])('are none where something else was left there, which is written over: %j', (left) => {
    const workspace = new Workspace();
    workspace.values.set('pinnedPackets', left);
    const kept = new KeptPackets(workspace);
    expect(kept.of('file:///a').pinned).toEqual([]);
    kept.remember('file:///b', 'pinned', ['in udp']);
    expect(workspace.values.get('pinnedPackets')).toEqual([['file:///b', ['in udp']]]);
  });
});
