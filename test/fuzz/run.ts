import { framesOf } from '../../src/features/internalError';
import { Random } from '../kernel/random';
import type { Corpus } from './corpus';
import { Broken, type FuzzKind, type Json } from './kind';
import { fileKind } from './kinds/file';
import { KINDS } from './kinds/index';

/** What went wrong with an input. */
export interface Finding {
  readonly kind: string;
  readonly input: Json;
  readonly message: string;
  /** The first frames of an error that was thrown. */
  readonly where: string;
}

/** A run is identified by its seed; each of its inputs by its index. `only`: all are of this kind. */
export function inputOf(
  seed: number,
  index: number,
  corpus: Corpus,
  only?: FuzzKind,
): { readonly kind: FuzzKind; readonly input: Json } {
  const kind = only ?? ROTATION[index % ROTATION.length] ?? fileKind;
  return { kind, input: kind.generate(new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index, 0x85ebca6b)), corpus) };
}

/** undefined: everything holds. */
export function findingOf(kind: FuzzKind, input: Json): Finding | undefined {
  try {
    kind.check(input);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return {
      kind: kind.name,
      input,
      message: message.slice(0, 500),
      where: error instanceof Broken ? '' : framesOf(error).split('\n').slice(0, 3).join('\n'),
    };
  }
}

/** Findings with the same signature are taken for the same. */
export function signatureOf({ kind, message, where }: Finding): string {
  return `${kind} ${message.replace(/[0-9]+|"[^"]*"/g, '#')} ${where.split('\n')[0] ?? ''}`;
}

const ROTATION: readonly FuzzKind[] = spread();

/** Kinds in turn, each as often as its share says. */
function spread(): readonly FuzzKind[] {
  const rest = KINDS.map(({ kind, share }) => ({ kind, left: share }));
  const order: FuzzKind[] = [];
  while (rest.some(({ left }) => left > 0)) {
    for (const each of rest) {
      if (each.left-- > 0) order.push(each.kind);
    }
  }
  return order;
}
