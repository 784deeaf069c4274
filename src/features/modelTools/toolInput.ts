import { isRecord } from '../../core/net/jsonFields';
import { didYouMean } from '../expectations/conditionWords';

/** A field of the input of a tool, as the schema in package.json has it. */
interface ToolField {
  readonly type: 'string' | 'integer';
  readonly required?: true;
  /** In characters, or the largest number. */
  readonly most: number;
}

export type ToolFields = Readonly<Record<string, ToolField>>;

export interface ToolProblem {
  readonly problem: string;
}

/**
 * What a language model gives, which may be anything. A problem says what to give instead. Blank texts are omitted
 * ones.
 */
export class ToolInput {
  private constructor(private readonly values: ReadonlyMap<string, string | number>) {}

  static read(given: unknown, fields: ToolFields): ToolInput | ToolProblem {
    if (!isRecord(given)) return { problem: `the input must be an object with ${names(fields)}` };
    const values = new Map<string, string | number>();
    for (const [name, value] of Object.entries(given)) {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (!field)
        return {
          problem: `"${name.slice(0, 60)}" is not one of ${names(fields)}${didYouMean(name, Object.keys(fields))}`,
        };
      if (value === null || value === undefined || (typeof value === 'string' && value.trim() === '')) continue;
      const wrong = problemOf(value, field);
      if (wrong !== undefined) return { problem: `"${name}" ${wrong}` };
      values.set(name, value as string | number);
    }
    for (const [name, { required }] of Object.entries(fields))
      if (required && !values.has(name)) return { problem: `"${name}" is missing` };
    return new ToolInput(values);
  }

  text(name: string): string | undefined {
    const value = this.values.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  number(name: string): number | undefined {
    const value = this.values.get(name);
    return typeof value === 'number' ? value : undefined;
  }
}

function names(fields: ToolFields): string {
  return Object.keys(fields)
    .map((name) => `"${name}"`)
    .join(', ');
}

function problemOf(value: unknown, { type, most }: ToolField): string | undefined {
  if (type === 'string') {
    if (typeof value !== 'string') return 'must be a text';
    return value.length > most ? `is longer than ${most} characters` : undefined;
  }
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most
    ? undefined
    : `must be a whole number from 1 to ${most}`;
}
