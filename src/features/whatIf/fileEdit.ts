/** One line to be written before line `line` (0-based), or that line to be taken out where `text` is undefined. */
export interface FileEdit {
  readonly line: number;
  readonly text: string | undefined;
  /** A line that must still be what it was: the user may have typed meanwhile. */
  readonly beside: { readonly line: number; readonly text: string };
}
