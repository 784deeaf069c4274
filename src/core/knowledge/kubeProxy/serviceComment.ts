import type { RuleShape } from '../shape';

/**
 * The Service that a comment names, `default/web:http` of `default/web:http cluster IP`; undefined where there is none.
 * Old releases write `default/web:` where the port has no name.
 */
export function serviceIn({ comment }: RuleShape): string | undefined {
  return comment
    ?.split(' ')
    .find((word) => word.includes('/'))
    ?.replace(/:$/, '');
}
