import { isError, parseExpression } from './language/parse';
import { showValue } from './language/fields';
import type { Moment } from './moment';

/** The text of a logpoint at one moment. */
export type LogMessage = (moment: Moment) => string;

/** Reads a message with expressions in braces: `to {packet.dst}`. What is wrong with one of them is said. */
export function logMessage(text: string): LogMessage | { readonly message: string } {
  const parts: LogMessage[] = [];
  let from = 0;
  for (const match of text.matchAll(/\{([^{}]*)\}/g)) {
    const before = text.slice(from, match.index);
    const read = parseExpression(match[1] ?? '');
    if (isError(read)) return read;
    parts.push(
      () => before,
      (moment) => showValue(read.value(moment), read.field?.show),
    );
    from = match.index + match[0].length;
  }
  const rest = text.slice(from);
  return (moment) => parts.map((part) => part(moment)).join('') + rest;
}
