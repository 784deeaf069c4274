import type { ExpressionProblem } from '../../core/net/packetExpression';

/** The word that is probably meant in the place of the wrong one; undefined: none is near. */
export function meantBy({ message }: ExpressionProblem): string | undefined {
  return /did you mean "([^"]+)"\?$/.exec(message)?.[1];
}
