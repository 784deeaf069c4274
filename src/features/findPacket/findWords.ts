import { lineWords } from '../../core/syntax/typedLine';
import type { Rule } from '../../core/ruleset/ruleSet';
import type { Found } from './findPacket';

/** The message to a person who asked for a packet for a rule; undefined where the packet speaks for itself. */
export function findWords(found: Found, { chain, number }: Rule): string | undefined {
  const rule = `${chain.name} rule ${number}`;
  switch (found.kind) {
    case 'found':
      return undefined;
    case 'unreachable':
      if (found.jumped)
        return `No packet reaches ${rule}: the jumps to ${chain.name} are after rules that let no packet go on.`;
      return (
        `No packet reaches ${rule}: no built-in chain of table ${chain.table} jumps to ${chain.name}, directly ` +
        'or through other chains.'
      );
    case 'shadowed':
      return (
        `No packet is matched by ${rule}: ${lineWords(found.by.line)} matches each that it would ` +
        `match.${found.nearest === undefined ? '' : ' One of them is traced.'}`
      );
    case 'not-found': {
      if (found.nearest === undefined && !found.contradictory)
        return (
          `No packet was found for ${rule}. Not every packet was tried that its conditions and those of the rules ` +
          'that jump to it may let pass.'
        );
      if (found.nearest === undefined)
        return (
          `No packet was found for ${rule}: its conditions and those of the rules that jump to it contradict ` +
          'each other.'
        );
      const why = found.obstacle === undefined ? '' : `: ${found.obstacle}`;
      return `No packet was found that ${rule} matches. The nearest one is traced${why}.`;
    }
  }
}
