import { ALIASES, FLAG_ORDER, ICMP_NAMES, KEYWORDS, PROTOCOL_WORDS, STATES } from '../../core/net/expressionWords';
import type { Columns } from '../../core/text/columns';
import { interfacesOf } from '../completion/fileNames';
import { ruleSetsFor, type FileModel } from '../fileModel';
import { contextOfFile } from '../packetInput/contextOfFile';
import { CONDITION_WORDS, OTHER_WORDS, OUTCOME_WORDS } from './conditionWords';
import { chainsByName } from './passedRules';
import { statementOf, type ExpectationForm } from './readExpectations';
import { SETTING_WORDS } from './readSetting';
import { dumpMeant, modelMeant, type Settings } from './settings';

export interface ExpectationProposal {
  readonly label: string;
  readonly kind: 'keyword' | 'outcome' | 'value' | 'chain' | 'interface' | 'name';
  /** One line on what it is; may be empty. */
  readonly detail: string;
  /** Lower ones come first. */
  readonly rank: number;
}

export interface ExpectationCompletions {
  /** What a proposal replaces. */
  readonly range: Columns;
  readonly items: readonly ExpectationProposal[];
  /** To be asked for again when more is typed. */
  readonly incomplete: boolean;
}

/** In a rule set of a hundred thousand chains nobody reads the list. */
const MOST_NAMES = 500;

/**
 * What can be written at a column of a line with an expectation. `settings`: what the lines before say. `about`:
 * the rules that it is about, where they are known. undefined: it is not such a line.
 */
export function completeExpectation(
  line: string,
  column: number,
  form: ExpectationForm,
  settings: Settings,
  about: FileModel | undefined,
): ExpectationCompletions | undefined {
  const start = startOf(line, form);
  if (start === undefined || column < start) return undefined;
  const before = line.slice(start, column);
  if (/(?:^|\s)#(?:\s|$)/.test(before)) return undefined;
  const word = /[^\s,>→"]*$/.exec(before)?.[0] ?? '';
  const end = column + (/^[^\s,>→"=]*/.exec(line.slice(column))?.[0].length ?? 0);
  const words = before
    .slice(0, before.length - word.length)
    .trim()
    .split(/[\s,]+/)
    .filter((each) => each !== '');
  const found = new Proposals(settings, about && modelMeant(about, settings), word);
  if (/=>|⇒/.test(before)) found.conditions(words.at(-1)?.toLowerCase() ?? '');
  else found.packet(words);
  return { range: { start: column - word.length, end }, items: found.items, incomplete: found.incomplete };
}

/** Where the statement begins, also of a line that has none yet. */
function startOf(line: string, form: ExpectationForm): number | undefined {
  const place = statementOf(line, form);
  if (place) return place.start;
  if (form === 'iptest') return line.trimStart().startsWith('#') ? undefined : line.length - line.trimStart().length;
  return /^\s*(?:#+|\/\/|;+|--|<!--)\s*expect:\s*$/.test(line) ? line.length : undefined;
}

class Proposals {
  readonly items: ExpectationProposal[] = [];
  incomplete = false;

  constructor(
    private readonly settings: Settings,
    private readonly model: FileModel | undefined,
    private readonly typed: string,
  ) {}

  conditions(previous: string): void {
    switch (previous) {
      case 'via':
        return this.chains();
      case 'by':
        this.add('keyword', 0, ['policy', 'the policy of a built-in chain'], ['kernel', 'the kernel, not a rule']);
        this.chains();
        return this.interfaces(2);
      case 'on':
        return this.interfaces(0);
      case 'state':
        return this.add('value', 0, ...[...STATES].map((state) => [state.toUpperCase(), ''] as const));
      case 'reply':
        return this.add(
          'value',
          0,
          ['ok', 'it reaches the sender as the reply to what it sent'],
          ['dropped', 'there is one, and it does not reach the sender so'],
          ['none', 'nobody replies'],
        );
      case 'to':
      case 'from':
        return this.ownNames();
    }
    for (const outcome of ['LOCAL', 'SENT', 'DROPPED', 'ACCEPT', 'DROP', 'REJECT', 'NONE'])
      this.add('outcome', 0, [outcome, OUTCOME_WORDS[outcome.toLowerCase()]?.help ?? '']);
    for (const [name, { help }] of Object.entries(CONDITION_WORDS)) this.add('keyword', 1, [name, help]);
    for (const [name, help] of Object.entries(OTHER_WORDS)) this.add('keyword', 2, [name, help]);
    this.ownNames();
  }

  packet(words: readonly string[]): void {
    const last = words.at(-1)?.toLowerCase();
    const first = words.length === 0;
    if (first) {
      for (const [name, { help }] of Object.entries(SETTING_WORDS)) this.add('keyword', 3, [name, help]);
      this.add('keyword', 2, ['then', 'the next packet on the same host, after the one before']);
    }
    if (last === 'then' && words.length === 1)
      this.add('keyword', 0, ['again', 'the same packet once more'], ['reply', 'the reply to the packet before']);
    if (first || (last === 'then' && words.length === 1))
      this.add(
        'keyword',
        1,
        ['in', 'a packet that arrives; the interface may come after it'],
        ['out', 'a packet that this host sends'],
        ['forward', 'a packet for another host; two interfaces may come after it'],
      );
    const before = words.at(-2)?.toLowerCase();
    if (last === 'in' || last === 'out' || last === 'forward' || before === 'forward') this.interfaces(0);
    if (first && this.settings.names.size === 0 && this.typed === '') return;
    const value = last === undefined ? undefined : Object.hasOwn(KEYWORDS, last) ? KEYWORDS[last] : undefined;
    if (value && !/^(?:src|dst|type|state|ctstate)$/.test(last ?? '')) return;
    for (const name of PROTOCOL_WORDS) this.add('value', 4, [name, 'protocol']);
    this.ownNames();
    this.fileNames();
    if (first) return;
    for (const name of FLAG_ORDER) this.add('value', 5, [name, 'TCP flag']);
    for (const name of STATES) this.add('value', 5, [name, 'state of connection tracking']);
    for (const [name, { value: meaning }] of Object.entries(KEYWORDS)) this.add('keyword', 6, [name, meaning]);
    this.add('keyword', 6, ['own', 'the destination is an address of this host'], ['=>', 'what must become of it']);
    for (const alias of Object.keys(ALIASES)) if (this.typed !== '') this.add('keyword', 7, [alias, '']);
    for (const name of ICMP_NAMES) if (this.typed.length > 1) this.add('value', 8, [name, 'ICMP type']);
  }

  private ownNames(): void {
    for (const [name, address] of this.settings.names) this.add('name', 3, [name, address]);
  }

  private fileNames(): void {
    const dump = this.model && dumpMeant(this.model, this.settings);
    if (!this.model || !dump) return;
    this.some(contextOfFile(this.model, dump, undefined).names().known(), 'name', 4, 'name of the file');
  }

  private interfaces(rank: number): void {
    if (this.model) this.some(interfacesOf(this.model.file, -1), 'interface', rank, '');
    this.some(this.settings.interfaces.keys(), 'interface', rank, '');
  }

  /** By its name alone where no other table has such a chain. */
  private chains(): void {
    const dump = this.model && dumpMeant(this.model, this.settings);
    if (!this.model || !dump) return;
    const found = new Map<string, string>();
    for (const ruleSet of Object.values(ruleSetsFor(this.model, dump)))
      for (const [name, chains] of ruleSet ? chainsByName(ruleSet) : []) {
        const [chain] = chains;
        if (chain && (name.includes('/') || chains.length === 1))
          found.set(name, `${chain.rules.length} ${chain.rules.length === 1 ? 'rule' : 'rules'} in ${chain.table}`);
      }
    const wanted = [...found].filter(([name]) => this.fits(name));
    if (wanted.length > MOST_NAMES) this.incomplete = true;
    for (const [name, detail] of wanted.slice(0, MOST_NAMES))
      this.add('chain', name.includes('/') ? 2 : 1, [name, detail]);
  }

  private some(all: Iterable<string>, kind: ExpectationProposal['kind'], rank: number, detail: string): void {
    let count = 0;
    for (const name of all) {
      if (!this.fits(name)) continue;
      if (++count > MOST_NAMES) {
        this.incomplete = true;
        return;
      }
      this.add(kind, rank, [name, detail]);
    }
  }

  private fits(name: string): boolean {
    return name.toLowerCase().includes(this.typed.toLowerCase());
  }

  private add(
    kind: ExpectationProposal['kind'],
    rank: number,
    ...items: readonly (readonly [label: string, detail: string])[]
  ): void {
    for (const [label, detail] of items) this.items.push({ label, kind, detail, rank });
  }
}
