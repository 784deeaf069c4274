import type { Piece, CharPlace } from './scriptText';

/** What a variable holds. Where `unknown` is not empty, the text holds the spelling of what is not known: `$LAN/24`. */
export interface Text {
  readonly text: string;
  /** The names of the variables, or the substitutions, that nothing in the file states. */
  readonly unknown: readonly string[];
}

export type ShellValue = Text | { readonly items: readonly Text[] };

export function known(text: string): Text {
  return { text, unknown: [] };
}

/** A word after expansion: an argument of a command. */
export interface ExpandedWord {
  readonly pieces: readonly (Piece & { readonly unknown?: readonly string[] })[];
  /** As it is in the file: nothing in it was expanded. */
  readonly literal: boolean;
}

export function fieldText({ pieces }: ExpandedWord): string {
  const [only] = pieces;
  return pieces.length === 1 && only ? only.text : pieces.map(({ text }) => text).join('');
}

export function unknownOf({ pieces }: ExpandedWord): readonly string[] {
  return pieces.flatMap(({ unknown }) => unknown ?? []);
}

export function valueOf(field: ExpandedWord): Text {
  return { text: fieldText(field), unknown: unknownOf(field) };
}

/** What a script knows while it runs. */
export interface Scope {
  /** undefined for a variable that nothing has set. */
  get(name: string): ShellValue | undefined;
  set(name: string, value: ShellValue): void;
  /** `$1`, `$2` …; undefined where nothing states with which arguments the script runs. */
  readonly positional: readonly ExpandedWord[] | undefined;
  /** What `$(…)` prints, where that needs no machine. */
  substitute(script: string): string | undefined;
  /** The default of `${X:-default}` is taken because nothing sets X. */
  assumeDefault(name: string, text: string, at: CharPlace): void;
}
