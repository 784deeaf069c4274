import { saysOmitted } from '../text/omission';
import { Shape } from './shape';
import type { Line } from './tree';

/** A line that is nothing else, and says that others were omitted. */
export function isOmission({ shape, text, contentStart }: Line): boolean {
  return shape === Shape.Text && saysOmitted(text.slice(contentStart));
}

/** As `saysOmitted`, of a row that may begin with its number. */
export function saysRowsOmitted({ text, contentStart }: Line): boolean {
  const content = text.slice(contentStart);
  return saysOmitted(content) || saysOmitted(content.replace(/^\d{1,6}[ \t]+/, ''));
}

/** A rule whose command was lost or is misspelled: `INPUT -p tcp -j ACCEPT`, `A INPUT -s 10.0.0.0/8 -j DROP`. */
export function isSpoiledRule({ text, contentStart, node }: Line): boolean {
  if (node.kind !== 'text' || text.length - contentStart > LONGEST_RULE) return false;
  SPOILED_RULE.lastIndex = contentStart;
  return SPOILED_RULE.test(text);
}

const LONGEST_RULE = 1000;
const SPOILED_RULE =
  /(?:[-–—]{0,2}[ \t]?\w{1,8}[ \t]+)?[A-Z][\w-]{2,}[ \t]+(?:![ \t]*)?-{1,2}[a-z].*[ \t]-[jg][ \t]+[A-Z][\w-]*/y;
