import { errorsOf, printed } from './evaluate';
import { CHECK_SETS, generateChecks, type CheckCase } from './generate/checks';
import type { Referee } from './referee';

/** A text with what iptables-legacy-restore and -save made of it. */
export interface RecordedCheck extends CheckCase {
  readonly accepted: boolean;
  /** The tables that the text names, as iptables-save prints them; undefined where it was refused. */
  readonly saved?: string;
}

/** Names that each machine knows for itself: users, labels, hosts; and families of sets, which the rules do not tell. */
const OF_THE_MACHINE = /-own(?:er)?[ =][A-Za-z]|--lab(?:el)?[ =]"?[A-Za-z_]|-s (?:localhost|no\.such)|--(?:add|del|map)-set sip6|--help name/m;
/** What iptables knows and this kernel does not: there it is the kernel that refuses. */
const NOT_IN_KERNEL = /-[mj] (?:ULOG|ipvs|nfacct|LED|SECMARK|CONNSECMARK|CLUSTERIP)\b/;
/** IPv4 addresses in the form of IPv6, and the options that print a help text instead of loading anything. */
const ODDITIES = /::ffff:1\.2\.3\.4|--weekdays -|--help/;

/** Whether the answer is that of iptables rather than that of this machine. */
export function isTelling({ rules }: CheckCase): boolean {
  return !OF_THE_MACHINE.test(rules) && !NOT_IN_KERNEL.test(rules) && !ODDITIES.test(rules);
}

/** Where `check` or `print` say otherwise; undefined where they agree. */
export function checkDisagreement({ rules, family, accepted, saved }: RecordedCheck): string | undefined {
  const errors = errorsOf(rules, family);
  if (accepted && errors.length > 0) return `iptables-restore takes it, check says: ${errors[0] as string}`;
  if (!accepted) return errors.length > 0 ? undefined : 'iptables-restore refuses it, check has no error';
  const own = printed(rules, family);
  return own === saved ? undefined : `iptables-save prints ${JSON.stringify(difference(saved ?? '', own))}, print says ${JSON.stringify(difference(own, saved ?? ''))}`;
}

function difference(text: string, other: string): string {
  const lines = new Set(other.split('\n'));
  return text.split('\n').filter((line) => !lines.has(line)).join('\n');
}

/** Asks iptables-restore and iptables-save of this machine about every generated text. */
export async function askChecks(referee: Referee, only?: RegExp): Promise<readonly RecordedCheck[]> {
  const cases = generateChecks().filter((each) => isTelling(each) && (only?.test(each.name) ?? true));
  const answers = await Promise.all(cases.map(({ rules, family }) => referee.restore(rules, family, CHECK_SETS)));
  return cases.flatMap((each, i): RecordedCheck[] => {
    const answer = answers[i];
    if (answer === undefined || 'error' in answer) return [];
    return [{ ...each, accepted: answer.accepted, ...(answer.saved === undefined ? {} : { saved: tablesOf(answer.saved, each.rules) }) }];
  });
}

/** The tables that a text names, in its order, with counters and policies as `print` has them. */
function tablesOf(saved: string, rules: string): string {
  const tables = new Map((saved.match(/^\*[\s\S]*?^COMMIT\n/gm) ?? []).map((text) => [/^\*(\w+)/.exec(text)?.[1] ?? '', text.replace(/^(:\S+ \S+) \[\d+:\d+\]$/gm, '$1 [0:0]')]));
  const named = [...new Set([...rules.matchAll(/^\* ?(\w+)/gm)].map((match) => match[1] as string))];
  return named.map((name) => tables.get(name) ?? '').join('');
}

/** The exit code: 0 where both agree on everything. */
export async function checkLive(referee: Referee, only: string | undefined, most: number): Promise<number> {
  const recorded = await askChecks(referee, only === undefined ? undefined : new RegExp(only));
  const wrong = recorded.flatMap((each) => {
    const what = checkDisagreement(each);
    return what === undefined ? [] : [{ each, what }];
  });
  for (const { each, what } of wrong.slice(0, most)) console.log(`--- ${each.name}\n${each.rules}${what}`);
  console.log(`${recorded.length} texts: ${recorded.filter(({ accepted }) => accepted).length} taken, ${recorded.filter(({ accepted }) => !accepted).length} refused; check and print differ on ${wrong.length}`);
  return wrong.length > 0 ? 1 : 0;
}
