import type { SectionReader } from '../sectionReader';
import type { Line } from '../tree';

/** A row of `iptables -L` that no line `Chain …` is above, as after a grep. */
export function reportRow(reader: SectionReader, line: Line): void {
  reader.problems.push({
    line,
    start: line.contentStart,
    end: line.text.length,
    severity: 'warning',
    code: 'not-read',
    message:
      'this row of "iptables -L" is not read: its chain is not known, because there is no line "Chain …" above it',
  });
}
