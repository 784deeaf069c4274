import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { Line } from '../tree';

/** A problem that covers the content of a line. */
export function report(reader: SectionReader, line: Line, severity: 'error' | 'warning' | 'info', code: string, message: string): void {
  reader.problems.push({ line, start: line.contentStart, end: line.text.length, severity, code, message });
}

/** A table without COMMIT. `strict`: the file is input for iptables-restore and nothing else, so it would be refused. */
export function reportOpen(reader: SectionReader, table: Line, strict: boolean): void {
  report(
    reader,
    table,
    strict ? 'error' : 'warning',
    'missing-commit',
    `Table ${tableName(table)} has no COMMIT behind it; iptables-restore would refuse the file.`,
  );
}

/** Lines within a table that are nothing that belongs there. */
export function reportText(reader: SectionReader, from: number, to: number, strict: boolean): void {
  for (let i = from; i < to; i++) {
    const line = reader.lines[i];
    if (!line || line.shape === Shape.Blank || line.shape === Shape.Comment) continue;
    if (!strict) {
      report(reader, line, 'info', 'unexpected-text', 'This line between the rules is no rule and is passed over.');
    } else if (line.text.charAt(line.contentStart) === '-') {
      // iptables-restore takes abbreviated options too, which are not read here.
      report(reader, line, 'warning', 'no-operation', 'No operation such as -A was found in this line; it is passed over.');
    } else {
      report(reader, line, 'error', 'unexpected-text', 'This is neither a rule nor a chain, a comment or COMMIT; iptables-restore would refuse it.');
    }
  }
}

/** What iptables-restore is strict about in the lines that open and close a table (iptables/iptables-restore.c). */
export function reportFrame(reader: SectionReader, frame: readonly Line[]): void {
  for (const line of frame) {
    if (line.contentStart > 0) {
      report(reader, line, 'error', 'indented', 'iptables-restore does not accept blanks in front of this.');
    }
  }
  const first = frame[0];
  if (first?.eol === '\r\n') {
    report(reader, first, 'warning', 'carriage-return', 'The lines end with CR LF; iptables-restore takes the CR as part of the last word and would refuse the file.');
  }
  const last = frame[frame.length - 1];
  if (last && last.eol === '' && last.shape === Shape.Commit) {
    report(reader, last, 'warning', 'no-final-newline', 'iptables-restore wants a line break behind COMMIT.');
  }
}

export function tableName(line: Line): string {
  return line.node.kind === 'table' ? line.node.name.text : '';
}
