import { isSpoiledRule, saysRowsOmitted } from '../missingRules';
import type { SectionReader } from '../sectionReader';
import { Shape } from '../shape';
import type { Line } from '../tree';

/**
 * A table without COMMIT in a log or in notes: it was cut off. What is input for iptables-restore is checked as a
 * whole, see restoreInput.
 */
export function reportOpen(reader: SectionReader, table: Line): void {
  const message = `Table ${tableName(table)} has no COMMIT after it; iptables-restore would refuse the file.`;
  reader.problems.push({
    line: table,
    start: table.contentStart,
    end: table.text.length,
    severity: 'warning',
    code: 'missing-commit',
    message,
  });
}

/** Lines within a table that do not belong there. */
export function reportText(reader: SectionReader, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const line = reader.lines[i];
    if (!line || line.shape === Shape.Blank || line.shape === Shape.Comment) continue;
    if (saysRowsOmitted(line) || isSpoiledRule(line)) continue;
    const message = 'This line between the rules is not a rule and is ignored.';
    reader.problems.push({
      line,
      start: line.contentStart,
      end: line.text.length,
      severity: 'info',
      code: 'unexpected-text',
      message,
    });
  }
}

export function tableName(line: Line): string {
  return line.node.kind === 'table' ? line.node.name.text : '';
}
