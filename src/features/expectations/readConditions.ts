import type { ConntrackState } from '../../core/net/conntrack';
import { keywordValue } from '../../core/net/expressionValues';
import { STATES } from '../../core/net/expressionWords';
import type { ExpressionProblem } from '../../core/net/packetExpression';
import { isProblem, readPacketRequest } from '../../core/net/packetRequest';
import { own } from '../../core/text/own';
import type { Clause, Condition, ReadClauses, RulePlace, Term } from './condition';
import { CONDITION_WORDS, didYouMean, nearestWord, OTHER_WORDS, OUTCOME_WORDS } from './conditionWords';
import { readEndpointPattern } from './endpointPattern';
import type { Settings } from './settings';

interface Token {
  /** Without its quotes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What comes after the mistakes of a line is not read. */
const MOST_PROBLEMS = 20;
const MOST_WORDS = 200;

/**
 * Reads what must hold of a packet: conditions with blanks or commas between them, of which all must hold; `or` before
 * a condition makes it an alternative to the one before. `from`: the column of the line in which `text` begins.
 * `names`: names that stand for addresses. Never throws.
 */
export function readConditions(text: string, from: number, names: Settings['names']): ReadClauses {
  return new ConditionReader(text, from, names).read();
}

class ConditionReader {
  private readonly tokens: readonly Token[];
  private readonly problems: ExpressionProblem[] = [];
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly from: number,
    private readonly names: Settings['names'],
  ) {
    this.tokens = tokenize(text);
  }

  read(): ReadClauses {
    const clauses: Term[][] = [];
    const tooMany = this.tokens[MOST_WORDS];
    if (tooMany) this.fail(tooMany, `an expectation has at most ${MOST_WORDS} words`);
    let alternative = false;
    while (this.at < Math.min(this.tokens.length, MOST_WORDS) && this.problems.length < MOST_PROBLEMS) {
      const token = this.tokens[this.at] as Token;
      const lower = token.text.toLowerCase();
      if (lower === 'and' || lower === 'or') {
        this.at++;
        if (alternative || clauses.length === 0 || this.at >= this.tokens.length)
          this.fail(token, `"${token.text}" stands between two conditions`);
        alternative = lower === 'or';
        continue;
      }
      const term = this.term();
      const last = clauses.at(-1);
      if (term && alternative && last) last.push(term);
      else if (term) clauses.push([term]);
      alternative = false;
    }
    if (this.tokens.length === 0)
      this.fail(
        { text: '', start: 0, end: this.text.length },
        'what must hold is missing: an outcome such as LOCAL, SENT or DROPPED, a port such as :15006, "via CHAIN" …',
      );
    const made = clauses.map((terms): Clause => {
      const start = (terms[0] as Term).start;
      const end = (terms.at(-1) as Term).end;
      return { terms, start, end, text: this.text.slice(start - this.from, end - this.from) };
    });
    this.checkOutcomes(made);
    return this.problems.length > 0 ? { problems: this.problems } : { clauses: made };
  }

  /** Nothing can be delivered and dropped at once. */
  private checkOutcomes(clauses: readonly Clause[]): void {
    let left: ReadonlySet<string> | undefined;
    for (const { terms, start, end, text } of clauses) {
      const meant = terms.map(endsOf);
      if (meant.some((ends) => ends === undefined)) continue;
      const ends = new Set(meant.flatMap((each) => each ?? []));
      const before = left;
      const now: ReadonlySet<string> = before ? new Set([...before].filter((each) => ends.has(each))) : ends;
      if (now.size === 0) {
        this.problems.push({ start, end, message: `no packet is "${text}" and what comes before it at once` });
        return;
      }
      left = now;
    }
  }

  private term(): Term | undefined {
    const first = this.tokens[this.at] as Token;
    let negated = false;
    let token = first;
    let lower = token.text.toLowerCase();
    while (lower === 'not' || lower === 'never' || (lower === 'no' && this.follows('reply'))) {
      negated = !negated;
      const next = this.tokens[++this.at];
      if (!next) {
        this.fail(token, `"${token.text}" needs a condition after it`);
        return undefined;
      }
      token = next;
      lower = token.text.toLowerCase();
    }
    this.at++;
    const noReply =
      negated && lower === 'reply' && !/^(?:ok|dropped|lost|none)$/i.test(this.tokens[this.at]?.text ?? '');
    const condition: Condition | undefined = noReply ? { kind: 'reply', reply: 'none' } : this.condition(token, lower);
    if (!condition) return undefined;
    const end = (this.tokens[this.at - 1] as Token).end;
    return {
      negated: negated && !noReply,
      condition,
      start: this.from + first.start,
      end: this.from + end,
      text: this.text.slice(noReply ? first.start : token.start, end),
    };
  }

  private follows(word: string): boolean {
    return this.tokens[this.at + 1]?.text.toLowerCase() === word;
  }

  private condition(token: Token, lower: string): Condition | undefined {
    const outcome = own(OUTCOME_WORDS, lower);
    if (outcome) return { kind: 'outcome', outcome: outcome.outcome };
    if (lower === 'unchanged') return { kind: 'unchanged' };
    const keyword = own(CONDITION_WORDS, lower);
    if (keyword) return this.withValue(token, lower, keyword.value);
    const place = readEndpointPattern(token.text, this.names);
    if (typeof place === 'object' && (place.name === undefined || place.ports !== undefined))
      return { kind: 'endpoint', half: 'destination', ...place };
    if (typeof place === 'string') this.fail(token, place);
    else this.notUnderstood(token);
    return undefined;
  }

  private notUnderstood(token: Token): void {
    const near = nearestWord(token.text, WORDS);
    // What it was meant for is not wrong as well.
    if (near !== undefined && own(CONDITION_WORDS, near)) this.at++;
    const meant =
      near === undefined ? ': what must hold is such as "LOCAL :22 via INPUT:3"' : `; did you mean "${near}"?`;
    this.fail(token, `"${token.text}" is not understood${meant}`);
  }

  private withValue(token: Token, keyword: string, meaning: string): Condition | undefined {
    const next = this.tokens[this.at];
    if (!next) {
      this.fail(token, `"${token.text}" needs a value: ${meaning}`);
      return undefined;
    }
    this.at++;
    const read = this.valueOf(keyword, next.text);
    if (typeof read === 'object') return read;
    this.fail(next, read ?? `"${next.text}" is not ${meaning}`);
    return undefined;
  }

  /** A text says what is wrong; undefined: it is not what the keyword takes. */
  private valueOf(keyword: string, text: string): Condition | string | undefined {
    const lower = text.toLowerCase();
    switch (keyword) {
      case 'to':
      case 'from': {
        const place = readEndpointPattern(text, this.names);
        if (typeof place !== 'object') return place;
        return { kind: 'endpoint', half: keyword === 'to' ? 'destination' : 'source', ...place };
      }
      case 'on':
        return /^[^\s/:]{1,15}$/.test(text) ? { kind: 'leaves', iface: text } : undefined;
      case 'by':
        if (lower === 'policy' || lower === 'kernel') return { kind: 'decided', by: lower };
        return { kind: 'by', place: rulePlace(text) };
      case 'via':
        return { kind: 'via', place: rulePlace(text) };
      case 'state': {
        const state = text.toUpperCase();
        return STATE_NAMES.includes(state)
          ? { kind: 'state', state: state as ConntrackState }
          : `"${text}" is not a state of connection tracking${didYouMean(text, STATE_NAMES)}`;
      }
      case 'process':
        return { kind: 'process', process: text };
      case 'reply':
        if (lower === 'ok' || lower === 'none') return { kind: 'reply', reply: lower };
        if (lower === 'dropped' || lower === 'lost') return { kind: 'reply', reply: 'lost' };
        return (
          `"${text}" is not what may become of a reply: ok, dropped or ` +
          `none${didYouMean(text, ['dropped', 'none'])}`
        );
      default:
        return fieldOf(keyword, text);
    }
  }

  private fail({ start, end }: Token, message: string): void {
    this.problems.push({ start: this.from + start, end: this.from + end, message });
  }
}

const STATE_NAMES: readonly string[] = [...STATES].map((state) => state.toUpperCase());
const WORDS: readonly string[] = [
  ...new Set(Object.values(OUTCOME_WORDS).map(({ outcome }) => outcome)),
  ...Object.keys(OUTCOME_WORDS),
  ...Object.keys(CONDITION_WORDS),
  ...Object.keys(OTHER_WORDS),
];

/** The outcomes that a condition leaves possible, REJECT and other drops apart; undefined: it is not about them. */
function endsOf({ condition, negated }: Term): readonly string[] | undefined {
  if (condition.kind !== 'outcome') return undefined;
  const ends: readonly string[] = ENDS[condition.outcome];
  return negated ? ALL_ENDS.filter((each) => !ends.includes(each)) : ends;
}

const ALL_ENDS = ['LOCAL', 'SENT', 'DROP', 'REJECT', 'NONE'] as const;
const ENDS = {
  LOCAL: ['LOCAL'],
  SENT: ['SENT'],
  ACCEPT: ['LOCAL', 'SENT'],
  DROPPED: ['DROP', 'REJECT'],
  DROP: ['DROP'],
  REJECT: ['REJECT'],
  NONE: ['NONE'],
} as const;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(/"([^"]*)"|[^\s,"]+/g))
    tokens.push({ text: match[1] ?? match[0], start: match.index, end: match.index + match[0].length });
  return tokens;
}

/** `filter/INPUT:4` as a chain and a number. */
export function rulePlace(text: string): RulePlace {
  const [, chain = text, number] = /^(.+?)(?::(\d{1,9}))?$/.exec(text) ?? [];
  return { chain, number: number === undefined ? undefined : Number(number) };
}

/** `mark 0x1/0xff`, `ttl 63`, `tos 0x10`, `dscp ef`, in the spellings of packet expressions. */
function fieldOf(keyword: string, text: string): Condition | undefined {
  const [, value = '', mask] = /^([^/]+)(?:\/(.+))?$/.exec(text) ?? [];
  if (mask !== undefined && keyword !== 'mark') return undefined;
  const numberOf = (written: string): number | undefined => {
    const read = readPacketRequest({ [keyword]: keywordValue(keyword, written) });
    if (isProblem(read)) return undefined;
    return keyword === 'mark' ? read.mark : keyword === 'ttl' ? read.ttl : read.tos;
  };
  const number = numberOf(value);
  const bits = mask === undefined ? 0xffffffff : numberOf(mask);
  if (number === undefined || bits === undefined) return undefined;
  const field = keyword === 'mark' || keyword === 'ttl' ? keyword : 'tos';
  return { kind: 'field', field, value: number, mask: keyword === 'dscp' ? 0xfc : bits };
}
