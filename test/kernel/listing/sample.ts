import type { Listed } from './ask';

/** Of the rows that differ in numbers alone a few each: enough for a test that needs no kernel. */
export function sample(all: readonly Listed[]): readonly Listed[] {
  const seen = new Map<string, number>();
  return all.flatMap((listed) => {
    const { about, family, backend, options, text, saved, chain } = listed;
    const lines = text.split('\n');
    const start = lines.findIndex((line) => line.startsWith(`Chain ${chain} (`));
    // A line break within a row would put the others out of place.
    const rows = lines.slice(start + 2, lines.indexOf('', start) < 0 ? undefined : lines.indexOf('', start));
    if (start < 0 || rows.length !== saved.length) return [];
    const kept = rows
      .map((row, i) => ({ row, rule: saved[i] as string }))
      .filter(({ row }) => {
        const key = `${about} ${family} ${backend} ${options} ${row.replace(/[\da-fA-F]*\d[\da-fA-F]*/g, '0').replace(/ +/g, ' ')}`;
        const count = (seen.get(key) ?? 0) + 1;
        seen.set(key, count);
        return count <= 1;
      });
    if (kept.length === 0) return [];
    // The chain that rules jump to.
    const other = lines.findIndex((line) => /^Chain GOTO \([1-9]/.test(line));
    const below = other < 0 ? [] : ['', ...lines.slice(other, other + 2)];
    return [
      {
        ...listed,
        text: [...lines.slice(start, start + 2), ...kept.map(({ row }) => row), ...below, ''].join('\n'),
        saved: kept.map(({ rule }) => rule),
      },
    ];
  });
}
