/** A word that fits the place of the cursor in a packet expression or an expectation. */
export interface ProposedWord {
  readonly label: string;
  readonly kind: 'keyword' | 'outcome' | 'value' | 'chain' | 'interface' | 'name' | 'address';
  /** One line on what it is; may be empty. */
  readonly detail: string;
  /** Lower ones come first. */
  readonly rank: number;
}

/** In a rule set of a hundred thousand chains nobody reads the list. */
const MOST_NAMES = 500;

/** Gathers the words that fit; of what files hold in thousands only those with what is typed in them. */
export class WordList {
  readonly items: ProposedWord[] = [];
  /** There are more, to be asked for again when more is typed. */
  incomplete = false;

  constructor(readonly typed: string) {}

  add(kind: ProposedWord['kind'], rank: number, ...words: readonly (readonly [label: string, detail: string])[]): void {
    for (const [label, detail] of words) this.items.push({ label, kind, detail, rank });
  }

  some(
    kind: ProposedWord['kind'],
    rank: number,
    words: Iterable<readonly [label: string, detail: string, rank?: number]>,
  ): void {
    const typed = this.typed.toLowerCase();
    let count = 0;
    for (const [label, detail, own] of words) {
      if (!label.toLowerCase().includes(typed)) continue;
      if (++count > MOST_NAMES) {
        this.incomplete = true;
        return;
      }
      this.add(kind, own ?? rank, [label, detail]);
    }
  }
}

/** Where the word at a column begins and ends, and what of it is typed before the column. */
export function wordAt(
  line: string,
  column: number,
): { readonly start: number; readonly end: number; readonly typed: string } {
  const before = line.slice(0, column);
  const typed = before.slice(before.search(/[^\s,>→"]*$/));
  const after = line.slice(column);
  const rest = after.slice(0, after.search(/[\s,>→"=]|$/));
  return { start: column - typed.length, end: column + rest.length, typed };
}
