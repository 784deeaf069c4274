import { findBlank, skipBlanks } from '../text/blanks';
import { readCounters } from './command';
import type { ChainNode, Counters, Word } from './tree';

/**
 * `:CHAIN POLICY [12:3400]`, of which only the columns are kept: a large dump declares tens of thousands. Words are
 * made when they are asked for, so compare them by their columns, not by identity.
 */
export class ChainDeclaration implements ChainNode {
  private constructor(
    private readonly text: string,
    private readonly nameStart: number,
    private readonly nameEnd: number,
    /** -1 where there is nothing but the name. */
    private readonly policyStart: number,
  ) {}

  /** The declaration whose `:` is at `start`; undefined where the text up to `end` is none. */
  static read(text: string, start: number, end: number): ChainDeclaration | undefined {
    const nameStart = skipBlanks(text, start + 1, end);
    const nameEnd = findBlank(text, nameStart, end);
    if (nameEnd === nameStart) return undefined;
    const policyStart = skipBlanks(text, nameEnd, end);
    if (policyStart >= end) {
      if (text.charCodeAt(nameEnd - 1) === 58) return undefined; // `:smile:`
      return new ChainDeclaration(text, nameStart, nameEnd, -1);
    }
    const policyEnd = findBlank(text, policyStart, end);
    if (!isPolicy(text, policyStart, policyEnd)) return undefined;
    const rest = skipBlanks(text, policyEnd, end);
    if (rest < end && !text.startsWith(NO_COUNTERS, rest) && !readCounters(text, rest)) return undefined;
    return new ChainDeclaration(text, nameStart, nameEnd, policyStart);
  }

  get kind(): 'chain' {
    return 'chain';
  }

  get name(): Word {
    return {
      start: this.nameStart,
      end: this.nameEnd,
      text: this.text.slice(this.nameStart, this.nameEnd),
      quoted: false,
    };
  }

  get policy(): Word | undefined {
    const start = this.policyStart;
    if (start < 0) return undefined;
    const end = findBlank(this.text, start, this.text.length);
    return { start, end, text: this.text.slice(start, end), quoted: false };
  }

  get counters(): Counters | undefined {
    return this.policyStart < 0
      ? undefined
      : readCounters(this.text, findBlank(this.text, this.policyStart, this.text.length));
  }

  /** `:CHAIN - …`, as all chains but the built-in ones are declared. */
  get isUserDefined(): boolean {
    return (
      this.policyStart >= 0 &&
      this.text.charCodeAt(this.policyStart) === 45 &&
      findBlank(this.text, this.policyStart, this.text.length) === this.policyStart + 1
    );
  }
}

const NO_COUNTERS = '[0:0]';

/** `-` or a word in capitals. */
function isPolicy(text: string, start: number, end: number): boolean {
  if (end - start === 1 && text.charCodeAt(start) === 45) return true;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (!((code >= 65 && code <= 90) || code === 95)) return false;
  }
  return true;
}
