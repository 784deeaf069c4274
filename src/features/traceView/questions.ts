import type { Assumption } from '../../core/netfilter/assumption';
import type { Walked } from '../../core/netfilter/events';
import { lineNumber, type TraceInput } from './course';
import type { AssumptionModel, OutcomeTab, Question } from './model';
import { badgeOf } from './verdict';

/** So many courses get a tab. */
export const MOST_TABS = 24;

/** One tab for each course. */
export function outcomeTabs({ traced }: TraceInput): readonly OutcomeTab[] {
  return traced.outcomes.slice(0, MOST_TABS).map((walked) => ({
    badge: badgeOf(walked), label: label(walked), probability: probability(walked), assumptions: walked.assumptions.map(assumptionModel),
  }));
}

/** What the courses differ in, each question once, in the order in which they came up. */
export function questionsOf({ traced, answers }: TraceInput): readonly Question[] {
  const found = new Map<string, { readonly assumption: Assumption; readonly choices: Map<string, Assumption> }>();
  let before: readonly Assumption[] = [];
  for (const { assumptions } of traced.outcomes) {
    // What an outcome has in common with the one before was counted there.
    const parted = assumptions.findIndex((assumption, i) => assumption !== before[i]);
    before = assumptions;
    for (const assumption of parted < 0 ? [] : assumptions.slice(parted)) {
      const id = assumption.choice ? `${assumption.table}/${assumption.chain}/${assumption.num}` : assumption.key;
      let question = found.get(id);
      if (!question) found.set(id, (question = { assumption, choices: new Map() }));
      question.choices.set(`${assumption.match}/${assumption.value}`, assumption);
    }
  }
  return [...found].map(([id, { assumption, choices }]) => {
    const options = assumption.choice
      ? [...choices.values()].map(({ match, key, probability: chance }) => ({ text: match, key, value: true, probability: chance }))
      : yesNo(assumption);
    const chosen = options.findIndex(({ key, value }) => answers.get(key) === value);
    return {
      id, text: assumption.choice ? targetText(assumption) : assumption.match, place: `${assumption.table} ${assumption.chain} rule ${assumption.num}`,
      reason: assumption.reason, line: lineNumber(assumption.rule?.line), choices: options, chosen: chosen < 0 ? undefined : chosen,
    };
  });
}

function yesNo({ key, value, probability: chance }: Assumption): Question['choices'] {
  const yes = chance === undefined ? undefined : value ? chance : 1 - chance;
  return [
    { text: 'yes', key, value: true, probability: yes },
    { text: 'no', key, value: false, probability: yes === undefined ? undefined : 1 - yes },
  ];
}

function targetText({ rule }: Assumption): string {
  if (rule?.target.kind === 'extension') return `-j ${rule.target.extension.name}`;
  return rule?.target.kind === 'unknown' ? `-j ${rule.target.name}` : 'the target';
}

function assumptionModel(assumption: Assumption): AssumptionModel {
  const { key, value, reason, rule, probability: chance } = assumption;
  return { key, value, text: `${assumption.chain} rule ${assumption.num}: ${short(assumption)}`, reason, line: lineNumber(rule?.line), probability: chance };
}

/** `--match-set blocked src: yes`, for a choice what is chosen. */
function short(assumption: Assumption): string {
  return assumption.choice ? assumption.match : `${assumption.match}: ${assumption.value ? 'yes' : 'no'}`;
}

function label({ assumptions }: Walked): string {
  return assumptions.map((assumption) => {
    const chance = assumption.probability;
    return chance === undefined ? short(assumption) : `${short(assumption)} (${percent(chance)})`;
  }).join(', ');
}

/** The chance of a course; undefined where one of its questions has none. */
function probability({ assumptions }: Walked): number | undefined {
  let product = 1;
  for (const { probability: chance } of assumptions) {
    if (chance === undefined) return undefined;
    product *= chance;
  }
  return assumptions.length === 0 ? undefined : product;
}

/** `33.3 %`. */
export function percent(chance: number): string {
  const value = Math.round(chance * 1000) / 10;
  return `${value} %`;
}
