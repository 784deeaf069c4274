import type { Assumption } from '../../core/netfilter/assumption';
import { conditionsOfRule } from '../../core/netfilter/evidence';
import { assumptionKey } from '../../core/netfilter/assumptionKey';
import type { HostAnswer } from '../../core/netfilter/events';
import type { TraceInput } from './traceInput';
import { lineNumber } from '../../core/syntax/typedLine';
import type { OpenWords } from '../../core/xtables/openWords';
import type { Question } from '../../shared/traceReport';
import { WAY_QUESTION } from '../possibleHosts/hostKeys';
import { isTableQuestion, tableKey, tableQuestion, tablesOffered } from '../openTables';

/**
 * What the paths differ in, each question once: those about the host, then those about rules in the order in which
 * they came up.
 */
export function questionsOf(input: TraceInput): readonly Question[] {
  return [...tableQuestions(input), ...hostQuestions(input), ...ruleQuestions(input)];
}

/** Asked whether or not they make a difference to this packet: the next one may meet those rules. */
function tableQuestions({ tables = [] }: TraceInput): readonly Question[] {
  return tables.map(({ open, decides }) => {
    const offered = tablesOffered(open);
    const taken = offered.indexOf(open.table);
    return {
      id: tableQuestion(open.key),
      text: `Which table ${open.place.startsWith('lines') ? 'are' : 'is'} ${open.place} of?`,
      place: open.chain,
      reason:
        open.said || decides
          ? 'the file does not state it'
          : 'the file does not state it, and this packet has the same outcome in each',
      line: lineNumber(open.lines[0]),
      inWords: true,
      idle: !decides && !open.said,
      choices: offered.map((table) => ({
        text: table,
        key: tableKey(open, table),
        value: true,
        probability: undefined,
      })),
      chosen: open.said ? taken : undefined,
      taken: open.said ? undefined : taken,
    };
  });
}

function hostQuestions({ traced, answers }: TraceInput): readonly Question[] {
  const found = new Map<
    string,
    { readonly first: HostAnswer; readonly choices: Map<string, Question['choices'][number]> }
  >();
  for (const { on } of traced.outcomes) {
    for (const answer of on?.answers ?? []) {
      if (isTableQuestion(answer.key)) continue;
      const id = answer.choice ? WAY_QUESTION : answer.key;
      let question = found.get(id);
      if (!question) found.set(id, (question = { first: answer, choices: new Map() }));
      question.choices.set(answer.key, { text: answer.what, key: answer.key, value: true, probability: undefined });
    }
  }
  return [...found].map(
    ([
      id,
      {
        first: { choice, what, words, key, reason },
        choices,
      },
    ]) => {
      const options = choice
        ? [...choices.values()]
        : [
            { text: 'yes', key, value: true, probability: undefined },
            { text: 'no', key, value: false, probability: undefined },
          ];
      const chosen = options.findIndex((option) => answers.get(option.key) === option.value);
      return {
        id,
        text: choice ? 'Which way does it leave?' : (words?.question ?? what),
        place: '',
        reason,
        line: undefined,
        inWords: true,
        choices: options,
        chosen: chosen < 0 ? undefined : chosen,
      };
    },
  );
}

function ruleQuestions({ traced, answers }: TraceInput): readonly Question[] {
  const found = new Map<string, { readonly assumption: Assumption; readonly choices: Map<string, Assumption> }>();
  let before: readonly Assumption[] = [];
  for (const { assumptions } of traced.outcomes) {
    // What an outcome has in common with the one before was counted there.
    const parted = assumptions.findIndex((assumption, i) => assumption !== before[i]);
    before = assumptions;
    for (const assumption of parted < 0 ? [] : assumptions.slice(parted)) {
      if (assumption.settled) continue;
      const id = assumption.choice ? assumptionKey({ ...assumption, match: '' }) : assumption.key;
      let question = found.get(id);
      if (!question) found.set(id, (question = { assumption, choices: new Map() }));
      question.choices.set(`${assumption.match}/${assumption.value}`, assumption);
    }
  }
  return [...found].map(([id, { assumption, choices }]) => {
    const options = assumption.choice
      ? [...choices.values()].map(({ match, key, probability: chance }) => ({
          text: match,
          key,
          value: true,
          probability: chance,
        }))
      : yesNo(assumption);
    const chosen = options.findIndex(({ key, value }) => answers.get(key) === value);
    const words = assumption.choice ? undefined : openWordsIn(assumption);
    return {
      id,
      text: assumption.choice ? targetText(assumption) : (words?.question ?? assumption.match),
      ...(words !== undefined && { inWords: true }),
      place:
        `${assumption.backend === undefined ? '' : `${assumption.backend} `}${assumption.table} ` +
        `${assumption.chain} rule ${assumption.num}`,
      reason: assumption.reason,
      line: lineNumber(assumption.rule?.line),
      choices: options,
      chosen: chosen < 0 ? undefined : chosen,
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

/** `-j NFQUEUE`, and for a rule of nft `vmap`. */
function targetText({ rule }: Assumption): string {
  if (rule?.target.kind === 'extension') {
    const { name } = rule.target.extension;
    return rule.written ? name.toLowerCase() : `-j ${name}`;
  }
  return rule?.target.kind === 'unknown' && rule.target.name !== '' ? `-j ${rule.target.name}` : 'the target';
}

/** The condition as a person would say it, where its match has words for that. */
function openWordsIn({ rule, match }: Assumption): OpenWords | undefined {
  return conditionsOfRule(rule).find(({ text }) => text === match)?.openWords;
}

/** `the source is in the set blocked`, `! --dport 80 does not match`, for a choice what is chosen. */
export function statementOf(assumption: Assumption): string {
  const { match, value } = assumption;
  if (assumption.choice) return match;
  const words = openWordsIn(assumption);
  return words ? words[value ? 'yes' : 'no'] : `${match} ${value ? 'matches' : 'does not match'}`;
}

/** `203.0.113.7 is another host`. */
export function hostWords({ what, words, value }: HostAnswer): string {
  return words ? words[value ? 'yes' : 'no'] : what;
}

/** `the source is in the set blocked`, with its chance where that is known. */
export function labelOf(assumption: Assumption): string {
  const chance = assumption.probability;
  return chance === undefined ? statementOf(assumption) : `${statementOf(assumption)} (${percent(chance)})`;
}

/** `33.3 %`. */
export function percent(chance: number): string {
  const value = Math.round(chance * 1000) / 10;
  return `${value} %`;
}
