/**
 * What an arithmetic expression without assignments comes to; undefined where that is not known. Source: POSIX.1-2017,
 * "Shell Command Language", 2.6.4. `variable` gives the number of a name.
 */
export function evaluate(expression: string, variable: (name: string) => number | undefined): number | undefined {
  if (expression.length > 500) return undefined;
  const tokens =
    expression.match(
      /0[xX][0-9a-fA-F]+|\d+|\$?\{?[A-Za-z_]\w*\}?|\*\*|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%()<>!&|^~?:]|\S/g,
    ) ?? [];
  let at = 0;
  let depth = 0;
  const unary = (): number | undefined => {
    const token = tokens[at++];
    if (token === undefined || ++depth > 100) return undefined;
    if (token === '(') {
      const value = binary(0);
      return tokens[at++] === ')' ? value : undefined;
    }
    if (token === '-' || token === '+' || token === '!' || token === '~') {
      const value = unary();
      return value === undefined
        ? undefined
        : token === '-'
          ? -value
          : token === '!'
            ? Number(value === 0)
            : token === '~'
              ? ~value
              : value;
    }
    if (/^\d/.test(token)) return Number(/^0\d/.test(token) ? `0o${token.slice(1)}` : token);
    const name = /^\$?\{?([A-Za-z_]\w*)\}?$/.exec(token)?.[1];
    return name === undefined ? undefined : variable(name);
  };
  const binary = (least: number): number | undefined => {
    let left = unary();
    for (;;) {
      const operator = tokens[at];
      const level = operator === undefined ? -1 : LEVELS.findIndex((each) => each.includes(operator));
      if (operator === undefined || level < least) return left;
      at++;
      const right = binary(level + 1);
      if (left === undefined || right === undefined) return undefined;
      left = apply(operator, left, right);
    }
  };
  const value = binary(0);
  return at === tokens.length && value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

function apply(operator: string, a: number, b: number): number | undefined {
  switch (operator) {
    case '||':
      return Number(a !== 0 || b !== 0);
    case '&&':
      return Number(a !== 0 && b !== 0);
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    case '==':
      return Number(a === b);
    case '!=':
      return Number(a !== b);
    case '<':
      return Number(a < b);
    case '>':
      return Number(a > b);
    case '<=':
      return Number(a <= b);
    case '>=':
      return Number(a >= b);
    case '<<':
      return b >= 0 && b < 32 ? a * 2 ** b : undefined;
    case '>>':
      return b >= 0 && b < 32 ? Math.floor(a / 2 ** b) : undefined;
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0 ? undefined : Math.trunc(a / b);
    default:
      return b === 0 ? undefined : a % b;
  }
}
