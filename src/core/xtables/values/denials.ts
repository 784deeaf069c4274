/** `dport 3000 is not in 1:1023`; where a negated condition says no: `dport 80 is in 80,443`. */
export function among(actual: string, wanted: string, inverted: boolean): string {
  return `${actual} is ${inverted ? '' : 'not '}in ${wanted}`;
}

/** `TTL 64 is not 1`, `multicast is multicast`. */
export function being(actual: string, wanted: string, inverted: boolean): string {
  return `${actual} is ${inverted ? '' : 'not '}${wanted}`;
}

/** `NEW, not RELATED or ESTABLISHED`. */
export function noneOf(actual: string, wanted: readonly string[]): string {
  return `${actual}, not ${wanted.join(' or ')}`;
}
