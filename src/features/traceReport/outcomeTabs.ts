import type { Assumption } from '../../core/netfilter/assumption';
import type { HostAnswer, Walked } from '../../core/netfilter/events';
import type { OutcomeTab, ReportedAssumption } from '../../shared/traceReport';
import { statements, outcomeNames } from './outcomeNames';
import { hostWords, statementOf } from './questions';
import type { TraceInput } from './traceInput';
import { lineNumber } from '../../core/syntax/typedLine';
import { badgeOf } from './verdict';

/** At most this many paths get a tab. */
const MOST_TABS = 24;

/** One tab for each path. */
export function outcomeTabs({ traced, names: addressNames }: TraceInput): readonly OutcomeTab[] {
  const paths = traced.outcomes.slice(0, MOST_TABS);
  const names = outcomeNames(paths, { names: addressNames });
  return paths.map((walked, i) => ({
    badge: badgeOf(walked),
    name: names[i] as string,
    label: statements(walked).join(', '),
    probability: probability(walked),
    assumptions: [
      ...(walked.on?.answers ?? []).map(reportedAnswer),
      ...walked.assumptions.filter(isOpen).map(reportedAssumption),
    ],
  }));
}

function reportedAssumption(assumption: Assumption): ReportedAssumption {
  const { key, value, reason, rule, probability: chance } = assumption;
  return {
    key,
    value,
    text: `${assumption.chain} rule ${assumption.num}: ${statementOf(assumption)}`,
    reason,
    line: lineNumber(rule?.line),
    probability: chance,
  };
}

function reportedAnswer(answer: HostAnswer): ReportedAssumption {
  const { key, value, reason, word } = answer;
  return {
    key,
    value,
    text: hostWords(answer),
    reason: word === '' ? reason : `${reason}; to settle it, say "${word}"`,
    line: undefined,
    probability: undefined,
  };
}

function isOpen({ settled }: Assumption): boolean {
  return !settled;
}

/** The chance of a path; undefined where one of its questions has none. */
function probability({ assumptions, on }: Walked): number | undefined {
  if (on && on.answers.length > 0) return undefined;
  const open = assumptions.filter(isOpen);
  let product = 1;
  for (const { probability: chance } of open) {
    if (chance === undefined) return undefined;
    product *= chance;
  }
  return open.length === 0 ? undefined : product;
}
