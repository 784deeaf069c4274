/**
 * Whether a text matches a pattern of a shell: `*`, `?`, `[a-z]`. Source: POSIX.1-2017, "Shell Command Language", 2.13.
 */
export function fitsPattern(text: string, pattern: string): boolean {
  let t = 0;
  let p = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    const one = p < pattern.length && pattern[p] !== '*' ? matchOne(text.charAt(t), pattern, p) : -1;
    if (one >= 0) {
      p = one;
      t++;
    } else if (pattern[p] === '*') {
      star = p++;
      mark = t;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** After what fits one character of the text, or -1. */
function matchOne(character: string, pattern: string, at: number): number {
  const mark = pattern.charAt(at);
  if (mark === '?') return at + 1;
  if (mark === '\\' && at + 1 < pattern.length) return pattern.charAt(at + 1) === character ? at + 2 : -1;
  if (mark !== '[') return mark === character ? at + 1 : -1;
  const close = pattern.indexOf(']', at + 2);
  if (close < 0 || close - at > 100) return character === '[' ? at + 1 : -1;
  const negated = '!^'.includes(pattern.charAt(at + 1));
  let found = false;
  for (let i = at + (negated ? 2 : 1); i < close; i++) {
    if (pattern[i + 1] === '-' && i + 2 < close) {
      if (character >= pattern.charAt(i) && character <= pattern.charAt(i + 2)) found = true;
      i += 2;
    } else if (pattern[i] === character) found = true;
  }
  return found !== negated ? close + 1 : -1;
}

/** `${X#pattern}` and its like. Long texts stay as they are. */
export function withoutPattern(text: string, operator: string, pattern: string): string | undefined {
  if (text.length * pattern.length > 20_000) return undefined;
  const lengths = Array.from({ length: text.length + 1 }, (_, i) => i);
  if (operator === '##' || operator === '%%') lengths.reverse();
  const prefix = operator.startsWith('#');
  for (const length of lengths) {
    const part = prefix ? text.slice(0, length) : text.slice(text.length - length);
    if (fitsPattern(part, pattern)) return prefix ? text.slice(length) : text.slice(0, text.length - length);
  }
  return text;
}
