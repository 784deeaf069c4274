/** Whether a breakpoint stops when its condition holds for the `count`-th time, from 1. */
export type HitTest = (count: number) => boolean;

/** Reads `5` (the fifth time), `>= 2`, `< 4`, `% 3` (each third time). A string says what is wrong. */
export function hitTest(text: string): HitTest | string {
  const [, sign = '', digits = ''] = /^\s*(==?|>=?|<=?|%)?\s*(\d{1,9})\s*$/.exec(text) ?? [];
  if (digits === '') return `"${text.trim()}" is not a count such as 5, >= 2 or % 3`;
  const number = Number(digits);
  switch (sign) {
    case '>':
      return (count) => count > number;
    case '>=':
      return (count) => count >= number;
    case '<':
      return (count) => count < number;
    case '<=':
      return (count) => count <= number;
    case '%':
      return number === 0 ? '"% 0" is never reached' : (count) => count % number === 0;
    default:
      return (count) => count === number;
  }
}
