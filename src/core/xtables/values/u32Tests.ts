import { invalid, type InvalidValue, type ValueType } from '../option';
import { leadingNumber } from './strtoul';

/**
 * A step on the way to a value: what to do with the value found so far. The first step of a location reads at its
 * number.
 */
export interface U32Step {
  readonly operator: '' | '&' | '<<' | '>>' | '@';
  readonly number: number;
}

export interface U32Test {
  readonly location: readonly [U32Step, ...U32Step[]];
  readonly ranges: readonly (readonly [min: number, max: number])[];
}

/** The most tests, steps of a location and ranges of a test that the kernel takes. */
const MAX = 10;

/** `location=range[,range]…[&&location=range…]`. Source: iptables-extensions(8), u32. */
export const u32Tests: ValueType<readonly U32Test[]> = {
  metavariable: 'tests',
  parse: (text) => new Reader(text).read(),
};

class Reader {
  private at = 0;
  private problem: InvalidValue | undefined;

  constructor(private readonly text: string) {}

  read(): readonly U32Test[] | InvalidValue {
    const tests: U32Test[] = [];
    for (;;) {
      const location = this.location();
      const ranges = location && this.ranges();
      if (location === undefined || ranges === undefined)
        return this.problem ?? invalid(`"${this.text}" is not a list of tests`);
      tests.push({ location, ranges });
      if (this.at >= this.text.length) break;
      this.at += 2;
      if (tests.length === MAX) return this.invalidHere(`there are more than ${MAX} tests`);
    }
    return tests;
  }

  /** Up to and with the "=". */
  private location(): U32Test['location'] | undefined {
    const steps: U32Step[] = [];
    for (;;) {
      this.skipBlanks();
      if (this.at >= this.text.length) return this.fail('the text ends after a location; "=" and a value are missing');
      if (this.text[this.at] === '=') {
        this.at++;
        const [first, ...rest] = steps;
        return first === undefined ? this.fail('a location is missing before "="') : [first, ...rest];
      }
      const operator = steps.length === 0 ? '' : this.operator();
      const number = operator === undefined ? undefined : this.number();
      if (operator === undefined || number === undefined) return undefined;
      steps.push({ operator, number });
      if (steps.length > MAX) return this.fail(`a location has more than ${MAX} numbers`);
    }
  }

  private operator(): U32Step['operator'] | undefined {
    for (const operator of ['&', '@', '<<', '>>'] as const) {
      if (!this.text.startsWith(operator, this.at)) continue;
      this.at += operator.length;
      return operator;
    }
    return this.fail('one of the operators &, <<, >>, @ or "=" is expected');
  }

  /** Up to a "&&", which is left for the caller, or the end. */
  private ranges(): U32Test['ranges'] | undefined {
    const ranges: (readonly [number, number])[] = [];
    for (;;) {
      this.skipBlanks();
      const done = this.at >= this.text.length;
      if (done || this.text[this.at] === '&') {
        if (ranges.length === 0) return this.fail('a value is missing after "="');
        return done || this.text.startsWith('&&', this.at) ? ranges : this.fail('a second "&" is expected');
      }
      if (ranges.length > 0) {
        if (this.text[this.at] !== ',') return this.fail('"," or "&&" is expected');
        this.at++;
      }
      const min = this.number();
      if (min === undefined) return undefined;
      this.skipBlanks();
      const isRange = this.text[this.at] === ':';
      if (isRange) this.at++;
      const max = isRange ? this.number() : min;
      if (max === undefined) return undefined;
      ranges.push([min, max]);
      if (ranges.length > MAX) return this.fail(`a test has more than ${MAX} values`);
    }
  }

  private number(): number | undefined {
    const read = leadingNumber(this.text.slice(this.at));
    if (read === undefined || read.value > 0xffffffffn) return this.fail('a number of up to 32 bits is expected');
    this.at = this.text.length - read.rest.length;
    return Number(read.value);
  }

  private skipBlanks(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  private fail(message: string): undefined {
    this.problem ??= this.invalidHere(message);
    return undefined;
  }

  private invalidHere(message: string): InvalidValue {
    return invalid(`${message} (at character ${this.at + 1} of "${this.text}")`);
  }
}

/** As iptables-save prints it, all numbers hexadecimal, quoted. */
export function printU32(tests: readonly U32Test[]): string {
  return `"${tests.map(printTest).join('&&')}"`;
}

function printTest({ location, ranges }: U32Test): string {
  const hex = (value: number): string => `0x${value.toString(16)}`;
  return `${location.map(({ operator, number }) => operator + hex(number)).join('')}=${ranges.map(([min, max]) => (min === max ? hex(min) : `${hex(min)}:${hex(max)}`)).join(',')}`;
}
