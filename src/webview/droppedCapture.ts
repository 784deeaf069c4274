import { grouped } from '../shared/numbers';
import type { ToEditor } from '../shared/protocol';

/** In bytes: what is dropped is held in memory twice. Larger ones are opened by the command. */
const LARGEST = 256 << 20;

/** What was dropped; `folder`: it is one, as far as the browser says so. */
interface Dropped {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly folder: boolean;
}

/** Why nothing of what was dropped is traced; empty: the first is. `besides`: what to say then. */
function refusalOf(dropped: readonly Dropped[]): { readonly why: string; readonly besides: string } {
  const [first, ...others] = dropped;
  if (!first) return { why: 'Only a file can be dropped here.', besides: '' };
  const { name, size, folder } = first;
  const why = folder
    ? `${name} is a folder: drop the capture itself.`
    : size === 0
      ? `${name} is empty.`
      : size > LARGEST
        ? `${name} has ${megabytes(size)}, and what is dropped may have ${megabytes(LARGEST)} at ` +
          'most. Open it by the command “Trace a Capture…”, or run: iptables-lens trace FILE ' +
          `--capture ${name}`
        : '';
  const rest = others.length === 1 ? `${others[0]?.name ?? ''} is` : `${grouped(others.length)} others are`;
  return { why, besides: others.length > 0 ? `One capture at a time: ${name} is traced, ${rest} not.` : '' };
}

function megabytes(bytes: number): string {
  return `${grouped(Math.ceil(bytes / (1 << 20)))} MB`;
}

/**
 * Takes files that are dropped on the page: captures, that the editor traces. `say`: shows why nothing is traced, or
 * not all; empty takes it away. Gives what ends it.
 */
export function takeDroppedCaptures(post: (message: ToEditor) => void, say: (message: string) => void): () => void {
  const over = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  };
  const drop = (event: DragEvent): void => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    // The browser would open it in place of the page.
    event.preventDefault();
    const files = [...event.dataTransfer.files];
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry());
    const { why, besides } = refusalOf(
      files.map(({ name, size }, i) => ({ name, size, folder: entries[i]?.isDirectory === true })),
    );
    say(why === '' ? besides : why);
    const [file] = files;
    if (!file || why !== '') return;
    void file.arrayBuffer().then(
      (bytes) => post({ type: 'capture-file', name: file.name, bytes: new Uint8Array(bytes) }),
      (error: unknown) => say(`${file.name} cannot be read: ${error instanceof Error ? error.message : String(error)}`),
    );
  };
  window.addEventListener('dragover', over);
  window.addEventListener('drop', drop);
  return () => {
    window.removeEventListener('dragover', over);
    window.removeEventListener('drop', drop);
  };
}
