import type { Annotated, AnnotationQuestion } from './annotated';
import type { Fact } from './facts';
import type { FactSource, ProgramPack, VariableFact } from './pack';
import { packs } from './packs';
import type { Programs } from './attribution';

/** What a key of a program's log or a variable of its environment means. Case is kept. Undefined for other words. */
export function variableKnowledge(name: string): VariableFact | undefined {
  return firstOf<VariableFact>((pack) => pack.variables, name);
}

export function knownVariables(): readonly string[] {
  return namesOf((pack) => pack.variables);
}

/** What an annotation does to the rules; a full name or the part after the slash. Undefined for other words. */
export function annotationKnowledge(name: string): Fact | undefined {
  return firstOf((pack) => pack.annotations, name);
}

/** What an annotation makes of the rules; undefined where they are not those of a program that reads it. */
export function annotatedRules(question: AnnotationQuestion): Annotated | undefined {
  for (const pack of packs) {
    const after = pack.annotated?.(question);
    if (after !== undefined) return after;
  }
  return undefined;
}

export function knownAnnotations(): readonly string[] {
  return namesOf((pack) => pack.annotations);
}

/** A flag or another setting of a program by itself; annotations and variables have facts of their own. */
export function settingKnowledge(name: string): Fact | undefined {
  return firstOf((pack) => pack.settings, name);
}

export function knownSettings(): readonly string[] {
  return namesOf((pack) => pack.settings);
}

/** A set or an interface that a program makes. `programs`: those of the file. */
export function ownNameKnowledge(name: string, programs?: Programs): Fact | undefined {
  return firstOf((pack) => pack.names, name, programs);
}

export function knownOwnNames(): readonly string[] {
  return namesOf((pack) => pack.names);
}

/** What a line of a program's log says; the whole line or its message. Undefined for other lines. */
export function logHeadingKnowledge(line: string): Fact | undefined {
  return firstOf((pack) => pack.logLines, line);
}

/** The lines as they are written, for completion and for finding them. */
export function knownLogHeadings(): readonly string[] {
  return namesOf((pack) => pack.logLines);
}

function firstOf<Known extends Fact>(
  part: (pack: ProgramPack) => FactSource<Known> | undefined,
  name: string,
  programs?: Programs,
): Known | undefined {
  for (const pack of packs) {
    const known = part(pack)?.knowledge(name, programs);
    if (known !== undefined) return known;
  }
  return undefined;
}

function namesOf(part: (pack: ProgramPack) => FactSource | undefined): readonly string[] {
  return packs.flatMap((pack) => part(pack)?.names() ?? []);
}
