import type { ToEditor } from '../shared/protocol';

/** In bytes: what is dropped is held in memory twice. Larger ones are opened by the command. */
const LARGEST = 256 << 20;

/** Takes files that are dropped on the page: captures, that the editor traces. Gives what ends it. */
export function takeDroppedCaptures(post: (message: ToEditor) => void): () => void {
  const over = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  };
  const drop = (event: DragEvent): void => {
    const file = event.dataTransfer?.files[0];
    if (!file || file.size > LARGEST) return;
    event.preventDefault();
    void file
      .arrayBuffer()
      .then((bytes) => post({ type: 'capture-file', name: file.name, bytes: new Uint8Array(bytes) }));
  };
  window.addEventListener('dragover', over);
  window.addEventListener('drop', drop);
  return () => {
    window.removeEventListener('dragover', over);
    window.removeEventListener('drop', drop);
  };
}
