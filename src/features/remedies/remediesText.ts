import { visible } from '../../core/text/visible';
import { textOfSpans } from '../traceReport/verdict';
import type { FoundRemedy } from './findRemedies';

/** The remedies as a person reads them, in plain text; empty where there are none. */
export function remediesText(remedies: readonly FoundRemedy[]): string {
  if (remedies.length === 0) return '';
  const lines = remedies.flatMap(({ remedy: { title, commands, note, makes, result } }) => [
    `  ${textOfSpans(title)} → ${result.map(({ text }) => text).join(' or ')}`,
    ...commands.map((command) => `      ${command}`),
    ...(note === '' ? [] : [`      ${note}${makes === undefined ? '' : `: ${makes}`}`]),
  ]);
  return (
    `\nWhat would have to change, each traced with the change ` +
    `made:\n${lines.map((line) => `${visible(line)}\n`).join('')}`
  );
}
