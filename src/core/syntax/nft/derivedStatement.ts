import type { DerivedLine } from '../derived';
import { Shape } from '../shape';
import type { EmbeddedLine } from '../tree';
import type { NftPart } from './node';

/** A statement that is read in place of the lines it is in; undefined where it has no text. */
export function derivedStatement(derived: DerivedLine, part: NftPart): EmbeddedLine | undefined {
  const made = derived.made();
  if (!made) return undefined;
  const { text, index, toOuter, toLine } = made;
  return {
    index,
    text,
    eol: '\n',
    contentStart: 0,
    problems: [],
    shape: Shape.Nft,
    toOuter,
    ...(toLine && { toLine }),
    node: { kind: 'nft', part, start: 0, end: text.length },
  };
}
