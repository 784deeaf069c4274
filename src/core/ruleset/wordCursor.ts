import type { Word } from '../syntax/tree';
import { utf8Length } from '../text/utf8';
import { LONGEST_INTERFACE } from './headerReader';
import type { RuleSurroundings } from './optionReader';

/** The place in the words of a rule up to which it is read. */
export class WordCursor {
  index = 0;

  constructor(
    readonly words: readonly Word[],
    private readonly rule: RuleSurroundings,
  ) {}

  /** The word to be read next. */
  get next(): Word | undefined {
    return this.words[this.index];
  }

  /** The value of an option: what is joined to it, else the next word, which is read then. */
  value(option: Word, attached: string | undefined): Word | undefined {
    if (attached !== undefined) return { text: attached, start: option.start, end: option.end, quoted: option.quoted };
    const value = this.words[this.index];
    if (value === undefined) {
      this.rule.report(option, 'missing-value', `${option.text} needs a value`);
      return undefined;
    }
    this.index++;
    return value;
  }

  /**
   * iptables 1.8.9 looks for the value of these in the word after the option, and finds the option itself where both
   * are one word.
   */
  valueOfShort(option: Word, attached: string | undefined, letter: string): Word | undefined {
    const value = this.value(option, attached);
    if (attached === undefined || value === undefined) return value;
    const name = `-${letter}`;
    if ((letter === 'i' || letter === 'o') && utf8Length(option.text) <= LONGEST_INTERFACE) {
      this.rule.report(
        option,
        'attached-value',
        `iptables 1.8.9 takes "${option.text}" for the name of the interface: write "${name} ${attached}"`,
        'warning',
      );
      return option;
    }
    // What comes before /0 is ignored.
    if ((letter === 's' || letter === 'd') && /^[^,]*\/(?:0+|0\.0\.0\.0|::)$/.test(attached)) return value;
    this.rule.report(
      option,
      'attached-value',
      `iptables 1.8.9 does not find a value that is joined to its option: write "${name} ${attached}"`,
    );
    return value;
  }
}
