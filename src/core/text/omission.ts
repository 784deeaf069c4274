/**
 * Whether a line says that others were omitted where it stands: `...`, `[snip]`, `<30 more rules>`, `# … omitted`,
 * `--- 8< ---`, the `--` of grep. Only for lines between others of which something could be omitted.
 */
export function saysOmitted(line: string): boolean {
  const text = line.trim();
  if (text === '' || text.length > LONGEST) return false;
  const comment = COMMENT.exec(text)?.[1];
  if (comment !== undefined)
    return DOTS.test(comment) || OMITTED.test(comment) || (ENCLOSED.test(comment) && saysOmitted(comment));
  const enclosed = ENCLOSED.exec(text)?.[1];
  if (enclosed !== undefined && TAKEN_OUT.test(enclosed)) return true;
  const said = enclosed ?? text;
  return said === '--' || DOTS.test(said) || SCISSORS.test(said) || OMITTED.test(said) || MORE.test(said);
}

const LONGEST = 120;
/** A comment of a rules file; of other languages the marks are taken off. */
const COMMENT = /^[#;]+\s*(.+)$/;
const ENCLOSED = /^(?:<!--|\/\*|\/\/+|[[({<]+)\s*([^[\](){}<>]*?)\s*(?:-->|\*\/|[\])}>]+\.?)?$/;
/** Alone, and not in brackets, these may be said of anything. */
const TAKEN_OUT = /^(?:cut|removed|skipped|trimmed|redacted|shortened)$/i;
/** Dots, and what may be said behind them: `...`, `. . .`, `…`, `... many more ...`, `⋮`. */
const DOTS = /^(?:\.{2,}|…+|⋮|⋯|·{3,}|\.(?:\s*\.)*$|(?:\. ){2,})(?:\s*$|\s*[^-\s].*$)/;
const SCISSORS = /^[-=~*_#<\s]*(?:8<|>8|✂|snip(?:ped)?|snap)[-=~*_>\s]*$/i;

const LINES = '(?:rules?|lines?|rows?|chains?|entries|entry|output|rest|stuff|others?)';
const GONE =
  '(?:omitted|truncated|snipped|snip|trimmed|elided|skipped|removed|cut|redacted|abbreviated|shortened|left[ ]out|' +
  'not shown|not pasted)';
/** Words that say it in a comment as well. */
const OMITTED = new RegExp(
  `^(?:(?:and )?(?:\\S+ ){0,4}${LINES} (?:\\S+ ){0,3}${GONE}\\b.*|${GONE} (?:for|here|${LINES})\\b.*|omitted|snip(?:ped)?|truncated|elided|[^a-z]*(?:省略|中略|下略|以下略|略|생략|중략|이하 생략)[^a-z]*)\\.*$`,
  'i',
);
/** In a comment these may be the heading of the rules below. */
const MORE = new RegExp(
  `^(?:(?:and |plus )?(?:\\d+|several|many|some|lots of|a few|a lot of|more|other|similar|the rest)(?: (?:more|other|similar|[A-Z]+|of(?: the)?))* ${LINES}\\b.*|etc|and so on|and so forth|usw|и т\\. ?д)\\.*$`,
  'i',
);

/**
 * In the text of sets of ipset, in place of a command before the name of a set: not all of its entries are shown. ipset
 * has no such command.
 */
export const PARTIAL = 'partial';
