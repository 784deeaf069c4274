import type { Columns } from '../../core/text/columns';
import type { MatchExtension, TargetExtension } from '../../core/xtables/extension';
import type { Option } from '../../core/xtables/option';

/** What a proposal is about, for its documentation. */
export type Subject =
  | { readonly kind: 'operation'; readonly letter: string }
  | { readonly kind: 'table'; readonly name: string }
  | { readonly kind: 'chain'; readonly table: string | undefined; readonly name: string }
  | { readonly kind: 'extension'; readonly extension: MatchExtension | TargetExtension }
  | { readonly kind: 'option'; readonly option: Option; readonly extension: MatchExtension | TargetExtension }
  /** An option of iptables itself, by its long name. */
  | { readonly kind: 'builtin-option'; readonly name: string }
  /** A value of the option `of`. */
  | {
      readonly kind: 'value';
      readonly value: string;
      readonly of: Extract<Subject, { readonly kind: 'option' | 'builtin-option' }>;
    }
  | { readonly kind: 'none' };

export type CompletionKind =
  'operation' | 'table' | 'chain' | 'match' | 'target' | 'option' | 'value' | 'interface' | 'set' | 'keyword';

/** One proposal of a list. */
export interface Completion {
  readonly label: string;
  readonly kind: CompletionKind;
  /** After the label, in small letters: whose option it is, or the long name of one of iptables itself. */
  readonly owner?: string;
  /** One line on what it is; empty where the place says it. */
  readonly detail: string;
  /** What takes the place of the list's `range`. */
  readonly insert: string;
  /** `insert` is a snippet in the editor's syntax. */
  readonly snippet?: true;
  /** Written besides, where the option is negated: its match comes before the `!`. */
  readonly inFront?: { readonly column: number; readonly text: string };
  /** After it is a value that a list can be offered for. */
  readonly more?: boolean;
  /** Lower ones come first; of equal ones the order of the list counts. */
  readonly rank: number;
  readonly subject: Subject;
}

/** Proposals for a place. `incomplete`: to be asked for again when more is typed. */
export interface CompletionList {
  /** The word, or the item of a comma list, that a proposal replaces. */
  readonly range: Columns;
  readonly incomplete: boolean;
  readonly items: readonly Completion[];
}

/** What a place can be completed with, before what was typed chooses among it. */
export interface Proposals {
  readonly items: readonly Completion[];
  /** What more letters would bring is not among `items`. */
  readonly growing?: true;
  /** They come before the word that begins at the cursor; otherwise they take its place. */
  readonly between?: true;
  /** Where the proposals stand for a part of the word only: an item of a comma list. */
  readonly range?: Columns;
}

export const NO_PROPOSALS: Proposals = { items: [] };

/** The word that the cursor is in, or the empty one before it. */
export interface TypedWord extends Columns {
  /** From the start of the word to the cursor. */
  readonly typed: string;
  /** The whole word. */
  readonly text: string;
  /** It ends the line. */
  readonly last: boolean;
}
