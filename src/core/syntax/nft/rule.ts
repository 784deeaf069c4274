import type { Columns } from '../../text/columns';
import { NftSyntaxError, type NftExpression, type NftVerdict } from './expression';
import { NatReader } from './natReader';
import type { NftOperator, NftRuleStatement } from './ruleStatement';
import { nftTokens, type NftToken } from './tokens';

/**
 * The statements of a rule, which is in the columns `start` to `end`. Never throws: what cannot be read is
 * `unknown`.
 */
export function readNftRule(text: string, start: number, end: number): readonly NftRuleStatement[] {
  return new StatementReader(nftTokens(text, start, end)).rule();
}

const LOG_WORDS: ReadonlySet<string> = new Set(['prefix', 'level', 'flags', 'group', 'snaplen', 'queue-threshold']);
const COMPARE: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>=']);
const COMPARE_WORDS: Readonly<Record<string, NftOperator>> = {
  eq: '==',
  ne: '!=',
  lt: '<',
  gt: '>',
  le: '<=',
  ge: '>=',
};
const KEEP_OUT: ReadonlySet<string> = new Set([
  'accept',
  'drop',
  'return',
  'continue',
  'jump',
  'goto',
  'counter',
  'comment',
]);

class StatementReader extends NatReader {
  rule(): readonly NftRuleStatement[] {
    const statements: NftRuleStatement[] = [];
    while (this.next) {
      if (this.isMark(';')) {
        this.take();
        continue;
      }
      const from = this.at;
      try {
        statements.push(this.statement());
      } catch (error) {
        if (!(error instanceof NftSyntaxError)) throw error;
        this.at = from;
        statements.push(this.unknown());
      }
    }
    return statements;
  }

  private statement(): NftRuleStatement {
    const verdict = this.verdict();
    if (verdict) return verdict;
    const first = this.next as NftToken;
    const done = <T extends object>(statement: T): T & Columns => ({
      ...statement,
      start: first.start,
      end: this.tokens[this.at - 1]?.end ?? first.end,
    });
    if (first.kind === 'word') {
      switch (first.text) {
        case 'counter':
        case 'last':
        case 'log':
        case 'comment':
        case 'flow':
        case 'dup':
        case 'fwd':
          this.quiet(this.take().text);
          return done({ kind: 'quiet' });
        case 'notrack':
          this.take();
          return done({ kind: 'notrack' });
        case 'limit':
          return done(this.limit());
        case 'quota':
          this.skip();
          return done({ kind: 'open', reason: 'how much of the quota is used depends on earlier packets' });
        case 'reject':
          return done(this.reject());
        case 'dnat':
        case 'snat':
        case 'masquerade':
        case 'redirect':
          return done(this.nat(this.take().text as 'dnat'));
        case 'tproxy':
          return done(this.tproxy());
        case 'queue':
          return done(this.queue());
        case 'xt': {
          this.take();
          const extension = this.take().text === 'target' ? 'target' : 'match';
          return done({ kind: 'xt', extension, name: this.take().text });
        }
        case 'add':
        case 'update':
        case 'delete':
          if (this.tokens[this.at + 1]?.text.startsWith('@')) return done(this.update());
          break;
        case 'ct':
          if (!this.isWord('count', 1)) break;
          this.take();
          this.take();
          if (this.isWord('over')) this.take();
          this.take();
          return done({ kind: 'open', reason: 'how many connections there are is not in the file' });
        default:
      }
    }
    return done(this.comparison());
  }

  private comparison() {
    const left = this.expression(false);
    if (this.isWord('vmap')) {
      this.take();
      return { kind: 'vmap' as const, key: left, map: this.primary() };
    }
    if (this.isWord('set') && left.kind === 'field') {
      this.take();
      return { kind: 'assign' as const, field: left, value: this.expression(true) };
    }
    let operator: NftOperator = '';
    const sign = this.next;
    if (sign?.kind === 'mark' && (COMPARE.has(sign.text) || sign.text === '!'))
      operator = this.take().text as NftOperator;
    else if (sign?.kind === 'word' && COMPARE_WORDS[sign.text])
      operator = COMPARE_WORDS[this.take().text] as NftOperator;
    const right = this.expression(true);
    if (!this.isWord('/')) return { kind: 'match' as const, left, operator, right };
    this.take();
    return { kind: 'match' as const, left, operator, right, mask: this.expression(true) };
  }

  /** The words of a statement that changes nothing. */
  private quiet(kind: string): void {
    switch (kind) {
      case 'counter':
        if (this.isWord('packets')) for (let i = 0; i < 4 && this.next; i++) this.take();
        else if (this.isWord('name')) {
          this.take();
          this.take();
        } else if (this.next?.kind === 'string') this.take();
        return;
      case 'log':
        while (this.next?.kind === 'word' && LOG_WORDS.has(this.next.text)) this.logOption(this.take().text);
        return;
      case 'comment':
        this.take();
        return;
      case 'last':
        if (this.isWord('used')) {
          this.take();
          this.take();
        }
        return;
      case 'flow':
        this.take();
        this.take();
        return;
      default:
        if (this.isWord('to')) this.take();
        this.expression(false);
        if (this.isWord('device')) {
          this.take();
          this.take();
        }
    }
  }

  private logOption(option: string): void {
    const value = this.take().text;
    if (option !== 'flags' || (value !== 'tcp' && value !== 'ip')) return;
    this.take();
    while (this.isMark(',')) {
      this.take();
      this.take();
    }
  }

  /** Up to the next word that ends a statement for certain. */
  private skip(): void {
    this.take();
    while (this.next && !(this.next.kind === 'word' && KEEP_OUT.has(this.next.text))) this.take();
  }

  private limit() {
    this.take();
    if (!this.isWord('rate')) {
      if (this.isWord('name')) this.take();
      this.take();
      return { kind: 'open' as const, reason: 'how much of the limit is used depends on earlier packets' };
    }
    this.take();
    const over = this.isWord('over');
    if (over || this.isWord('until')) this.take();
    let rate = this.take().text;
    if (/^\d+$/.test(rate)) rate += ` ${this.take().text}`;
    const found = /^(\d+) ?(k|m|)(bytes)?\/(second|minute|hour|day|week)$/.exec(rate);
    if (!found) throw new NftSyntaxError('no rate');
    let burst: number | undefined;
    if (this.isWord('burst')) {
      this.take();
      burst = Number(this.take().text);
      this.take();
    }
    return {
      kind: 'limit' as const,
      over,
      rate: Number(found[1]),
      unit: found[4] as string,
      bytes: found[3] !== undefined,
      burst,
    };
  }

  private reject() {
    this.take();
    if (!this.isWord('with')) return { kind: 'reject' as const, with: [] };
    this.take();
    const words = [this.take().text, this.take().text];
    if (words[1] === 'type') words[1] = this.take().text;
    return { kind: 'reject' as const, with: words };
  }

  private queue() {
    this.take();
    let number = '0';
    let bypass = false;
    while (this.next?.kind === 'word' && ['flags', 'bypass', 'fanout', 'num', 'to'].includes(this.next.text)) {
      const word = this.take().text;
      if (word === 'bypass') bypass = true;
      if (word === 'num' || word === 'to') number = this.take().text;
      if (this.isMark(',')) this.take();
    }
    return { kind: 'queue' as const, number, bypass };
  }

  private update() {
    const operation = this.take().text as 'add' | 'update' | 'delete';
    const set = this.take().text.slice(1);
    this.expectMark('{');
    const key = this.expression(false);
    let more = false;
    while (this.next && !this.isMark('}') && !this.isWord(':'))
      if (!['timeout', 'comment'].includes(this.take().text)) more ||= this.isWord('rate') || this.isWord('count');
    let data: NftExpression | NftVerdict | undefined;
    if (this.isWord(':')) {
      this.take();
      data = this.verdict() ?? this.expression(false);
    }
    this.expectMark('}');
    return { kind: 'update' as const, operation, set, key, data, more };
  }

  /** All up to a verdict at the end of the rule. */
  private unknown(): NftRuleStatement {
    const first = this.take();
    let last = first;
    while (this.next && !this.endsHere()) last = this.take();
    return { kind: 'unknown', start: first.start, end: last.end };
  }

  private endsHere(): boolean {
    const left = this.tokens.length - this.at;
    const rest = this.tokens.at(-2)?.text === 'comment' ? left - 2 : left;
    const word = this.next?.text ?? '';
    if (this.next?.kind !== 'word') return false;
    return word === 'jump' || word === 'goto'
      ? rest === 2
      : rest === 1 && KEEP_OUT.has(word) && word !== 'counter' && word !== 'comment';
  }
}
