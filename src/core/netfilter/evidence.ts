import { headerConditions } from '../ruleset/header';
import { conditionsOf, type BoundMatch, type Rule } from '../ruleset/ruleSet';
import type { Answer } from '../xtables/answer';
import { ask } from '../xtables/draft';
import type { Condition, MatchDrop } from '../xtables/extension';
import { shownText } from '../xtables/shown';
import type { PacketView } from '../xtables/view';

/** What a rule's event keeps of its evidence. */
interface RuleAsked {
  readonly rule: Rule;
  readonly view: PacketView;
  readonly asked: readonly Asked[];
}

/**
 * One thing that a rule asked, as it was at that moment. The view never changes, so what the packet had
 * (`question.actual(view)`) is as true when it is shown as it was then.
 */
export interface Asked {
  readonly question: AskedQuestion;
  readonly view: PacketView;
  readonly answer: Answer;
  /** The answer that this path takes where it is unknown; undefined: a later condition is false in any case. */
  readonly taken?: boolean;
  /** The answer is the user's word, and the rules at hand would have said otherwise. */
  readonly said?: true;
}

/** A condition, or whether a match can read the packet at all. */
type AskedQuestion = Condition | DropQuestion;

/**
 * The kernel drops the packet while this match is evaluated. A yes means that the rule goes on nevertheless, as a
 * negated option makes it.
 */
export interface DropQuestion extends Pick<Condition, 'text' | 'actual' | 'denial' | 'asks'> {
  readonly match: BoundMatch;
  /** As an `Assumption` has it, where that is open. */
  readonly assumed: string | undefined;
}

export function dropQuestion(match: BoundMatch, { reason, open }: MatchDrop): DropQuestion {
  return {
    match,
    text: `-m ${match.extension.name}`,
    actual: () => reason,
    denial: () => reason,
    assumed: open?.question,
  };
}

/** The header, one condition after the other, up to the first no. */
export function askHeader({ header }: Rule, view: PacketView): readonly Asked[] {
  const asked: Asked[] = [];
  if (header.names) return asked;
  for (const question of headerConditions(header)) {
    const answer = ask(question, view);
    asked.push({ question, view, answer });
    if (answer === false) break;
  }
  return asked;
}

/** All that a rule asked, its header included, as it was then. */
export function evidenceOf({ rule, view, asked }: RuleAsked): readonly Asked[] {
  return rule.header.names ? asked : [...askHeader(rule, view), ...asked];
}

/** Whether it is something that kept the rule from matching: a no, or an unknown that this path takes for a no. */
export function deniedBy({ question, answer, taken }: Asked): boolean {
  if (typeof answer === 'boolean') return !answer;
  // Where the kernel drops the packet, the answer to the question is yes, and the rule does not match.
  return taken !== undefined && taken === 'match' in question;
}

/** One line of the table "condition, packet, result". */
export interface ExplainedCondition {
  readonly text: string;
  readonly actual: string;
  /** undefined: not asked, because an earlier condition was a no. */
  readonly answer: Answer | undefined;
  readonly asked: Asked | undefined;
}

/** All conditions of a rule: those that were evaluated, with their answers, and the others. */
export function allConditions(rule: Rule, view: PacketView, evidence: readonly Asked[]): readonly ExplainedCondition[] {
  const asked = new Map(evidence.map((each) => [each.question, each]));
  const dropped = new Map(
    evidence.flatMap((each) => ('match' in each.question ? [[each.question.match, each] as const] : [])),
  );
  const last = evidence[evidence.length - 1]?.view ?? view;
  const rows: ExplainedCondition[] = [];
  const add = (question: AskedQuestion, found: Asked | undefined): void => {
    rows.push({
      text: question.text,
      actual: shownText(question.actual(found?.view ?? last)),
      answer: found?.answer,
      asked: found,
    });
  };
  for (const condition of headerConditions(rule.header)) add(condition, asked.get(condition));
  for (const match of rule.matches) {
    const drop = dropped.get(match);
    if (drop) add(drop.question, drop);
    for (const condition of conditionsOf(match, rule.family)) add(condition, asked.get(condition));
  }
  return rows;
}

/** All conditions of a rule, in the order in which the kernel evaluates them. */
export function conditionsOfRule(rule: Rule): readonly Condition[] {
  return [...headerConditions(rule.header), ...rule.matches.flatMap((match) => conditionsOf(match, rule.family))];
}
