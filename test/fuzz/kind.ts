import type { Random } from '../kernel/random';
import type { Corpus } from './corpus';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * One kind of input: how to make one, and what has to hold of it. An input is JSON, so that it can be shrunk, printed
 * and kept.
 */
export interface FuzzKind {
  readonly name: string;
  /** What is fed and what is asked, for the list of kinds. */
  readonly summary: string;
  generate(random: Random, corpus: Corpus): Json;
  /** Throws where something does not hold; what is not of the form that `generate` gives is not a failure. */
  check(input: Json): void;
}

/** Why something does not hold. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

export function must(holds: boolean, message: () => string): void {
  if (!holds) throw new Broken(message());
}

/**
 * The parts of an input, with something harmless in the place of what is of another type: shrinking may leave anything.
 */
export const textOf = (json: Json | undefined): string => (typeof json === 'string' ? json : '');
export const numberOf = (json: Json | undefined): number => (typeof json === 'number' ? json : 0);
export const listOf = (json: Json | undefined): readonly Json[] => (isList(json) ? json : []);
export const partOf = (json: Json | undefined, name: string): Json | undefined =>
  typeof json === 'object' && json !== null && !isList(json) ? json[name] : undefined;

function isList(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json);
}
