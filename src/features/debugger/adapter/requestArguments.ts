import { isRecord } from '../../../core/net/jsonFields';

/** What a request is refused for. */
export class Refused extends Error {}

/** The arguments of a request, of which nothing is known: a client may send anything. */
export class RequestArguments {
  private readonly given: Readonly<Record<string, unknown>>;

  constructor(given: unknown) {
    this.given = isRecord(given) ? given : {};
  }

  /** A whole number. */
  number(name: string): number {
    const value = this.optionalNumber(name);
    if (value === undefined) throw new Refused(`"${name}" is missing`);
    return value;
  }

  optionalNumber(name: string): number | undefined {
    const value = this.given[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    throw new Refused(`"${name}" is not a whole number`);
  }

  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) throw new Refused(`"${name}" is missing`);
    return value;
  }

  optionalText(name: string): string | undefined {
    const value = this.given[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value;
    throw new Refused(`"${name}" is not text`);
  }

  optionalBoolean(name: string): boolean | undefined {
    const value = this.given[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'boolean') return value;
    throw new Refused(`"${name}" is neither true nor false`);
  }

  /** An object; one without members where it is missing. */
  within(name: string): RequestArguments {
    return new RequestArguments(this.given[name]);
  }

  has(name: string): boolean {
    return isRecord(this.given[name]);
  }

  /** The objects of a list; none where it is missing. */
  list(name: string): readonly RequestArguments[] {
    return this.items(name).map((item) => new RequestArguments(item));
  }

  texts(name: string): readonly string[] {
    return this.items(name).filter((item) => typeof item === 'string');
  }

  private items(name: string): readonly unknown[] {
    const value = this.given[name];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw new Refused(`"${name}" is not a list`);
    return value.slice(0, MOST_ITEMS) as readonly unknown[];
  }
}

/** Of breakpoints, filters and the like. */
const MOST_ITEMS = 100_000;
