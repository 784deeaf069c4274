import type { Badge, WhatIfView } from '../../shared/protocol';
import type { Walked } from '../../core/netfilter/events';
import { outcomeReport } from '../traceReport/makeReport';
import { selectPath } from '../traceReport/traceInput';
import { badgeOf } from '../traceReport/verdict';
import { copyOf } from '../whatIf/copyOf';
import type { SessionState } from './sessionState';
import { groundOfState, realOutcomes, type SessionTrace } from './sessionTrace';

/** What is tried, and what the packet comes to without it; undefined where nothing is. */
export function whatIfView(state: SessionState, trace: SessionTrace): WhatIfView | undefined {
  if (state.whatIf.length === 0) return undefined;
  const { evaluated, real, made } = trace;
  const before = badges(realOutcomes(trace));
  const after = badges(evaluated?.evaluation.input?.traced.outcomes ?? []);
  const input = real?.evaluation.input;
  const headline = input ? outcomeReport(selectPath(input, 0)).card.headline : '';
  const now = evaluated?.evaluation.input;
  const ground = groundOfState(state);
  return {
    changes: made.map(({ of, words, problems, partly, notes }) => ({
      words,
      line: of.kind === 'off' ? of.line + 1 : undefined,
      rule: of.kind === 'off' ? of.text.trim() : '',
      problems,
      partly,
      notes,
    })),
    before,
    headline,
    same:
      JSON.stringify(before) === JSON.stringify(after) &&
      headline === (now ? outcomeReport(selectPath(now, 0)).card.headline : ''),
    copyable: ground !== undefined && state.model !== undefined && copyOf(ground, state.model).edits.length > 0,
  };
}

/** How paths end, each end once. */
function badges(outcomes: readonly Walked[]): readonly Badge[] {
  const all = outcomes.map(badgeOf);
  return all.filter((badge, i) => all.findIndex(({ text, tone }) => text === badge.text && tone === badge.tone) === i);
}
