import type { Backend } from '../xtables/backend';

/**
 * The program that rules are for: iptables or ip6tables of one of the back ends. There is one object for each, so that
 * `===` compares them.
 */
export interface Program {
  readonly family: 4 | 6;
  readonly backend: Backend;
}

const PROGRAMS: readonly Program[] = ([4, 6] as const).flatMap((family) =>
  (['legacy', 'nft'] as const).map((backend) => ({ family, backend })),
);

export function programOf(family: 4 | 6, backend: Backend = 'legacy'): Program {
  return PROGRAMS.find((each) => each.family === family && each.backend === backend) as Program;
}
