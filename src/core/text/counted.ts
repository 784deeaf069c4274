/** `1 rule`, `3 rules`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The first four values, then `…`. */
export function short(values: readonly string[]): string {
  return values.length > 5 ? `${values.slice(0, 4).join(', ')}, …` : values.join(', ');
}

/** `a, b and c`. */
export function joined(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} and ${values.at(-1) ?? ''}`;
}
