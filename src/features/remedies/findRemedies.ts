import type { Remedy } from '../../shared/traceReport';
import type { Evaluation } from '../traceSession/evaluate';
import { settingOfPath } from '../settingOfPath';
import { selectedPath } from '../traceReport/traceInput';
import { badgeOf } from '../traceReport/verdict';
import { copyOf, type WhatIfCopy } from '../whatIf/copyOf';
import type { FileEdit } from '../whatIf/fileEdit';
import { groundOf } from '../whatIf/ground';
import { typed, type WhatIf } from '../whatIf/whatIf';
import { block } from './block';
import { hostSettings } from './hostSettings';
import { leaveAsItIs } from './leaveAsItIs';
import { letThrough } from './letThrough';
import { listenElsewhere } from './listenElsewhere';
import { captureAfterAll } from './captureAfterAll';
import { nearMisses } from './nearMisses';
import { otherPacket } from './otherPacket';
import { routes } from './routes';
import { setMembers } from './setMembers';
import { widerRule } from './widerRule';
import { withoutRule } from './withoutRule';
import { REACH, type Proposal, type Situation } from './remedy';

const KINDS: readonly ((situation: Situation) => readonly Proposal[])[] = [
  otherPacket,
  letThrough,
  setMembers,
  widerRule,
  withoutRule,
  routes,
  hostSettings,
  listenElsewhere,
  leaveAsItIs,
  captureAfterAll,
  block,
];

export interface FoundRemedy {
  readonly remedy: Omit<Remedy, 'inFile'>;
  /**
   * To try it: what to write into the file. Empty where that cannot be done there. Made when it is first asked for: the
   * rules are changed once more for it, and only the trace view has a use for it.
   */
  readonly edits: () => readonly FileEdit[];
  /** To try it at once. Empty where it cannot be. */
  readonly changes: readonly WhatIf[];
}

/**
 * What would have to change for the packet to fare otherwise, what changes least first. Each remedy was traced with the
 * change made, on the same host and with what was assumed for the path that is shown; one that would not help is not
 * among them. Empty where nothing simple helps.
 */
export function findRemedies({ input, request, setting }: Evaluation): readonly FoundRemedy[] {
  if (!input || !request) return [];
  const walked = selectedPath(input);
  const situation: Situation = {
    request,
    setting: { ...settingOfPath(walked, setting.setting), ...(walked.premises && { premises: walked.premises }) },
    input,
    walked,
    misses: nearMisses(walked),
  };
  const proposals = KINDS.flatMap((kind) => kind(situation));
  return [...proposals].sort(bySize).map((proposal) => found(proposal, setting, input.ruleSet?.changed !== undefined));
}

function bySize(a: Proposal, b: Proposal): number {
  const reach = REACH.indexOf(a.reach) - REACH.indexOf(b.reach);
  return reach === 0 ? a.commands.length - b.commands.length : reach;
}

function found(
  { outcomes, title, commands, note, makes, packet, tried = packet === undefined ? commands.map(typed) : [] }: Proposal,
  { model, dump }: Evaluation['setting'],
  isTried: boolean,
): FoundRemedy {
  const results = outcomes.map(badgeOf);
  const result = results.filter(({ text }, i) => results.findIndex((other) => other.text === text) === i);
  const changes = tried;
  let edits: readonly FileEdit[] | undefined;
  return {
    remedy: { title, commands, note, makes, packet, result, live: changes.length > 0 },
    // After rules that are tried the file has no place for others.
    edits: () =>
      (edits ??= isTried || changes.length === 0 ? [] : editsOf(copyOf(groundOf(model, dump, changes), model))),
    changes,
  };
}

function editsOf({ edits, left }: WhatIfCopy): readonly FileEdit[] {
  return left.length === 0 ? edits : [];
}

/** As the trace view shows it. */
export function shownRemedy({ remedy, edits }: FoundRemedy): Remedy {
  return { ...remedy, inFile: edits().length > 0 };
}
