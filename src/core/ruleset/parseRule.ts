import type { Columns } from '../text/columns';
import type { Counters, Problem, Word } from '../syntax/tree';
import type { Complaint } from '../xtables/backend';
import type { StandIn, ValueContext } from '../xtables/option';
import { matchNamed } from '../xtables/registry';
import { globalOptionNamed, globalOptionOfLetter } from '../syntax/globalOptions';
import { finishRule, NO_MATCHES, NO_TARGET } from './finishRule';
import { HeaderReader } from './headerReader';
import { changeTo, oldNegation, remove, type Advice } from './advice';
import { JumpReader } from './jumpReader';
import { some, unknownMatchHelp, unknownOptionHelp } from './optionHelp';
import type { RuleSurroundings } from './optionReader';
import { OptionSearch } from './optionSearch';
import type { ParsedRule, RuleContext } from './parsedRule';
import { readCounterWords } from './ruleCounters';
import { RuleProblems } from './ruleProblems';
import { unknownMatch } from './unknownMatch';
import { WordCursor } from './wordCursor';

/**
 * Reads the words of a rule as iptables 1.8.9 does: options of iptables itself, of the matches loaded so far and of the
 * target, the newest first, abbreviated or not; `!` before an option. Never throws; what cannot be read becomes an
 * unknown match or target.
 */
export function parseRule(words: readonly Word[], context: RuleContext): ParsedRule {
  return new RuleReader(words, context).read();
}

class RuleReader implements RuleSurroundings {
  private readonly cursor: WordCursor;
  private readonly problems = new RuleProblems();
  private readonly header: HeaderReader;
  private readonly search: OptionSearch;
  private readonly jump: JumpReader;
  private counters: Counters | undefined;
  private otherFamily = false;
  private ends: Word | undefined;
  /** The unknown match that collects unknown options, so that the rest of the rule still has a meaning. */
  private swallowing: Word[] | undefined;
  private optionUnknown = false;
  private readonly standIns: StandIn[] = [];
  /** Words that are not understood: a target may be among them. */
  private wordsUnread = false;

  constructor(
    words: readonly Word[],
    private readonly context: RuleContext,
  ) {
    this.cursor = new WordCursor(words, this);
    this.header = new HeaderReader(context, this);
    this.jump = new JumpReader(context, this, (target, word) => this.search.load(target, word));
    this.search = new OptionSearch(context.family, this.header, this);
  }

  read(): ParsedRule {
    let negation: Word | undefined;
    for (let word = this.cursor.next; word && !this.otherFamily; word = this.cursor.next) {
      const { text } = word;
      if (text === '!') {
        if (negation)
          this.report(word, 'negation', {
            message: 'two "!" in a row: iptables accepts one',
            fix: remove('Remove the first "!"', negation, negation),
          });
        negation = word;
        this.cursor.index++;
        continue;
      }
      if (text.length > 1 && text.charCodeAt(0) === 45) {
        if (text === '--') this.readEnd();
        else if (text.charCodeAt(1) === 45) this.readLong(word, negation);
        else if (text.length === 2) this.readShort(text.charAt(1), word, undefined, negation);
        else this.readCluster(word, negation);
      } else this.readStray(word);
      negation = undefined;
    }
    if (negation && !this.otherFamily) this.report(negation, 'negation', '"!" at the end of the rule negates nothing');
    return this.finish();
  }

  private readStray(word: Word): void {
    this.cursor.index++;
    if (this.swallowing) {
      this.swallowing.push(word);
      return;
    }
    this.report(
      word,
      'bad-argument',
      `"${word.text}" is not expected here: it is neither an option nor the value of one`,
    );
    this.startSwallowing('', [word]);
  }

  /** `--` ends the options: nothing may follow. */
  private readEnd(): void {
    const behind = this.cursor.words[this.cursor.index + 1];
    if (behind) this.report(behind, 'bad-argument', `"${behind.text}" comes after "--", which ends the options`);
    this.cursor.index = this.cursor.words.length;
  }

  private readLong(word: Word, negation: Word | undefined): void {
    const { text } = word;
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const attached = equals < 0 ? undefined : text.slice(equals + 1);
    // No match or target has an option of the same name as iptables itself, so either may be looked for first.
    const found = this.search.named(name) ?? globalOptionNamed(name.slice(2))?.letter ?? this.search.find(name);
    if (found === undefined) this.readUnknown(word, name, negation);
    else if (found === 'ambiguous') {
      this.failUnknown(word, `"${name}" can stand for ${some(this.search.meanings(name))}: write it out`, negation);
    } else if (typeof found === 'string') this.readShort(found, word, attached, negation);
    else {
      this.swallowing = undefined;
      if (attached !== undefined && found.option.words === 0)
        this.report(word, 'bad-value', `${found.option.name} takes no value`);
      this.cursor.index = found.reader.read(found.option, this.cursor.words, this.cursor.index, attached, negation);
    }
  }

  /** `-vj ACCEPT`, `-jACCEPT`: options without a value may be in one word, the last may have its value there too. */
  private readCluster(word: Word, negation: Word | undefined): void {
    const { text } = word;
    const start = this.cursor.index;
    if (this.search.isLongOption(text))
      return this.failUnknown(
        word,
        { message: `"${text}" has one dash too few: write "-${text}"`, fix: changeTo(word, `-${text}`) },
        negation,
      );
    for (let i = 1; i < text.length && !this.otherFamily; i++) {
      const letter = text.charAt(i);
      const takesValue = globalOptionOfLetter(letter)?.value !== 'no';
      this.cursor.index = start;
      this.readShort(
        letter,
        word,
        takesValue && i + 1 < text.length ? text.slice(i + 1) : undefined,
        i === 1 ? negation : undefined,
      );
      if (takesValue) return;
    }
  }

  private readUnknown(word: Word, name: string, negation: Word | undefined): void {
    this.failUnknown(
      word,
      () => {
        const { message, fix } = unknownOptionHelp(
          name,
          word,
          negation ?? word,
          this.search.loaded.map(({ extension }) => extension),
          this.context.family,
        );
        return { message: `no option "${name}" here: ${message}`, fix };
      },
      negation,
    );
  }

  /**
   * An option that cannot be read: it and the words after it stay unknown, and what the rule seems to lack because of
   * it is not reported.
   */
  private failUnknown(word: Word, message: string | Advice | (() => Advice), negation: Word | undefined): void {
    this.cursor.index++;
    if (this.swallowing) {
      if (negation) this.swallowing.push(negation);
      this.swallowing.push(word);
      return;
    }
    this.report(word, 'unknown-option', message);
    this.optionUnknown = true;
    this.startSwallowing('', negation ? [negation, word] : [word]);
  }

  get takesPlaceholders(): boolean {
    return this.context.asInput !== true;
  }

  takeFor(standIn: StandIn): void {
    this.standIns.push(standIn);
  }

  noteCertain(word: Word, spellings: readonly string[]): void {
    this.context.certain?.set(word, spellings);
  }

  valueContext(): ValueContext {
    const protocol = this.header.protocol;
    const { family, backend, table } = this.context;
    const own = { family, backend, table, protocol: protocol && !protocol.inverted ? protocol.value : undefined };
    return protocol?.inverted ? { ...own, excludedProtocol: protocol.value } : own;
  }

  private readShort(letter: string, word: Word, attached: string | undefined, negation: Word | undefined): void {
    const { swallowing } = this;
    this.swallowing = undefined;
    const before = this.cursor.index++;
    if (negation && !'psdiof46hV'.includes(letter))
      this.report(negation, 'negation', `"!" cannot come before ${word.text}`);
    switch (letter) {
      case 'p':
      case 's':
      case 'd':
      case 'i':
      case 'o': {
        const value = this.cursor.valueOfShort(word, attached, letter);
        const next = this.cursor.next;
        if (value?.text === '!' && next && !/^[-!]/.test(next.text)) {
          this.report(value, 'old-negation', oldNegation(word, word.text, value));
          this.cursor.index++;
          this.readHeader(letter, word, next, value);
        } else if (value) this.readHeader(letter, word, value, negation);
        return;
      }
      case 'f':
        return this.header.readFragment(word, negation);
      case 'm': {
        const value = this.cursor.value(word, attached);
        if (value) this.readMatch(value);
        return;
      }
      case 'j':
      case 'g': {
        const value =
          letter === 'j' ? this.cursor.valueOfShort(word, attached, letter) : this.cursor.value(word, attached);
        if (letter === 'j' && attached !== undefined) this.jump.attached = this.cursor.index;
        if (value) this.swallowing = this.jump.read(value, letter === 'g', word);
        return;
      }
      case 'c':
        return this.readCounters(word, attached);
      case '4':
      case '6':
        if (letter !== String(this.context.family)) this.otherFamily = true;
        return;
      case 't': {
        const value = this.cursor.value(word, attached);
        const fix = value && remove(`Remove -t ${value.text}`, word, value);
        this.report(word, 'table-option', {
          message: 'the -t option (seen in the rule) cannot be used here: the line "*table" above names the table',
          fix,
        });
        return;
      }
      case 'M':
        this.cursor.value(word, attached);
        return;
      case 'w':
      case 'W':
        this.report(word, 'not-allowed', `${word.text} is an option of the command iptables, not of a rule`);
        if (attached === undefined && /^\d+$/.test(this.cursor.next?.text ?? '')) this.cursor.index++;
        return;
      case 'n':
      case 'x':
      case '0':
        if (this.context.operation !== 'L')
          this.report(word, 'listing-option', `${word.text} is an option for listing rules`);
        return;
      case 'v':
        return;
      case 'h':
      case 'V':
        this.report(word, 'suspicious-option', `${word.text} ends iptables-restore here: nothing is loaded`, 'warning');
        this.otherFamily = true;
        this.ends = word;
        this.jump.reportOptionsOfAttached(this.cursor);
        return;
      default:
        this.cursor.index = before;
        this.swallowing = swallowing;
        return this.readUnknown(word, word.text, negation);
    }
  }

  private readCounters(word: Word, attached: string | undefined): void {
    if (this.counters)
      this.report(word, 'duplicate-option', `${word.text} was given before; it can be given only once`);
    const value = this.cursor.value(word, attached);
    if (value === undefined) return;
    const { counters, words } = readCounterWords(word, value, this.cursor.next, this);
    this.cursor.index += words;
    this.counters = counters ?? this.counters;
  }

  /** What cannot be understood is not omitted as if it had no condition: the rule's answer becomes unknown. */
  private readHeader(
    letter: Parameters<HeaderReader['read']>[0],
    option: Word,
    value: Word,
    negation: Word | undefined,
  ): void {
    if (!this.header.read(letter, option, value, negation))
      this.search.load(unknownMatch('', negation ? [negation, option, value] : [option, value]), undefined);
  }

  private readMatch(value: Word): void {
    const name = value.text === 'icmpv6' || value.text === 'ipv6-icmp' ? 'icmp6' : value.text;
    const extension = matchNamed(name, this.context.family);
    if (extension) {
      this.search.load(extension, value);
      return;
    }
    this.report(value, 'unknown-match', () => unknownMatchHelp(value, name, this.context.family));
    this.startSwallowing(value.text, [], value);
  }

  private startSwallowing(name: string, words: Word[], word?: Word): void {
    this.swallowing = words;
    this.wordsUnread = true;
    this.search.load(unknownMatch(name, words), word);
  }

  private finish(): ParsedRule {
    if (this.otherFamily)
      return {
        headers: [],
        matches: NO_MATCHES,
        target: NO_TARGET,
        counters: undefined,
        problems: this.problems.list,
        otherFamily: true,
        ...(this.ends && { ends: this.ends }),
      };
    return {
      ...finishRule(
        {
          words: this.cursor.words,
          header: this.header,
          loaded: this.search.loaded,
          jump: this.jump.jump,
          optionUnknown: this.optionUnknown,
          wordsUnread: this.wordsUnread || this.problems.list.some(({ code }) => code === 'missing-value'),
        },
        this.context,
        this,
      ),
      counters: this.counters,
      problems: this.problems.list,
      otherFamily: this.otherFamily,
      ...(this.standIns.length > 0 && { standIns: this.standIns }),
    };
  }

  report(
    at: Columns,
    code: string,
    advice: string | Advice | (() => string | Advice),
    severity: Problem['severity'] = 'error',
  ): void {
    this.problems.report(at, code, advice, severity);
  }

  addComplaint(at: Columns, complaint: Complaint): void {
    this.problems.add(at, complaint);
  }
}
