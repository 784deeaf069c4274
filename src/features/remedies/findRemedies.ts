import type { Remedy } from '../../shared/traceReport';
import type { Evaluation } from '../traceSession/evaluate';
import { settingOfPath } from '../settingOfPath';
import { selectedPath } from '../traceReport/traceInput';
import { badgeOf } from '../traceReport/verdict';
import type { WhatIf } from '../whatIf/whatIf';
import { block } from './block';
import { fileEdits, type FileEdit } from './fileEdits';
import { hostSettings } from './hostSettings';
import { leaveAsItIs } from './leaveAsItIs';
import { letThrough } from './letThrough';
import { listenElsewhere } from './listenElsewhere';
import { redirectAfterAll } from './redirectAfterAll';
import type { Proposal, Situation } from './remedy';

const KINDS: readonly ((situation: Situation) => readonly Proposal[])[] = [
  letThrough,
  hostSettings,
  listenElsewhere,
  leaveAsItIs,
  redirectAfterAll,
  block,
];

export interface FoundRemedy {
  readonly remedy: Remedy;
  /** To try it: what to write into the file. Empty where that cannot be done there. */
  readonly edits: readonly FileEdit[];
  /** To try it at once. Empty where it cannot be. */
  readonly changes: readonly WhatIf[];
}

/**
 * What would have to change for the packet to fare otherwise. Each remedy was traced with the change made, on the same
 * host and with what was assumed for the path that is shown; one that would not help is not among them. Empty where
 * nothing simple helps.
 */
export function findRemedies({ input, request, setting }: Evaluation): readonly FoundRemedy[] {
  if (!input || !request) return [];
  const walked = selectedPath(input);
  const situation: Situation = {
    request,
    setting: { ...settingOfPath(walked, setting.setting), ...(walked.premises && { premises: walked.premises }) },
    input,
    walked,
  };
  return KINDS.flatMap((kind) => kind(situation)).map(
    ({ outcomes, rules, title, commands, note, makes, typed = commands }) => {
      const results = outcomes.map(badgeOf);
      // Behind rules that are tried the file has no place for others.
      const edits = input.ruleSet && !input.ruleSet.changed ? fileEdits(input.ruleSet, rules) : undefined;
      const result = results.filter(({ text }, i) => results.findIndex((other) => other.text === text) === i);
      const changes = typed.map((text): WhatIf => ({ kind: 'typed', text }));
      return {
        remedy: { title, commands, note, makes, result, inFile: edits !== undefined, live: changes.length > 0 },
        edits: edits ?? [],
        changes,
      };
    },
  );
}
