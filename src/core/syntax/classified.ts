import { Shape } from './shape';
import type { EmbeddedLine, LineNode, Problem } from './tree';

/** What one line was found to be. */
export interface Classified {
  readonly node: LineNode;
  readonly shape: Shape;
  readonly problems: readonly Problem[];
  readonly embedded?: readonly EmbeddedLine[];
}

export const NO_PROBLEMS: readonly Problem[] = [];

const textNode: LineNode = { kind: 'text' };

/** Lines without parts share one object: a log of 100,000 lines has one node for all its prose. */
export const plain = {
  blank: { node: { kind: 'blank' }, shape: Shape.Blank, problems: NO_PROBLEMS },
  commit: { node: { kind: 'commit' }, shape: Shape.Commit, problems: NO_PROBLEMS },
  comment: { node: { kind: 'comment' }, shape: Shape.Comment, problems: NO_PROBLEMS },
  text: { node: textNode, shape: Shape.Text, problems: NO_PROBLEMS },
} as const satisfies Record<string, Classified>;

const byShape: readonly Classified[] = Object.values(Shape).map((shape) => ({
  node: textNode,
  shape,
  problems: NO_PROBLEMS,
}));

/** A line that has no meaning for iptables but a shape of its own. */
export function textOf(shape: Shape): Classified {
  return byShape[shape] ?? plain.text;
}
