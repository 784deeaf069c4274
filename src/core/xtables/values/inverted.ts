/** The value of an option and whether `!` was before it. */
export interface Inverted<V> {
  readonly value: V;
  readonly inverted: boolean;
}

/** ` ! --name text` or ` --name text`; nothing where the option was not given. */
export function invertedText<V>(name: string, given: Inverted<V> | undefined, text: (value: V) => string): string {
  return given === undefined ? '' : `${given.inverted ? ' !' : ''} ${name} ${text(given.value)}`;
}

/** The part of a given option that lasts: no words of the text. */
export function keep<V>(given: Inverted<V>): Inverted<V>;
export function keep<V>(given: Inverted<V> | undefined): Inverted<V> | undefined;
export function keep<V>(given: Inverted<V> | undefined): Inverted<V> | undefined {
  return given === undefined ? undefined : { value: given.value, inverted: given.inverted };
}
