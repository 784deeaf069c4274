/** In characters: what a model can read besides all its other input. */
export const MOST_CHARACTERS = 14_000;

/** A text of whole lines, cut where it is too long; `more` says how to get at the rest. */
export function limited(text: string, more: string): string {
  if (text.length <= MOST_CHARACTERS) return text;
  const end = text.lastIndexOf('\n', MOST_CHARACTERS);
  const shown = text.slice(0, end > 0 ? end : MOST_CHARACTERS);
  const left = text
    .slice(shown.length)
    .split('\n')
    .filter((line) => line !== '').length;
  return `${shown}\n… ${left} more ${left === 1 ? 'line is' : 'lines are'} cut off here: ${more}\n`;
}
