import { skipBlanks } from '../text/blanks';

/** The column after indentation and `> ` quotes. */
export function quoteEnd(text: string, end: number): number {
  let i = skipBlanks(text, 0, end);
  while (text.charCodeAt(i) === 62) {
    const next = text.charCodeAt(i + 1);
    if (i + 1 < end && next !== 32 && next !== 9 && next !== 62) break;
    i = skipBlanks(text, i + 1, end);
  }
  return i;
}

/**
 * The column after one prefix that a log shipper or viewer puts before a line, or `start` where there is none:
 * `2024-05-01T09:00:00.1Z stdout F ` (CRI), `2024-05-01T09:00:00.1Z ` (kubectl logs --timestamps), `2024/05/01 09:00:00
 * > ` (Go), `[pod/server-1/init] ` (kubectl logs --prefix), `Jul  5 09:20:17 node-1 cron[812]: ` (syslog,
 * journalctl, in any language), `I0501 09:00:00.123456  7 runner.go:551] ` (klog), `[   12.345678] ` (dmesg), `<30>`,
 * `INFO: `, `web-1  | ` (a compose file).
 */
export function shipperPrefixEnd(text: string, start: number, end: number): number {
  for (const pattern of patternsFor(text.charCodeAt(start))) {
    pattern.lastIndex = start;
    const found = pattern.exec(text);
    if (found) return Math.min(skipBlanks(text, start + found[0].length, end), end);
  }
  return start;
}

function patternsFor(code: number): readonly RegExp[] {
  if (code === 91) return BRACKET;
  if (code === 60) return ANGLE;
  if (code >= 48 && code <= 57) return DIGIT;
  if (code >= 65 && code <= 90) return CAPITAL;
  if (code >= 97 && code <= 122) return SMALL;
  return code >= 0xc0 ? OTHER : NONE;
}

const LETTER = 'A-Za-z\\u00c0-\\u024f\\u0370-\\u052f';
const SENDER = '[\\w.-]{1,200} [\\w.@/-]{1,100}(?:\\[\\d{1,9}\\])?:(?=[ \\t])';
/**
 * `Jul  5`, `Okt 16`, `déc. 16`, `10월 16`, `5 июл`; the word for the month in a language cannot be recognised by
 * letters alone.
 */
const SYSLOG = new RegExp(
  `(?:[${LETTER}]{2,6}\\.? [ \\d]?\\d|\\d{1,2}[\\u6708\\uc6d4][ \\t]{1,2}\\d{1,2}|\\d{1,2}\\.? [${LETTER}]{2,6}\\.?) \\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})? ${SENDER}`,
  'y',
);
const LEVEL =
  /(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|trace|debug|info|notice|warn(?:ing)?|error|fatal)(?:\]?:[ \t]|[ \t]{2,}|\t)/y;

const BRACKET: readonly RegExp[] = [
  /\[[\w./:-]{1,200}\](?=[ \t])/y,
  /\[ {0,10}\d{1,9}\.\d{3,9}\](?=[ \t])/y,
  /\[\d[\dT/:., Z+-]{7,40}\](?=[ \t])/y,
];
const ANGLE: readonly RegExp[] = [/<\d{1,3}>/y];
const DIGIT: readonly RegExp[] = [
  /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?[ \t]+(?:(?:stdout|stderr)[ \t]+[FP](?=[ \t]|$))?/y,
  // `> ` is what was run, in the logs of some programs, and `< ` what it printed.
  /\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})?[ \t]+(?:[<>](?:[ \t]+|$))?/y,
  new RegExp(`\\d{4}-\\d\\d-\\d\\dT\\S{8,30} ${SENDER}`, 'y'),
  /\d\d:\d\d:\d\d(?:[.,]\d{1,9})?[ \t]+/y,
  SYSLOG,
];
const CAPITAL: readonly RegExp[] = [
  SYSLOG,
  /[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{1,9}[ \t]+\d{1,9} [\w./-]{1,100}:\d{1,6}\](?=[ \t]|$)/y,
  LEVEL,
];
const SMALL: readonly RegExp[] = [/[\w.-]{1,100}[ \t]+\|(?=[ \t])/y, SYSLOG, LEVEL];
const OTHER: readonly RegExp[] = [SYSLOG];
const NONE: readonly RegExp[] = [];

/**
 * The columns after marks that have a meaning only before what is clearly a rule or a command: numbers of lines (`cat
 * -n`, `12: `, `3) `), the name and number that grep prints, the words of a log that says what it runs, an item of a
 * YAML list. In the order in which they are tried.
 */
export function markEnds(text: string, start: number, end: number): readonly number[] {
  const ends: number[] = [];
  for (const pattern of MARKS) {
    pattern.lastIndex = start;
    const found = pattern.exec(text);
    const next = found ? skipBlanks(text, start + found[0].length, end) : end;
    if (next < end) ends.push(next);
  }
  return ends;
}

const MARKS: readonly RegExp[] = [
  /\d{1,7}(?:[:)|.-]|[ \t])/y,
  /[\w./@-]{1,120}?(?::(?:\d{1,7}:)?|-\d{1,7}-)(?=[^\s:])/y,
  /(?!(?:if|when|you|we|I|to|then|please|can|just|or|and|by|after|before) )(?:[A-Za-z][\w-]{0,20}:? ){0,2}(?:running|executing|executed|exec|run|ran|calling|invoking|applying|command|cmd)(?: command)?[:=]? (?:["'\x60](?=\S))?/iy,
  /-[ \t]+(?:["'](?=\S))?/y,
  /(?:- )?(?:run|command|cmd|script|args|exec|shell):[ \t]+(?:["'](?=\S))?/iy,
];
