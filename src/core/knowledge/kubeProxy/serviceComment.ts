import type { RuleShape } from '../shape';

/**
 * The Service that a comment names, `default/web:http` of `default/web:http cluster IP`; undefined where there is none.
 */
export function serviceIn({ comment }: RuleShape): string | undefined {
  return comment?.split(' ').find((word) => word.includes('/'));
}
