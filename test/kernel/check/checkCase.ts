/** One text for iptables-restore, and what it is about. */
export interface CheckCase {
  readonly family: 4 | 6;
  readonly text: string;
  /** The extension, or `header`, `file`, `command`. */
  readonly about: string;
}

/** What iptables-legacy-restore and iptables-legacy-save made of it. */
export interface CheckAnswer extends CheckCase {
  readonly refused: boolean;
  /**
   * Refused by the kernel, for a rule that the table has when it is committed: iptables-legacy-restore takes the text
   * where each table is emptied before its COMMIT (`emptied`).
   */
  readonly byKernel?: true;
  /**
   * This kernel has not the extension: `iptables-legacy-restore --test` alone was asked, which knows nothing of tables
   * and hooks.
   */
  readonly readOnly?: true;
  /** Its complaint, or that of the kernel. */
  readonly message?: string;
  /** The tables of the text, in its order, without comments and with the counters at zero; only where taken. */
  readonly saved?: string;
}

/** The same text, with all rules of a table gone again at its COMMIT. */
export function emptied(text: string): string {
  return text.replace(/^COMMIT/gm, '-F\nCOMMIT');
}
