import { familyOfChain, packOfFamily } from './chains';
import { fit, list, text, type Fact } from './facts';
import type { MarkMeaning, ProgramPack } from './pack';
import { packs } from './packs';
import { programsIn } from './programs';
import { isHere, attributed, type Programs } from './attribution';
import type { RuleSetView } from './view';

export interface MarkContext {
  readonly chain?: string | undefined;
  /** Narrows a mark in a built-in chain to the programs whose chains are in the rule set. */
  readonly ruleSet?: RuleSetView | undefined;
  /** The programs of the whole file, where more of it than the rule set is known. */
  readonly programs?: Programs | undefined;
}

/**
 * What a packet or connection mark means. Programs share numbers, so the chain decides; in a built-in chain the
 * programs of the rule set do; where several remain, all are named. `mask` is 0xffffffff where the rule gives none.
 */
export function markKnowledge(value: number, mask: number, context: MarkContext = {}): Fact | undefined {
  const shown = `0x${value.toString(16)}${mask === 0xffffffff ? '' : `/0x${mask.toString(16)}`}`;
  const family = context.chain === undefined ? undefined : familyOfChain(context.chain);
  const owner = packOfFamily(family);
  const programs = context.programs ?? (context.ruleSet === undefined ? undefined : programsIn(context.ruleSet));
  const all = (owner === undefined ? packs : [owner]).flatMap((pack) =>
    (pack.marks ?? []).filter((each) => fits(each, value, mask)).map((meaning): Owned => ({ pack, meaning })),
  );
  const candidates = owner === undefined ? present(all, programs) : all;
  const found = closest(byMode(candidates, context.ruleSet), mask);
  const [first, ...rest] = found;
  if (first === undefined) {
    const other = owner?.otherMarks;
    return (
      other && { title: `${shown}: ${other.title}`, details: (other.details ?? []).map(text), sources: other.sources }
    );
  }
  if (owner === undefined && !found.some(({ pack }) => isHere(pack.name, programs)))
    return {
      title: fit(
        `${shown}: ${found.map(({ pack, meaning }) => attributed(meaning.title, pack.name, programs)).join('; ')}`,
      ),
      details: [],
      sources: first.meaning.sources,
      elsewhere: true,
    };
  if (rest.length === 0)
    return {
      title: fit(`${shown}: ${first.meaning.title}`),
      details: [...(first.meaning.details ?? []).map(text), text(`Set by ${first.pack.name}.`)],
      sources: first.meaning.sources,
    };
  return {
    title: fit(`${shown}: used by ${[...new Set(found.map(({ pack }) => pack.name))].join(', ')}`),
    details: [
      text('Several programs use this number; the chain does not show which one uses it here.'),
      list(...found.map(({ pack, meaning }) => `${pack.name}: ${meaning.title}`)),
    ],
    sources: [...new Set(found.flatMap(({ meaning }) => meaning.sources))],
  };
}

/** A meaning with the program that gives it. */
interface Owned {
  readonly pack: ProgramPack;
  readonly meaning: MarkMeaning;
}

/** The number as a whole, or under the very mask that the meaning is defined with; 0 says nothing without the mask. */
function fits(meaning: MarkMeaning, value: number, mask: number): boolean {
  return (
    (value === meaning.value && (value !== 0 || mask === meaning.mask)) ||
    (mask === meaning.mask && (value & mask) >>> 0 === meaning.value)
  );
}

/** Among the meanings that one program gives a number, those of the mask that the rule uses. */
function closest(found: readonly Owned[], mask: number): readonly Owned[] {
  if (new Set(found.map(({ pack }) => pack)).size !== 1) return found;
  const exact = found.filter(({ meaning }) => (meaning.mask ?? 0xffffffff) === mask);
  return exact.length > 0 ? exact : found;
}

/** The programs of the file before those that are not in it. */
function present(found: readonly Owned[], programs: Programs): readonly Owned[] {
  const here = programs === undefined ? [] : found.filter(({ pack }) => programs.has(pack.name));
  return here.length > 0 ? here : found;
}

/** Each mode of a program may give a number another job. */
function byMode(found: readonly Owned[], ruleSet: RuleSetView | undefined): readonly Owned[] {
  if (ruleSet === undefined) return found;
  const fitting = found.filter(({ pack, meaning }) => {
    const mode = meaning.mode === undefined ? undefined : pack.chains?.modeOf?.(ruleSet);
    return mode === undefined || mode === meaning.mode;
  });
  return fitting.length > 0 ? fitting : found;
}
