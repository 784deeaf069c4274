import type { Columns } from '../text/columns';
import type { Counters, Problem, Word } from '../syntax/tree';
import { ofKernel, ofLegacy, type Complaint } from '../xtables/backend';
import type { MatchExtension, TargetExtension } from '../xtables/extension';
import type { ValueContext } from '../xtables/option';
import { matchNamed, targetNamed } from '../xtables/registry';
import { protocolName } from '../net/protocols';
import { globalOptionNamed, globalOptionOfLetter } from '../syntax/globalOptions';
import { finishRule, NO_MATCHES, NO_TARGET } from './finishRule';
import { HeaderReader } from './headerReader';
import { utf8Length } from '../text/utf8';
import { adviceOf, changeTo, oldNegation, remove, type Advice } from './advice';
import { some, unknownMatchHelp, unknownOptionHelp, unknownTargetHelp } from './optionHelp';
import { OptionReader, type RuleSurroundings } from './optionReader';
import { OptionSearch, type FoundOption } from './optionSearch';
import type { ParsedRule, RuleContext } from './parsedRule';
import { readCounterWords } from './ruleCounters';
import type { BoundTarget } from './ruleSet';
import { unknownMatch } from './unknownMatch';

/**
 * Reads the words of a rule as iptables 1.8.9 does: options of iptables itself, of the matches loaded so far and of the
 * target, the newest first, abbreviated or not; `!` before an option. Never throws; what cannot be read becomes an
 * unknown match or target.
 */
export function parseRule(words: readonly Word[], context: RuleContext): ParsedRule {
  return new RuleReader(words, context).read();
}

class RuleReader implements RuleSurroundings {
  private index = 0;
  private readonly problems: Problem[] = [];
  private readonly header: HeaderReader;
  private readonly loaded: OptionReader[] = [];
  private readonly search: OptionSearch;
  private target: OptionReader | undefined;
  private jump: BoundTarget | undefined;
  private jumpGiven = false;
  private gotoGiven = false;
  private counters: Counters | undefined;
  private otherFamily = false;
  private ends: Word | undefined;
  /** Where the words after `-jTARGET` begin. */
  private attachedJump: number | undefined;
  private protocolMatchTried = false;
  /** The unknown match that swallows options nobody knows, so that the rest of the rule still means something. */
  private swallowing: Word[] | undefined;
  /** What comes after a target that nobody knows. */
  private behindUnknown: Word[] = [];
  private optionUnknown = false;

  constructor(
    private readonly words: readonly Word[],
    private readonly context: RuleContext,
  ) {
    this.header = new HeaderReader(context, this);
    this.search = new OptionSearch(context.family);
  }

  read(): ParsedRule {
    let negation: Word | undefined;
    while (this.index < this.words.length && !this.otherFamily) {
      const word = this.words[this.index] as Word;
      const { text } = word;
      if (text === '!') {
        if (negation)
          this.report(word, 'negation', {
            message: 'two "!" in a row: iptables accepts one',
            fix: remove('Remove the first "!"', negation, negation),
          });
        negation = word;
        this.index++;
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
    this.index++;
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
    const behind = this.words[this.index + 1];
    if (behind) this.report(behind, 'bad-argument', `"${behind.text}" comes after "--", which ends the options`);
    this.index = this.words.length;
  }

  private readLong(word: Word, negation: Word | undefined): void {
    const { text } = word;
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    const attached = equals < 0 ? undefined : text.slice(equals + 1);
    // No match or target has an option of the same name as iptables itself, so either may be looked for first.
    const found = this.search.named(name) ?? globalOptionNamed(name.slice(2))?.letter ?? this.findOption(name);
    if (found === undefined) this.readUnknown(word, name, negation);
    else if (found === 'ambiguous') {
      this.failUnknown(word, `"${name}" can stand for ${some(this.search.meanings(name))}: write it out`, negation);
    } else if (typeof found === 'string') this.readShort(found, word, attached, negation);
    else {
      this.swallowing = undefined;
      if (attached !== undefined && found.option.words === 0)
        this.report(word, 'bad-value', `${found.option.name} takes no value`);
      this.index = found.reader.read(found.option, this.words, this.index, attached, negation);
    }
  }

  /** `-vj ACCEPT`, `-jACCEPT`: options without a value may stand in one word, the last may have its value there too. */
  private readCluster(word: Word, negation: Word | undefined): void {
    const { text } = word;
    const start = this.index;
    if (this.isLongOption(text))
      return this.failUnknown(
        word,
        { message: `"${text}" has one dash too few: write "-${text}"`, fix: changeTo(word, `-${text}`) },
        negation,
      );
    for (let i = 1; i < text.length && !this.otherFamily; i++) {
      const letter = text.charAt(i);
      const takesValue = globalOptionOfLetter(letter)?.value !== 'no';
      this.index = start;
      this.readShort(
        letter,
        word,
        takesValue && i + 1 < text.length ? text.slice(i + 1) : undefined,
        i === 1 ? negation : undefined,
      );
      if (takesValue) return;
    }
  }

  /** `-dport` for `--dport`, where iptables refuses what the letters mean one by one. */
  private isLongOption(text: string): boolean {
    if (text.length < 4 || 'iohV46'.includes(text.charAt(1))) return false;
    const name = `-${text}`;
    if (this.search.named(name)) return true;
    const { protocol, protocolText } = this.header;
    const match = protocol && matchNamed(protocolMatchName(protocol.value, protocolText), this.context.family);
    return match?.options.some((each) => each.name === name || each.aliases.includes(name)) ?? false;
  }

  private readUnknown(word: Word, name: string, negation: Word | undefined): void {
    this.failUnknown(
      word,
      () => {
        const { message, fix } = unknownOptionHelp(
          name,
          word,
          negation ?? word,
          this.loaded.map(({ extension }) => extension),
          this.context.family,
        );
        return { message: `no option "${name}" here: ${message}`, fix };
      },
      negation,
    );
  }

  /**
   * An option that cannot be read: it and the words after it stay unknown, and what the rule seems to lack for want of
   * it is not reported.
   */
  private failUnknown(word: Word, message: string | Advice | (() => Advice), negation: Word | undefined): void {
    this.index++;
    if (this.swallowing) {
      if (negation) this.swallowing.push(negation);
      this.swallowing.push(word);
      return;
    }
    this.report(word, 'unknown-option', message);
    this.optionUnknown = true;
    this.startSwallowing('', negation ? [negation, word] : [word]);
  }

  /** What a long option stands for, among the options loaded so far and those of the match that `-p` brings along. */
  private findOption(name: string): FoundOption | string | undefined {
    const found = this.search.find(name);
    return (found === undefined || found === 'ambiguous') && this.loadProtocolMatch() ? this.findOption(name) : found;
  }

  /** `-p tcp --dport 80` loads the tcp match by itself, once. */
  private loadProtocolMatch(): boolean {
    const protocol = this.header.protocol;
    if (this.protocolMatchTried || protocol === undefined) return false;
    this.protocolMatchTried = true;
    const name = protocolMatchName(protocol.value, this.header.protocolText);
    if (this.loaded.some(({ extension }) => extension.kind === 'match' && extension.name === name)) return false;
    const extension = matchNamed(name, this.context.family);
    if (extension === undefined) return false;
    this.load(extension, undefined);
    return true;
  }

  private load(extension: MatchExtension | TargetExtension, word: Word | undefined): OptionReader {
    const reader = new OptionReader(extension, word, this);
    this.search.add(reader);
    this.loaded.push(reader);
    return reader;
  }

  get takesPlaceholders(): boolean {
    return this.context.asInput !== true;
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
    const before = this.index++;
    if (negation && !'psdiof46hV'.includes(letter))
      this.report(negation, 'negation', `"!" cannot come before ${word.text}`);
    switch (letter) {
      case 'p':
      case 's':
      case 'd':
      case 'i':
      case 'o': {
        const value = this.ownWord(word, attached, letter);
        const next = this.words[this.index];
        if (value?.text === '!' && next && !/^[-!]/.test(next.text)) {
          this.report(value, 'old-negation', oldNegation(word, word.text, value));
          this.index++;
          this.readHeader(letter, word, next, value);
        } else if (value) this.readHeader(letter, word, value, negation);
        return;
      }
      case 'f':
        return this.header.readFragment(word, negation);
      case 'm': {
        const value = this.value(word, attached);
        if (value) this.readMatch(value);
        return;
      }
      case 'j':
      case 'g': {
        const value = letter === 'j' ? this.ownWord(word, attached, letter) : this.value(word, attached);
        if (letter === 'j' && attached !== undefined) this.attachedJump = this.index;
        if (value) this.readTarget(value, letter === 'g', word);
        return;
      }
      case 'c':
        return this.readCounters(word, attached);
      case '4':
      case '6':
        if (letter !== String(this.context.family)) this.otherFamily = true;
        return;
      case 't': {
        const value = this.value(word, attached);
        const fix = value && remove(`Remove -t ${value.text}`, word, value);
        this.report(word, 'table-option', {
          message: 'the -t option (seen in the rule) cannot be used here: the line "*table" above names the table',
          fix,
        });
        return;
      }
      case 'M':
        this.value(word, attached);
        return;
      case 'w':
      case 'W':
        this.report(word, 'not-allowed', `${word.text} is an option of the command iptables, not of a rule`);
        if (attached === undefined && /^\d+$/.test(this.words[this.index]?.text ?? '')) this.index++;
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
        this.reportOptionsOfAttached();
        return;
      default:
        this.index = before;
        this.swallowing = swallowing;
        return this.readUnknown(word, word.text, negation);
    }
  }

  /**
   * `-jLOG --log-prefix x -h`, `-g LOG --log-prefix x -h`: iptables 1.8.9 has not looked for a target, so it does not
   * know the option when it comes to it.
   */
  private reportOptionsOfAttached(): void {
    const {
      attachedJump,
      target,
      behindUnknown: [first],
    } = this;
    if (first)
      this.report(
        first,
        first.text.startsWith('-') ? 'unknown-option' : 'bad-argument',
        `"${first.text}" is not expected here: what comes before it is not a target with options`,
      );
    if (attachedJump === undefined || !target) return;
    const names = target.extension.options.flatMap(({ name, aliases }) => [name, ...aliases]);
    const option = this.words
      .slice(attachedJump, this.index)
      .find(({ text }) => text.startsWith('--') && names.some((name) => name.startsWith(text.split('=')[0] as string)));
    if (option)
      this.report(
        option,
        'unknown-option',
        `no option "${option.text}" here: what comes before it was not looked up as a target`,
      );
  }

  private readCounters(word: Word, attached: string | undefined): void {
    if (this.counters)
      this.report(word, 'duplicate-option', `${word.text} was given before; it can be given only once`);
    const value = this.value(word, attached);
    if (value === undefined) return;
    const { counters, words } = readCounterWords(word, value, this.words[this.index], this);
    this.index += words;
    this.counters = counters ?? this.counters;
  }

  /**
   * iptables 1.8.9 looks for the value of these in the word after the option, and finds the option itself where both
   * are one word.
   */
  private ownWord(option: Word, attached: string | undefined, letter: string): Word | undefined {
    const value = this.value(option, attached);
    if (attached === undefined || value === undefined) return value;
    const name = `-${letter}`;
    if ((letter === 'i' || letter === 'o') && utf8Length(option.text) <= LONGEST_INTERFACE) {
      this.report(
        option,
        'attached-value',
        `iptables 1.8.9 takes "${option.text}" for the name of the interface: write "${name} ${attached}"`,
        'warning',
      );
      return option;
    }
    // What comes before /0 is ignored.
    if ((letter === 's' || letter === 'd') && /^[^,]*\/(?:0+|0\.0\.0\.0|::)$/.test(attached)) return value;
    this.report(
      option,
      'attached-value',
      `iptables 1.8.9 does not find a value that is joined to its option: write "${name} ${attached}"`,
    );
    return value;
  }

  /** What cannot be understood is not left out as if it asked nothing: the rule's answer becomes unknown. */
  private readHeader(
    letter: Parameters<HeaderReader['read']>[0],
    option: Word,
    value: Word,
    negation: Word | undefined,
  ): void {
    if (!this.header.read(letter, option, value, negation))
      this.load(unknownMatch('', negation ? [negation, option, value] : [option, value]), undefined);
  }

  private value(option: Word, attached: string | undefined): Word | undefined {
    if (attached !== undefined) return { text: attached, start: option.start, end: option.end, quoted: option.quoted };
    const value = this.words[this.index];
    if (value === undefined) {
      this.report(option, 'missing-value', `${option.text} needs a value`);
      return undefined;
    }
    this.index++;
    return value;
  }

  private readMatch(value: Word): void {
    const name = value.text === 'icmpv6' || value.text === 'ipv6-icmp' ? 'icmp6' : value.text;
    const extension = matchNamed(name, this.context.family);
    if (extension) {
      this.load(extension, value);
      return;
    }
    this.report(value, 'unknown-match', () => unknownMatchHelp(value, name, this.context.family));
    this.startSwallowing(value.text, [], value);
  }

  private startSwallowing(name: string, words: Word[], word?: Word): void {
    this.swallowing = words;
    this.load(unknownMatch(name, words), word);
  }

  private readTarget(value: Word, goto: boolean, option: Word): void {
    if (goto ? this.gotoGiven : this.jumpGiven) {
      this.report(option, 'duplicate-option', `${option.text} was given before: a rule has one target`);
      return;
    }
    if (this.jump || this.target) {
      this.report(option, 'exclusive-option', '-j and -g cannot be in one rule');
      return;
    }
    if (value.text.length * 3 > LONGEST_NAME && utf8Length(value.text) > LONGEST_NAME) {
      this.report(
        value,
        'bad-value',
        `"${value.text}" cannot be the name of a target: it has at most ${LONGEST_NAME} bytes`,
      );
    }
    if (value.text === '')
      this.report(
        value,
        'bad-value',
        `${option.text} needs a name: iptables jumps to no chain without one, even where -E made it`,
      );
    if (goto) this.gotoGiven = true;
    else this.jumpGiven = true;
    const chain = this.context.chains.get(value.text);
    // The library of the verdicts bears this name and has no target of its own to give.
    if (value.text === 'standard' && (chain || !goto)) {
      const message = '"standard" cannot be jumped to: call the chain something else';
      const { backend } = this.context;
      this.addComplaint(
        value,
        chain ? ofLegacy(backend, 'unknown-target', message) : ofKernel(backend, 'sent', 'unknown-target', message),
      );
      if (!chain) {
        // Options after it are read as if there were no target.
        this.jump = { kind: 'unknown', name: value.text, options: '', word: value };
        return;
      }
    }
    if (chain) {
      if (chain.hook !== undefined)
        this.report(value, 'unknown-target', `"${chain.name}" is a built-in chain: rules cannot jump to it`);
      // The chain's own string: a hundred thousand copies of names would be kept alive otherwise.
      this.jump = {
        kind: 'jump',
        chain: chain.name,
        goto,
        start: value.start,
        end: value.end,
        to: undefined,
        refused: undefined,
      };
      return;
    }
    const extension = goto ? undefined : targetNamed(value.text, this.context.family);
    if (extension) {
      this.target = this.load(extension, value);
      return;
    }
    // Which name of thousands may have been meant is not asked for each of the chains that grep has left out.
    if (this.context.fragment)
      this.report(
        value,
        'unknown-target',
        `the chain "${value.text}" is not in this part of table ${this.context.table}`,
        'warning',
      );
    else this.report(value, goto ? 'unknown-chain' : 'unknown-target', unknownTargetHelp(value, goto, this.context));
    this.swallowing = this.behindUnknown = [];
    this.jump = { kind: 'unknown', name: value.text, options: '', word: value };
  }

  private finish(): ParsedRule {
    if (this.otherFamily)
      return {
        headers: [],
        matches: NO_MATCHES,
        target: NO_TARGET,
        counters: undefined,
        problems: this.problems,
        otherFamily: true,
        ...(this.ends && { ends: this.ends }),
      };
    return {
      ...finishRule(
        {
          words: this.words,
          header: this.header,
          loaded: this.loaded,
          jump: this.jump,
          optionUnknown: this.optionUnknown,
        },
        this.context,
        this,
      ),
      counters: this.counters,
      problems: this.problems.length === 0 ? NO_PROBLEMS : this.problems,
      otherFamily: this.otherFamily,
    };
  }

  report(
    at: Columns,
    code: string,
    advice: string | Advice | (() => string | Advice),
    severity: Problem['severity'] = 'error',
  ): void {
    if (this.hasRoom(at))
      this.problems.push({
        ...adviceOf(typeof advice === 'function' ? advice() : advice),
        severity,
        code,
        start: at.start,
        end: at.end,
      });
  }

  addComplaint(at: Columns, complaint: Complaint): void {
    if (this.hasRoom(at)) this.problems.push({ ...complaint, start: at.start, end: at.end });
  }

  /** A line of 100,000 wrong words is no rule at all: what is wrong with the first of them is enough. */
  private hasRoom({ start, end }: Columns): boolean {
    const { length } = this.problems;
    if (length === MOST_PROBLEMS)
      this.problems.push({
        severity: 'info',
        code: 'more-problems',
        message: `the first ${MOST_PROBLEMS} problems of this rule are listed`,
        start,
        end,
      });
    return length < MOST_PROBLEMS;
  }
}

const NO_PROBLEMS: readonly Problem[] = [];
const MOST_PROBLEMS = 100;

/** `IFNAMSIZ` and XT_EXTENSION_MAXNAMELEN less the final zero. */
const LONGEST_INTERFACE = 15;
const LONGEST_NAME = 28;

/** The match that iptables loads for `-p`: by the name that was written, or by the name that the number has. */
function protocolMatchName(protocol: number, written: string): string {
  const name = /^[\s+\d]/.test(written) ? protocolName(protocol) : written;
  return name === 'ipv6-icmp' || name === 'icmpv6' ? 'icmp6' : name;
}
