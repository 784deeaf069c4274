import type { SectionReader } from '../sectionReader';
import type { Line } from '../tree';

/** Why a row is not read that no line `Chain …` is above. */
export const ROW_WITHOUT_CHAIN =
  'this row of "iptables -L" is not read: no line "Chain …" above it states its chain. "iptables -S" states the ' +
  'chain in each rule, also below grep';

/** A row of `iptables -L` that no line `Chain …` is above, as after a grep. */
export function reportRow(reader: SectionReader, line: Line): void {
  reader.problems.push({
    line,
    start: line.contentStart,
    end: line.text.length,
    severity: 'warning',
    code: 'not-read',
    message: ROW_WITHOUT_CHAIN,
  });
}
