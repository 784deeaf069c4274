import { globalOptionsStartingWith } from '../syntax/globalOptions';
import type { OptionReader } from './optionReader';

/** An option of a match or target; a letter stands for an option of iptables itself. */
export interface FoundOption {
  readonly reader: OptionReader;
  readonly option: OptionReader['extension']['options'][number];
}

/** The long options that getopt_long(3) knows while a rule is read: they become more with each match and target. */
export class OptionSearch {
  /** One for each set of options, the newest last: a match named again takes the place of its first. */
  private readonly readers: OptionReader[] = [];

  constructor(private readonly family: 4 | 6) {}

  add(reader: OptionReader): void {
    const { extension, word } = reader;
    if (extension.options.length === 0) return;
    const before =
      word && extension.kind === 'match' ? this.readers.findIndex((each) => each.extension === extension) : -1;
    if (before < 0) this.readers.push(reader);
    else this.readers[before] = reader;
  }

  /** The option of exactly this name, the newest match first. `name` has its dashes. */
  named(name: string): FoundOption | undefined {
    const { readers } = this;
    for (let i = readers.length - 1; i >= 0; i--) {
      const reader = readers[i] as OptionReader;
      const option = reader.named(name);
      if (option) return { reader, option };
    }
    return undefined;
  }

  /** The names that begin so. */
  meanings(name: string): readonly string[] {
    const own = globalOptionsStartingWith(name.slice(2), this.family).map((each) => `--${each.name}`);
    return [
      ...new Set([...this.readers.flatMap((reader) => reader.startingWith(name).map((option) => option.name)), ...own]),
    ];
  }

  /** As `named`, else the one option that the name abbreviates, those of iptables itself included. */
  find(name: string): FoundOption | string | undefined {
    const exact = this.named(name);
    if (exact) return exact;
    const candidates = new Map<string, FoundOption | string>();
    for (const { letter } of globalOptionsStartingWith(name.slice(2), this.family)) candidates.set(letter, letter);
    for (const [i, reader] of this.readers.entries())
      for (const option of reader.startingWith(name)) candidates.set(`${i} ${option.name}`, { reader, option });
    return candidates.size > 1 ? 'ambiguous' : [...candidates.values()][0];
  }
}
