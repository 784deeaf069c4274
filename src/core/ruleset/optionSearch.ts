import { protocolName } from '../net/protocols';
import { globalOptionsStartingWith } from '../syntax/globalOptions';
import type { Word } from '../syntax/tree';
import type { MatchExtension, TargetExtension } from '../xtables/extension';
import { matchNamed } from '../xtables/registry';
import type { HeaderReader } from './headerReader';
import { OptionReader, type RuleSurroundings } from './optionReader';

/** An option of a match or target; a letter stands for an option of iptables itself. */
export interface FoundOption {
  readonly reader: OptionReader;
  readonly option: OptionReader['extension']['options'][number];
}

/** The matches and targets of a rule, and the long options that getopt_long(3) knows by them: more with each one. */
export class OptionSearch {
  /** One for each set of options, the newest last: a match named again takes the place of its first. */
  private readonly readers: OptionReader[] = [];

  /** In the order in which they were loaded. */
  readonly loaded: OptionReader[] = [];
  private protocolMatchTried = false;

  constructor(
    private readonly family: 4 | 6,
    private readonly header: Pick<HeaderReader, 'protocol' | 'protocolText'>,
    private readonly rule: RuleSurroundings,
  ) {}

  /** `word`: the name after `-m` or `-j`; undefined where `-p` brings the match along. */
  load(extension: MatchExtension | TargetExtension, word: Word | undefined): OptionReader {
    const reader = new OptionReader(extension, word, this.rule);
    this.add(reader);
    this.loaded.push(reader);
    return reader;
  }

  private add(reader: OptionReader): void {
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

  /** What a long option stands for, among the options loaded so far and those of the match that `-p` brings along. */
  find(name: string): FoundOption | string | undefined {
    const found = this.written(name);
    return (found === undefined || found === 'ambiguous') && this.loadProtocolMatch() ? this.written(name) : found;
  }

  /** As `named`, else the one option that the name abbreviates, those of iptables itself included. */
  private written(name: string): FoundOption | string | undefined {
    const exact = this.named(name);
    if (exact) return exact;
    const candidates = new Map<string, FoundOption | string>();
    for (const { letter } of globalOptionsStartingWith(name.slice(2), this.family)) candidates.set(letter, letter);
    for (const [i, reader] of this.readers.entries())
      for (const option of reader.startingWith(name)) candidates.set(`${i} ${option.name}`, { reader, option });
    return candidates.size > 1 ? 'ambiguous' : [...candidates.values()][0];
  }

  /** `-p tcp --dport 80` loads the tcp match by itself, once. */
  private loadProtocolMatch(): boolean {
    const protocol = this.header.protocol;
    if (this.protocolMatchTried || protocol === undefined) return false;
    this.protocolMatchTried = true;
    const name = protocolMatchName(protocol.value, this.header.protocolText);
    if (this.loaded.some(({ extension }) => extension.kind === 'match' && extension.name === name)) return false;
    const extension = matchNamed(name, this.family);
    if (extension === undefined) return false;
    this.load(extension, undefined);
    return true;
  }

  /** `-dport` for `--dport`, where iptables refuses what the letters mean one by one. */
  isLongOption(text: string): boolean {
    if (text.length < 4 || 'iohV46'.includes(text.charAt(1))) return false;
    const name = `-${text}`;
    if (this.named(name)) return true;
    const { protocol, protocolText } = this.header;
    const match = protocol && matchNamed(protocolMatchName(protocol.value, protocolText), this.family);
    return match?.options.some((each) => each.name === name || each.aliases.includes(name)) ?? false;
  }
}

/** The match that iptables loads for `-p`: by the name that was written, or by the name that the number has. */
function protocolMatchName(protocol: number, written: string): string {
  const name = /^[\s+\d]/.test(written) ? protocolName(protocol) : written;
  return name === 'ipv6-icmp' || name === 'icmpv6' ? 'icmp6' : name;
}
