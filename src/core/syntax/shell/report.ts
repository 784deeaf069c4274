import type { FileProblem, Line, Problem } from '../tree';
import type { ShellNode } from './nodes';
import { outerPlace, type CharPlace, type ScriptText } from './scriptText';
import type { ExpandedWord } from './values';

const MOST_PROBLEMS = 2000;

/** The problems of a script: commands that are not read, values that nothing states, guesses. Each once for a place. */
export class ScriptReport {
  readonly problems: FileProblem[] = [];
  /** Files of variables that the script reads. */
  readonly sourced: string[] = [];
  private readonly asked = new Map<string, CharPlace>();
  /** Why a variable is not known, where the file sets it. */
  private readonly reasons = new Map<string, string>();
  private readonly reported = new Set<string>();

  because(name: string, why: string): void {
    this.reasons.set(name, why);
  }

  /** Notes the variables of a command that are not known, to be reported when the whole file is read. */
  askFor(fields: readonly ExpandedWord[]): void {
    for (const { pieces } of fields) {
      for (const { unknown, from } of pieces)
        for (const name of unknown ?? [])
          if (!this.asked.has(name) && this.asked.size < MOST_PROBLEMS) this.asked.set(name, from);
    }
  }

  info(node: ShellNode, source: ScriptText, code: string, message: string): void {
    this.add(source.place(node.start), source.place(node.end), 'info', code, message);
  }

  /** A command that is not read. `mayRun`: what it would do on the machine; undefined where it is not run there. */
  notRead(from: CharPlace, to: CharPlace, reason: string, mayRun: readonly Line[] | undefined): void {
    const count = this.problems.length;
    this.add(from, to, 'warning', 'not-read', `not read: ${reason}`);
    const added = this.problems[count];
    if (mayRun && added) this.problems[count] = { ...added, mayRun };
  }

  add(
    { line, column }: CharPlace,
    to: CharPlace | number,
    severity: Problem['severity'],
    code: string,
    message: string,
  ): void {
    const at = outerPlace({ line, column });
    const key = `${at.index}:${at.column} ${code}`;
    if (this.reported.has(key) || this.reported.size > MOST_PROBLEMS) return;
    this.reported.add(key);
    this.problems.push(problemAt({ line, column }, to, { severity, code, message }));
  }

  /**
   * Reports the variables that commands need and nothing gives. `isSet`: by their names, those that the file sets
   * somewhere.
   */
  tellUnknown(isSet: (name: string) => boolean): void {
    const read = this.sourced.length > 0 ? ` (${this.sourced.slice(0, 3).join(', ')} may set it)` : '';
    for (const [name, place] of this.asked) {
      const end = Math.min(place.line.text.length, place.column + name.length + 1);
      if (!/^\w+$/.test(name)) {
        this.add(
          place,
          end,
          'warning',
          'unknown-value',
          `${name}: what it prints is known only on the machine, so this value is unknown`,
        );
        continue;
      }
      const why = this.reasons.get(name);
      if (/^\d+$/.test(name))
        this.add(
          place,
          end,
          'warning',
          'unset-variable',
          `$${name} is an argument of the script, which this file does not state: its value is unknown`,
        );
      else if (why !== undefined) this.add(place, end, 'warning', 'unknown-value', `${name} is not known: ${why}`);
      else
        this.add(
          place,
          end,
          'warning',
          'unset-variable',
          `${name} is not set in this file${isSet(name) ? ' above' : ''}: its value is unknown${read}`,
        );
    }
  }
}

/** A problem from a place of the script up to another, or up to a column of the same line. */
export function problemAt(
  { line, column }: CharPlace,
  to: CharPlace | number,
  said: Pick<Problem, 'severity' | 'code' | 'message'>,
): FileProblem {
  const end = typeof to === 'number' ? to : to.line === line ? to.column : line.text.length;
  return { line, start: column, end: Math.max(column, Math.min(end, line.text.length)), ...said };
}
