import type { Columns } from '../text/columns';
import type { Counters, Problem, Word } from '../syntax/tree';
import type { MatchExtension, TargetExtension } from '../xtables/extension';
import type { ValueContext } from '../xtables/option';
import { matchNamed, targetNamed } from '../xtables/registry';
import type { TableName } from '../xtables/view';
import { protocolName } from '../net/protocols';
import { HeaderReader } from './headerReader';
import type { RuleHeader } from './header';
import { oldNegation } from './oldNegation';
import { OptionReader, type RuleSurroundings } from './optionReader';
import type { BoundMatch, BoundTarget } from './ruleSet';
import { unknownMatch } from './unknownMatch';

/** What a rule is read with. */
export interface RuleContext {
  readonly family: 4 | 6;
  readonly table: TableName;
  /** The chain the rule is put into; built-in chains restrict `-i` and `-o`. */
  readonly chain: string;
  /** The chains of the table at this point, by name; a target that is none of them must be a target extension. */
  readonly chains: { get(name: string): { readonly name: string } | undefined };
}

/** A rule read from its words. `-s a,b` stands for several rules, so there is a list of headers. */
export interface ParsedRule {
  readonly headers: readonly RuleHeader[];
  readonly matches: readonly BoundMatch[];
  readonly target: BoundTarget;
  readonly counters: Counters | undefined;
  readonly problems: readonly Problem[];
  /** `-6` in iptables-restore input, `-4` in ip6tables-restore input: the line is skipped. */
  readonly otherFamily: boolean;
}

const SHORT: Readonly<Record<string, string>> = {
  '-p': 'protocol', '-s': 'source', '-d': 'destination', '-i': 'in-interface', '-o': 'out-interface', '-j': 'jump', '-g': 'goto',
  '-m': 'match', '-f': 'fragments', '-c': 'set-counters', '-4': 'ipv4', '-6': 'ipv6', '-n': 'numeric', '-v': 'verbose', '-x': 'exact', '-t': 'table',
  '-w': 'wait',
};
/** Long options of iptables itself, abbreviable like all others. Source: iptables/iptables.c original_opts. */
const LONG: Readonly<Record<string, string>> = {
  source: 'source', src: 'source', destination: 'destination', dst: 'destination', protocol: 'protocol',
  'in-interface': 'in-interface', 'out-interface': 'out-interface', jump: 'jump', goto: 'goto', match: 'match', fragments: 'fragments',
  'set-counters': 'set-counters', ipv4: 'ipv4', ipv6: 'ipv6', numeric: 'numeric', verbose: 'verbose', exact: 'exact', table: 'table', wait: 'wait',
  'wait-interval': 'wait-interval', 'line-numbers': 'line-numbers', modprobe: 'modprobe', version: 'version', help: 'help',
};

/**
 * Reads the words of a rule as iptables 1.8.9 does: options of iptables itself, of the matches loaded so far and of the target,
 * the newest first, abbreviated or not; `!` before an option. Never throws; what cannot be read becomes an unknown match or target.
 */
export function parseRule(words: readonly Word[], context: RuleContext): ParsedRule {
  return new RuleReader(words, context).read();
}

class RuleReader implements RuleSurroundings {
  private index = 0;
  private readonly problems: Problem[] = [];
  private readonly header: HeaderReader;
  private readonly loaded: OptionReader[] = [];
  private target: OptionReader | undefined;
  private jump: BoundTarget | undefined;
  private jumpGiven = false;
  private gotoGiven = false;
  private counters: Counters | undefined;
  private otherFamily = false;
  private protocolMatchTried = false;
  /** The unknown match that swallows options nobody knows, so that the rest of the rule still means something. */
  private swallowing: Word[] | undefined;

  constructor(
    private readonly words: readonly Word[],
    private readonly context: RuleContext,
  ) {
    this.header = new HeaderReader(context, this);
  }

  read(): ParsedRule {
    let negation: Word | undefined;
    while (this.index < this.words.length) {
      const word = this.words[this.index] as Word;
      if (word.text === '!' ) {
        if (negation) this.report(word, 'negation', 'two "!" in a row: iptables takes one');
        negation = word;
        this.index++;
      } else if (word.text.length > 1 && word.text.charCodeAt(0) === 45) {
        this.readOption(word, negation);
        negation = undefined;
      } else {
        if (this.swallowing) this.swallowing.push(word);
        else {
          this.report(word, 'bad-argument', `"${word.text}" is not expected here: it is neither an option nor the value of one`);
          this.startSwallowing('', [word]);
        }
        negation = undefined;
        this.index++;
      }
    }
    if (negation) this.report(negation, 'negation', '"!" at the end of the rule negates nothing');
    return this.finish();
  }

  private readOption(word: Word, negation: Word | undefined): void {
    const text = word.text;
    const long = text.charCodeAt(1) === 45;
    const equals = long ? text.indexOf('=') : -1;
    const name = equals < 0 ? text : text.slice(0, equals);
    const attached = equals < 0 ? undefined : text.slice(equals + 1);
    if (!long) {
      const builtin = SHORT[text.slice(0, 2)];
      if (builtin !== undefined) {
        this.swallowing = undefined;
        return this.readBuiltin(builtin, word, text.length > 2 ? text.slice(2) : undefined, negation);
      }
    } else {
      const exact = LONG[name.slice(2)];
      if (exact !== undefined) {
        this.swallowing = undefined;
        return this.readBuiltin(exact, word, attached, negation);
      }
      const found = this.findOption(name);
      if (found === 'ambiguous') {
        this.report(word, 'unknown-option', `"${name}" is ambiguous: write the option out`);
        this.index++;
        return;
      }
      if (typeof found === 'string') {
        this.swallowing = undefined;
        return this.readBuiltin(found, word, attached, negation);
      }
      if (found) {
        this.swallowing = undefined;
        this.index = found.reader.read(found.option, this.words, this.index, attached, negation);
        return;
      }
    }
    this.index++;
    if (this.swallowing) {
      if (negation) this.swallowing.push(negation);
      this.swallowing.push(word);
      return;
    }
    this.report(word, 'unknown-option', `no option "${name}" here: ${this.whoIsLoaded()}`);
    this.startSwallowing('', negation ? [negation, word] : [word]);
  }

  /** Exact names first (newest match first), then unambiguous abbreviations, then the match that `-p` brings along. */
  private findOption(name: string): FoundOption | string | undefined {
    for (let i = this.loaded.length - 1; i >= 0; i--) {
      const reader = this.loaded[i] as OptionReader;
      const option = reader.named(name);
      if (option) return { reader, option };
    }
    const candidates = new Map<unknown, FoundOption | string>();
    for (const key of Object.keys(LONG)) if (key.startsWith(name.slice(2)) && name.length > 3) candidates.set(LONG[key], LONG[key] as string);
    for (const reader of [...this.loaded].reverse()) for (const option of reader.startingWith(name)) candidates.set(option, { reader, option });
    if (candidates.size === 1) return [...candidates.values()][0];
    if (candidates.size > 1) return 'ambiguous';
    return this.loadProtocolMatch() ? this.findOption(name) : undefined;
  }

  /** `-p tcp --dport 80` loads the tcp match by itself, once. */
  private loadProtocolMatch(): boolean {
    const protocol = this.header.protocol;
    if (this.protocolMatchTried || protocol === undefined) return false;
    this.protocolMatchTried = true;
    const name = protocolMatchName(protocol.value);
    if (this.loaded.some(({ extension }) => extension.kind === 'match' && extension.name === name)) return false;
    const extension = matchNamed(name, this.context.family);
    if (extension === undefined) return false;
    this.load(extension, undefined);
    return true;
  }

  private load(extension: MatchExtension | TargetExtension, word: Word | undefined): OptionReader {
    const reader = new OptionReader(extension, word, this);
    this.loaded.push(reader);
    return reader;
  }

  valueContext(): ValueContext {
    const protocol = this.header.protocol;
    const own = { family: this.context.family, table: this.context.table, protocol: protocol && !protocol.inverted ? protocol.value : undefined };
    return protocol?.inverted ? { ...own, excludedProtocol: protocol.value } : own;
  }

  private readBuiltin(name: string, word: Word, attached: string | undefined, negation: Word | undefined): void {
    this.index++;
    const invertible = name === 'protocol' || name === 'source' || name === 'destination' || name === 'in-interface' || name === 'out-interface' || name === 'fragments';
    if (negation && !invertible) this.report(negation, 'negation', `"!" cannot stand before ${word.text}`);
    switch (name) {
      case 'protocol': case 'source': case 'destination': case 'in-interface': case 'out-interface': {
        const value = this.value(word, attached);
        if (value?.text === '!' && this.index < this.words.length) {
          this.report(value, 'old-negation', oldNegation(word.text));
          this.readHeader(name, word, this.words[this.index++] as Word, value);
        } else if (value) this.readHeader(name, word, value, negation);
        return;
      }
      case 'fragments':
        return this.header.readFragment(word, negation);
      case 'match': {
        const value = this.value(word, attached);
        if (value) this.readMatch(value);
        return;
      }
      case 'jump': case 'goto': {
        const value = this.value(word, attached);
        if (value) this.readTarget(value, name === 'goto', word);
        return;
      }
      case 'set-counters': {
        const packets = this.value(word, attached);
        const bytes = packets && this.value(word, undefined);
        if (packets && bytes) this.counters = { packets: packets.text, bytes: bytes.text, start: packets.start, end: bytes.end };
        return;
      }
      case 'ipv4': case 'ipv6':
        if ((name === 'ipv4') !== (this.context.family === 4)) this.otherFamily = true;
        return;
      case 'table':
        this.report(word, 'table-option', 'the -t option (seen in the rule) cannot be used here: the line "*table" above names the table');
        this.value(word, attached);
        return;
      case 'modprobe': case 'wait': case 'wait-interval':
        if (/^\d+$/.test(this.words[this.index]?.text ?? '') || name === 'modprobe') this.index++;
        return;
      default:
        return;
    }
  }

  /** What cannot be understood is not left out as if it asked nothing: the rule's answer becomes unknown. */
  private readHeader(name: Parameters<HeaderReader['read']>[0], option: Word, value: Word, negation: Word | undefined): void {
    if (!this.header.read(name, option, value, negation)) this.load(unknownMatch('', negation ? [negation, option, value] : [option, value]), undefined);
  }

  private value(option: Word, attached: string | undefined): Word | undefined {
    if (attached !== undefined) return { text: attached, start: option.start, end: option.end, quoted: option.quoted };
    const value = this.words[this.index];
    if (value === undefined) {
      this.report(option, 'missing-value', `${option.text} needs a value behind it`);
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
    this.report(value, 'unknown-match', matchNamed(name, this.context.family === 4 ? 6 : 4)
      ? `the match "${value.text}" exists for IPv${this.context.family === 4 ? 6 : 4} only`
      : `no match "${value.text}": is it spelled right? It is none that iptables 1.8 brings along`);
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
      this.report(option, 'exclusive-option', '-j and -g cannot stand in one rule');
      return;
    }
    if (goto) this.gotoGiven = true;
    else this.jumpGiven = true;
    const chain = this.context.chains.get(value.text);
    if (chain) {
      // The chain's own string: a hundred thousand copies of names would be kept alive otherwise.
      this.jump = { kind: 'jump', chain: chain.name, goto, start: value.start, end: value.end, to: undefined };
      return;
    }
    const extension = goto ? undefined : targetNamed(value.text, this.context.family);
    if (extension) {
      this.target = this.load(extension, value);
      return;
    }
    if (goto) this.report(value, 'unknown-chain', `goto "${value.text}": there is no such chain in table ${this.context.table}`);
    else {
      this.report(value, 'unknown-target', `"${value.text}" is neither a chain of table ${this.context.table} declared above nor a target that iptables 1.8 brings along`);
    }
    this.swallowing = [];
    this.jump = { kind: 'unknown', name: value.text, options: '', word: value };
  }

  private finish(): ParsedRule {
    const matches: BoundMatch[] = [];
    let target = this.jump;
    const context = this.valueContext();
    for (const reader of this.loaded) {
      const { extension, word } = reader;
      const built = reader.finish(context, this.words[0] ?? NO_WORD);
      if (extension.kind === 'match') {
        matches.push(
          built.kind === 'built'
            ? { extension, data: built.data, word, conditions: undefined }
            : { extension: unknownMatch(extension.name, reader.words, true), data: undefined, word, conditions: undefined },
        );
      } else if (word) {
        target = built.kind === 'built'
          ? { kind: 'extension', extension, data: built.data, word }
          : { kind: 'unknown', name: extension.name, options: reader.words.map(({ text }) => ` ${text}`).join(''), word };
      }
      this.checkPlace(reader);
    }
    return {
      headers: this.header.finish(),
      matches: matches.length === 0 ? NO_MATCHES : matches,
      target: target ?? NO_TARGET,
      counters: this.counters,
      problems: this.problems.length === 0 ? NO_PROBLEMS : this.problems,
      otherFamily: this.otherFamily,
    };
  }

  /** Table and protocol that the kernel demands (`xt_check_match`, `xt_check_target`); hooks are checked once the jumps are known. */
  private checkPlace({ extension, word }: OptionReader): void {
    if (!extension.tables && !extension.protocols) return;
    const at = word ?? this.words[0] ?? NO_WORD;
    const what = `${extension.kind === 'match' ? '-m' : '-j'} ${extension.name}`;
    if (extension.tables && !extension.tables.includes(this.context.table)) {
      this.report(at, 'wrong-table', `${what} works in table ${extension.tables.join(', ')} only, not in ${this.context.table}`);
    }
    const protocol = this.header.protocol;
    if (extension.protocols && (protocol === undefined || protocol.inverted || !extension.protocols.includes(protocol.value))) {
      this.report(at, 'wrong-protocol', `${what} needs ${extension.protocols.map((each) => `-p ${protocolName(each)}`).join(' or ')} in the rule`);
    }
  }

  private whoIsLoaded(): string {
    const names = this.loaded.filter(({ extension }) => extension.name !== '').map(({ extension }) => (extension.kind === 'match' ? `-m ${extension.name}` : `-j ${extension.name}`));
    if (names.length === 0) return 'options of a match stand behind its -m, those of a target behind -j, ports behind -p tcp or -p udp';
    return `${names.join(', ')} ${names.length === 1 ? 'has' : 'have'} none of that name; a match must be loaded with -m first`;
  }

  report(at: Columns, code: string, message: string, severity: Problem['severity'] = 'error'): void {
    this.problems.push({ severity, code, message, start: at.start, end: at.end });
  }
}

interface FoundOption {
  readonly reader: OptionReader;
  readonly option: OptionReader['extension']['options'][number];
}

const NO_PROBLEMS: readonly Problem[] = [];
const NO_MATCHES: readonly BoundMatch[] = [];
const NO_TARGET: BoundTarget = { kind: 'none' };
const NO_WORD: Word = { text: '', start: 0, end: 0, quoted: false };

/** The match that iptables loads for `-p`, by the protocol's name. */
function protocolMatchName(protocol: number): string {
  const name = protocolName(protocol);
  return name === 'ipv6-icmp' || name === 'icmpv6' ? 'icmp6' : name;
}
