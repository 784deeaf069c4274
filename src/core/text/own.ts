/**
 * What a table of names says of a name that comes from outside: `constructor` and `toString` are not entries of it,
 * unless they are its own.
 */
export function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
