import { Shape } from '../core/syntax/shape';
import type { Section, SourceFile } from '../core/syntax/sourceFile';
import type { Line } from '../core/syntax/tree';
import { allSectionsOf, type Dump, type FileModel } from './fileModel';

/** The section that a line of the file belongs to; of rules, all that the file shows of their host. */
export function sectionOf(model: FileModel, line: Line): Section | undefined {
  const { file, dumps } = model;
  if (file.sections.length > MANY) return indexOf(model).get(line);
  // What is said of rules as a whole counts for more, and the last one for most.
  return (
    dumps.flatMap(sectionsOfDump).findLast((section) => holds(file, section, line)) ??
    file.sections.findLast((section) => holds(file, section, line))
  );
}

function sectionsOfDump(dump: Dump): readonly Section[] {
  return allSectionsOf(dump);
}

/** A log of more sections gets an index of its lines. */
const MANY = 16;
const indexes = new WeakMap<FileModel, ReadonlyMap<Line, Section>>();

function indexOf(model: FileModel): ReadonlyMap<Line, Section> {
  let index = indexes.get(model);
  if (index === undefined) {
    const made = new Map<Line, Section>();
    for (const section of [...model.file.sections, ...model.dumps.flatMap(sectionsOfDump)])
      for (const each of section.lines) made.set(each, section);
    indexes.set(model, (index = made));
  }
  return index;
}

/** If its place shows whether a line is in a section, nothing is searched. */
function holds(file: SourceFile, section: Section, line: Line): boolean {
  const { lines } = section;
  const [first] = lines;
  if (first === undefined) return false;
  if (lines[line.index - first.index] === line) return true;
  return !isRun(file, section) && linesOf(section).has(line);
}

/** Lines of the file one after the other, as `readSections` cuts them out. */
function isRun(file: SourceFile, section: Section): boolean {
  if (!file.sections.includes(section)) return false;
  if (file.readings.size > 0) return false;
  let wrapped = withWrapped.get(file);
  if (wrapped === undefined) withWrapped.set(file, (wrapped = file.shapes.includes(Shape.Wrapped)));
  return !wrapped;
}

const withWrapped = new WeakMap<SourceFile, boolean>();
const linesOfSections = new WeakMap<Section, ReadonlySet<Line>>();

function linesOf(section: Section): ReadonlySet<Line> {
  let lines = linesOfSections.get(section);
  if (lines === undefined) linesOfSections.set(section, (lines = new Set(section.lines)));
  return lines;
}
