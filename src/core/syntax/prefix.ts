import { skipBlanks } from '../text/blanks';

/** The column behind indentation and `> ` quotes. */
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
 * The column behind one prefix that a log shipper or viewer puts in front of a line, or `start` where there is none:
 * `2024-05-01T09:00:00.1Z stdout F ` (CRI), `2024-05-01T09:00:00.1Z ` (kubectl logs --timestamps),
 * `[pod/server-1/istio-init] ` (kubectl logs --prefix), `Jul  5 09:20:17 node-1 kubelet[812]: ` (syslog, journalctl),
 * `web-1  | ` (docker compose).
 */
export function shipperPrefixEnd(text: string, start: number, end: number): number {
  const code = text.charCodeAt(start);
  let pattern: RegExp;
  if (code === 91) pattern = BRACKETS;
  else if (code >= 48 && code <= 57) pattern = TIMESTAMP;
  else if (code >= 65 && code <= 90) pattern = SYSLOG;
  else if (code >= 97 && code <= 122) pattern = COMPOSE;
  else return start;
  pattern.lastIndex = start;
  const found = pattern.exec(text);
  return found ? Math.min(skipBlanks(text, start + found[0].length, end), end) : start;
}

const BRACKETS = /\[[\w./:-]{1,200}\](?=[ \t])/y;
const TIMESTAMP = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?[ \t]+(?:(?:stdout|stderr)[ \t]+[FP](?=[ \t]|$))?/y;
const SYSLOG = /[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [\w.-]{1,200} [\w./-]{1,100}(?:\[\d{1,9}\])?:(?=[ \t])/y;
const COMPOSE = /[\w.-]{1,100}[ \t]+\|(?=[ \t])/y;
