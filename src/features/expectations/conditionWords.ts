import { editDistance } from '../../core/text/editDistance';
import type { OutcomeWord } from './condition';

/** What an expectation may say of the end of a path; several spellings of one. */
export const OUTCOME_WORDS: Readonly<Record<string, { readonly outcome: OutcomeWord; readonly help: string }>> = {
  local: { outcome: 'LOCAL', help: 'delivered to this host' },
  delivered: { outcome: 'LOCAL', help: 'delivered to this host' },
  sent: { outcome: 'SENT', help: 'leaves by an interface' },
  forwarded: { outcome: 'SENT', help: 'leaves by an interface' },
  dropped: { outcome: 'DROPPED', help: 'dropped or rejected, by a rule, a policy or the kernel' },
  none: { outcome: 'NONE', help: 'never reaches a hook: the kernel refuses it before' },
  accept: { outcome: 'ACCEPT', help: 'delivered to this host or sent' },
  accepted: { outcome: 'ACCEPT', help: 'delivered to this host or sent' },
  drop: { outcome: 'DROP', help: 'dropped without a word to the sender' },
  reject: { outcome: 'REJECT', help: 'rejected by a REJECT rule' },
  rejected: { outcome: 'REJECT', help: 'rejected by a REJECT rule' },
};

/** The words with a value after them. `value` says what the value is, for messages and completion. */
export const CONDITION_WORDS: Readonly<Record<string, { readonly value: string; readonly help: string }>> = {
  to: { value: 'an address, a port or both, such as 10.0.0.7:80', help: 'its destination in the end' },
  from: { value: 'an address, a port or both, such as 192.0.2.1', help: 'its source in the end' },
  on: { value: 'an interface', help: 'the interface that it leaves by' },
  by: {
    value: 'a rule such as INPUT:4, a chain, policy, kernel or an interface',
    help: 'who decided: a rule, a chain, policy or kernel; or the interface that it leaves by',
  },
  via: {
    value: 'a chain or a rule, such as INPUT or nat/PREROUTING:3',
    help: 'it passes the chain, or the rule matches',
  },
  mark: { value: 'a mark such as 0x1, or with a mask, 0x1/0xff', help: 'its mark in the end' },
  ttl: { value: 'a number from 0 to 255', help: 'its TTL or hop limit in the end' },
  tos: { value: 'a byte such as 0x10', help: 'its TOS or traffic class in the end' },
  dscp: { value: 'a number from 0 to 63', help: 'its DSCP in the end' },
  state: { value: 'NEW, ESTABLISHED, RELATED, INVALID or UNTRACKED', help: 'what connection tracking says of it' },
  process: { value: 'the name of a process', help: 'whose socket receives it' },
  reply: {
    value: 'ok, dropped or none',
    help: 'what becomes of the reply: ok reaches the sender as the reply to what it sent',
  },
};

/** Words that stand alone or before another condition. */
export const OTHER_WORDS: Readonly<Record<string, string>> = {
  unchanged: 'addresses and ports are those that it was sent with',
  not: 'the next condition does not hold',
  never: 'the next condition holds on no possible path',
  no: 'the next condition does not hold',
  or: 'this condition or the one before it',
  and: 'may stand between conditions',
};

/** The word that is probably meant; undefined: none is near. */
export function nearestWord(word: string, words: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let most = wanted.length < 3 ? 0 : wanted.length < 5 ? 1 : 2;
  let best: string | undefined;
  for (const each of words) {
    if (most <= 0) break;
    const distance = editDistance(wanted, each.toLowerCase(), most);
    if (distance > most) continue;
    best = each;
    most = distance - 1;
  }
  return best;
}

/** `; did you mean "LOCAL"?`, or nothing. */
export function didYouMean(word: string, words: Iterable<string>): string {
  const near = nearestWord(word, words);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}
