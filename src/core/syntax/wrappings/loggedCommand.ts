import { Rewriting, type Rewritten } from '../../text/rewriting';

/**
 * A command of iptables as a program logs it that joins its words with blanks: `Running 'iptables -A … --comment a b -j
 * …' command`. With the comment in quotes, and without the words around it; undefined where it is a command as it is.
 */
export function loggedCommand(text: string): Rewritten | undefined {
  const head = HEAD.exec(text);
  if (!head) return undefined;
  const [before, quote = ''] = head;
  const close = quote === '' ? -1 : text.lastIndexOf(quote);
  const isQuoted = close > before.length && /^[\w .,:]{0,40}$/.test(text.slice(close + 1));
  const from = isQuoted ? before.length : 0;
  const to = isQuoted ? close : text.length;
  const out = new Rewriting();
  let kept = from;
  for (const { start, end } of bareComments(text, from, to)) {
    const words = text.slice(start, end);
    out.keep(text.slice(kept, start), kept).put(`'${words.replace(/'/g, "'\\''")}'`, start, end - start);
    kept = end;
  }
  if (kept === from && !isQuoted) return undefined;
  return out.keep(text.slice(kept, to), kept).done();
}

const HEAD = /^(?:[A-Za-z][\w ]{0,40}:? )?(["'`]?)(?=(?:\/[\w.-]{1,40}){0,6}\/?ip6?tables(?:-legacy|-nft)? -)/;

/** Comments of several words without quotes: up to the next option. */
function bareComments(text: string, from: number, to: number): readonly { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  COMMENT.lastIndex = from;
  for (let match = COMMENT.exec(text); match && match.index < to; match = COMMENT.exec(text)) {
    const start = match.index + match[0].length;
    NEXT.lastIndex = start;
    const end = Math.min(NEXT.exec(text)?.index ?? to, to);
    if (text.slice(start, end).includes(' ')) found.push({ start, end });
    COMMENT.lastIndex = end;
  }
  return found;
}

const COMMENT = / --comment (?=[^\s"'])/g;
/** `->` is none. */
const NEXT = / (?=(?:! )?(?:-[A-Za-z]|--[a-z][\w-]*)(?: |$))/g;
