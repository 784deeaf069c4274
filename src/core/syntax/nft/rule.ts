import type { Columns } from '../../text/columns';
import { ExpressionReader, NftSyntaxError, type NftExpression, type NftVerdict } from './expression';
import { nftTokens, type NftToken } from './tokens';

type NftOperator = '==' | '!=' | '<' | '>' | '<=' | '>=' | '!' | '';

/** A statement of a rule, in the order of the rule, which is the order in which the kernel runs them. */
export type NftRuleStatement =
  /** `tcp dport 80`; without an operator nft chooses it by the type. `mask`: `tcp flags syn / syn,ack`. */
  | (Columns & {
      readonly kind: 'match';
      readonly left: NftExpression;
      readonly operator: NftOperator;
      readonly right: NftExpression;
      readonly mask?: NftExpression;
    })
  | (Columns & { readonly kind: 'vmap'; readonly key: NftExpression; readonly map: NftExpression })
  | NftVerdict
  /** `meta mark set 1`, `ip dscp set cs1`. */
  | (Columns & {
      readonly kind: 'assign';
      readonly field: NftExpression & { readonly kind: 'field' };
      readonly value: NftExpression;
    })
  | (Columns & {
      readonly kind: 'nat';
      readonly nat: 'dnat' | 'snat' | 'masquerade' | 'redirect';
      readonly family: 'ip' | 'ip6' | undefined;
      readonly address: NftExpression | undefined;
      readonly port: NftExpression | undefined;
      readonly prefix: boolean;
      readonly flags: readonly string[];
    })
  | (Columns & {
      readonly kind: 'tproxy';
      readonly family: 'ip' | 'ip6' | undefined;
      readonly address: NftExpression | undefined;
      readonly port: NftExpression | undefined;
    })
  /** `with`: `tcp reset`, `icmp port-unreachable`; empty for what nft takes by itself. */
  | (Columns & { readonly kind: 'reject'; readonly with: readonly string[] })
  | (Columns & { readonly kind: 'queue'; readonly number: string; readonly bypass: boolean })
  | (Columns & {
      readonly kind: 'limit';
      readonly over: boolean;
      readonly rate: number;
      readonly unit: string;
      readonly bytes: boolean;
      readonly burst: number | undefined;
    })
  /** `add @name { KEY : DATA }`. */
  | (Columns & {
      readonly kind: 'update';
      readonly operation: 'add' | 'update' | 'delete';
      readonly set: string;
      readonly key: NftExpression;
      readonly data: NftExpression | NftVerdict | undefined;
      readonly more: boolean;
    })
  | (Columns & { readonly kind: 'notrack' })
  /** It changes nothing that rules see: `counter`, `log`, `comment`. */
  | (Columns & { readonly kind: 'quiet' })
  /** An extension of iptables, of which nft shows nothing but the name: `xt match "hashlimit"`. */
  | (Columns & { readonly kind: 'xt'; readonly extension: 'match' | 'target'; readonly name: string })
  /** Something that depends on what is not in the file: `ct count over 20`, `quota over 25 mbytes`. */
  | (Columns & { readonly kind: 'open'; readonly reason: string })
  /** What is not known here, up to the end of the rule or to its verdict. */
  | (Columns & { readonly kind: 'unknown' });

/**
 * The statements of a rule, which stands in the columns `start` to `end`. Never throws: what cannot be read is
 * `unknown`.
 */
export function readNftRule(text: string, start: number, end: number): readonly NftRuleStatement[] {
  return new StatementReader(nftTokens(text, start, end)).rule();
}

const LOG_WORDS: ReadonlySet<string> = new Set(['prefix', 'level', 'flags', 'group', 'snaplen', 'queue-threshold']);
const NAT_FLAGS: ReadonlySet<string> = new Set(['random', 'fully-random', 'persistent']);
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

class StatementReader extends ExpressionReader {
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

  private nat(nat: 'dnat' | 'snat' | 'masquerade' | 'redirect') {
    let family: 'ip' | 'ip6' | undefined;
    let prefix = false;
    let target: Pick<NftRuleStatement & { kind: 'nat' }, 'address' | 'port'> = { address: undefined, port: undefined };
    if (
      (this.isWord('ip') || this.isWord('ip6')) &&
      ['to', 'prefix', 'addr', 'interval'].includes(this.tokens[this.at + 1]?.text ?? '')
    )
      family = this.take().text as 'ip';
    while (
      this.isWord('prefix') ||
      this.isWord('interval') ||
      this.isWord('addr') ||
      this.isWord('.') ||
      this.isWord('port')
    )
      if (this.take().text === 'prefix') prefix = true;
    if (this.isWord('to')) {
      this.take();
      target = this.natTarget(nat === 'redirect' || nat === 'masquerade');
    }
    const flags: string[] = [];
    while (this.next?.kind === 'word' && NAT_FLAGS.has(this.next.text)) {
      flags.push(this.take().text);
      if (this.isMark(',')) this.take();
    }
    return { kind: 'nat' as const, nat, family, prefix, flags, ...target };
  }

  /**
   * `10.0.0.1:80`, `[fd00::1]:80`, `:80`, `10.0.0.1-10.0.0.9:1000-2000`, or an expression, maybe with `:` and another
   * after it.
   */
  private natTarget(portOnly: boolean): {
    readonly address: NftExpression | undefined;
    readonly port: NftExpression | undefined;
  } {
    const token = this.next;
    const written =
      token?.kind === 'word'
        ? /^(?:\[([^\]]+)\](?:-\[([^\]]+)\])?|(\d[\d./-]*))?:(\d+(?:-\d+)?)$/.exec(token.text)
        : undefined;
    if (token && written) {
      this.take();
      const colon = token.end - (written[4] as string).length - 1;
      const text =
        written[1] === undefined ? written[3] : written[2] === undefined ? written[1] : `${written[1]}-${written[2]}`;
      const address =
        text === undefined
          ? undefined
          : { kind: 'value' as const, text, quoted: false, start: token.start, end: colon };
      return {
        address,
        port: { kind: 'value', text: written[4] as string, quoted: false, start: colon + 1, end: token.end },
      };
    }
    if (token?.kind === 'word' && token.text.startsWith(':') && token.text.length > 1 && !token.text.startsWith('::')) {
      const rest: NftToken = { ...token, text: token.text.slice(1), start: token.start + 1 };
      const reader = new StatementReader([rest, ...this.tokens.slice(this.at + 1)]);
      const port = reader.expression(false);
      this.at += reader.at;
      return { address: undefined, port };
    }
    if (this.isWord(':')) {
      this.take();
      return { address: undefined, port: this.expression(false) };
    }
    const bare = token?.kind === 'word' ? /^\[([^\]]+)\](?:-\[([^\]]+)\])?$/.exec(token.text) : undefined;
    const read =
      bare && token
        ? {
            kind: 'value' as const,
            text: bare[2] === undefined ? (bare[1] as string) : `${bare[1]}-${bare[2]}`,
            quoted: false,
            start: this.take().start,
            end: token.end,
          }
        : this.expression(false);
    if (portOnly) return { address: undefined, port: read };
    if (!this.isWord(':')) return { address: read, port: undefined };
    this.take();
    return { address: read, port: this.expression(false) };
  }

  private tproxy() {
    this.take();
    let family: 'ip' | 'ip6' | undefined;
    if (this.isWord('ip') || this.isWord('ip6')) family = this.take().text as 'ip';
    if (!this.isWord('to')) throw new NftSyntaxError('"to" is missing');
    this.take();
    return { kind: 'tproxy' as const, family, ...this.natTarget(false) };
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
