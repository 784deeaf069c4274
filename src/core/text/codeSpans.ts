/** A piece of text, or of what is between two backticks in it. */
export interface TextPart {
  readonly kind: 'text' | 'code';
  readonly text: string;
}

/**
 * Text whose authors mark names and commands with backticks, in parts. A backtick without a partner is text, and so are
 * two side by side.
 */
export function codeSpans(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(/`([^`\n]+)`/g)) {
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) });
    parts.push({ kind: 'code', text: match[1] ?? '' });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

/** The same without the backticks, for a terminal. */
export function withoutCodeMarks(text: string): string {
  return codeSpans(text)
    .map((part) => part.text)
    .join('');
}
