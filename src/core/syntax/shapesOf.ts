import { Shape } from './shape';
import type { Line } from './tree';

/** What `shape` is in each line, as a run of bytes. */
export function shapesOf(lines: readonly Line[]): Uint8Array {
  const shapes = new Uint8Array(lines.length);
  for (let i = 0; i < lines.length; i++) shapes[i] = lines[i]?.shape ?? Shape.Text;
  return shapes;
}
