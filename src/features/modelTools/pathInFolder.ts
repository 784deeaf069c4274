/**
 * The path of a file that is written relative to a folder, or as the whole path with either kind of slash; undefined
 * where it leads out of the folder. `folder`: as in `Uri.path`, `/c:/repo` on Windows.
 */
export function pathInFolder(folder: string, written: string): string | undefined {
  const base = folder.replace(/\/$/, '');
  const slashed = written
    .replaceAll('\\', '/')
    .replace(/^([a-z]):\//i, (_, drive: string) => `/${drive.toLowerCase()}:/`);
  const path = normalized(slashed.startsWith(`${base}/`) ? slashed : `${base}/${slashed}`);
  return path?.startsWith(`${base}/`) ? path : undefined;
}

/** Without `.` and `..`; undefined where it leads above the root. */
function normalized(path: string): string | undefined {
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.pop() === undefined) return undefined;
  }
  return `/${kept.join('/')}`;
}
