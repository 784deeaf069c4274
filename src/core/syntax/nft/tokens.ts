import type { Columns } from '../../text/columns';

/** A word of nft: `text` is its value (without quotes), the columns span its spelling. */
export interface NftToken extends Columns {
  readonly text: string;
  /**
   * `word`: names, numbers, addresses and the `.`, `:`, `/`, `-` between them. `mark`: one of the signs that end a
   * word.
   */
  readonly kind: 'word' | 'string' | 'mark';
}

/** A comment ends the text; a backslash and a single quote are the shell's and mean nothing here. */
const TOKEN =
  /[ \t\r\n\\']+|(#.*)|"([^"]*)"?|(@(?:ll|nh|th|ih),[ \t]*\d+,[ \t]*\d+)|([!=<>]=|<<|>>|[{}(),;=<>!&|^])|([^ \t\r\n\\'"{}(),;=<>!&|^#]+)/y;

/**
 * The words of the columns `from` to `to`, in their order; a comment is omitted. Never throws. Source: nftables
 * src/scanner.l.
 */
export function nftTokens(text: string, from = 0, to = text.length): readonly NftToken[] {
  const tokens: NftToken[] = [];
  TOKEN.lastIndex = from;
  while (TOKEN.lastIndex < to) {
    const start = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found || found[1] !== undefined) break;
    const end = Math.min(TOKEN.lastIndex, to);
    if (found[2] !== undefined) tokens.push({ kind: 'string', text: found[2], start, end });
    else if (found[4] !== undefined) tokens.push({ kind: 'mark', text: found[4], start, end });
    else if (found[3] !== undefined || found[5] !== undefined)
      tokens.push({ kind: 'word', text: text.slice(start, end), start, end });
    TOKEN.lastIndex = end;
  }
  return tokens;
}
