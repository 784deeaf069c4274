import { known, type ShellValue } from './values';

/** What the variables of a script hold, by their names. */
export class Variables {
  private readonly values = new Map<string, ShellValue>();
  private locals: Map<string, ShellValue | undefined> | undefined;

  get(name: string): ShellValue | undefined {
    return this.values.get(name);
  }

  has(name: string): boolean {
    return this.values.has(name);
  }

  set(name: string, value: ShellValue): void {
    this.values.set(name, value);
  }

  unset(name: string): void {
    this.values.set(name, known(''));
  }

  /** Marks a name whose value nothing in the file states any more. */
  lose(name: string): void {
    this.values.set(name, { text: `$${name}`, unknown: [name] });
  }

  /** The value as a whole number, where it is one and known. */
  number(name: string): number | undefined {
    const value = this.values.get(name);
    return value && 'text' in value && value.unknown.length === 0 && /^-?\d{1,9}$/.test(value.text)
      ? Number(value.text)
      : undefined;
  }

  /** The value that a name had before is back when the function ends. */
  local(name: string): void {
    if (this.locals && !this.locals.has(name)) this.locals.set(name, this.values.get(name));
  }

  /** Runs the body of a function, whose local variables end with it. */
  inFunction<T>(run: () => T): T {
    const { locals } = this;
    this.locals = new Map();
    const result = run();
    for (const [name, value] of this.locals) {
      if (value === undefined) this.values.delete(name);
      else this.values.set(name, value);
    }
    this.locals = locals;
    return result;
  }

  /** Runs what is a process of its own: nothing that it sets is seen outside of it. */
  inProcess<T>(run: () => T): T {
    const before = new Map(this.values);
    const result = run();
    this.values.clear();
    for (const [name, value] of before) this.values.set(name, value);
    return result;
  }
}
