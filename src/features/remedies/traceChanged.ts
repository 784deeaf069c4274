import { assumptionKey } from '../../core/netfilter/assumptionKey';
import { isThrough } from '../../core/netfilter/walkEnds';
import type { Assumption } from '../../core/netfilter/assumption';
import type { Walked } from '../../core/netfilter/events';
import { tracePacket } from '../../core/netfilter/trace';
import { afterCommands } from '../../core/ruleset/afterCommands';
import { isTableName } from '../../core/ruleset/ruleSet';
import { ruleCommandText, type RuleCommand } from '../../core/ruleset/ruleCommand';
import type { RemedyChange, Situation } from './remedy';

/**
 * Every path of the same packet after a change, with what was assumed for the path at hand, on each host that may be
 * this one. undefined where the commands cannot be run, or there are too many paths to see them all.
 */
export function traceChanged(
  { request: asked, setting, input, walked }: Situation,
  { commands = [], texts = [], host, request = asked }: RemedyChange,
): readonly Walked[] | undefined {
  let { ruleSets } = setting;
  if (commands.length + texts.length > 0) {
    if (!input.ruleSet) return undefined;
    const gone = commands.filter(isByHandle);
    const run = commands.filter((command) => !isByHandle(command));
    const { ruleSet, problems } = afterCommands(
      input.ruleSet,
      [...run.map((command) => ruleCommandText(command, input.family)), ...texts],
      new Set(gone.flatMap(({ of }) => (of ? [of.line] : []))),
    );
    if (problems.length > 0) return undefined;
    ruleSets = input.family === 4 ? { ...ruleSets, v4: ruleSet } : { ...ruleSets, v6: ruleSet };
  }
  const answers = new Map(walked.assumptions.map((assumption) => [keyAfter(assumption, commands), assumption.value]));
  const hosts = host ? [host] : [setting.host, ...(walked.on?.alike ?? [])];
  const traced = hosts.map((each) => tracePacket(request, { ...setting, ruleSets, host: each, answers }));
  return traced.some(({ truncated }) => truncated) ? undefined : traced.flatMap(({ outcomes }) => outcomes);
}

/** nft deletes a rule by its handle, which the file may not show; its line names it as well. */
function isByHandle({ table, operation }: RuleCommand): boolean {
  return operation === 'D' && !isTableName(table);
}

/** Rules after an inserted one have other numbers, by which answers are kept. */
function keyAfter(assumption: Assumption, commands: readonly RuleCommand[]): string {
  let { num } = assumption;
  for (const { table, chain, operation, position = 1 } of commands) {
    if (table !== assumption.table || chain !== assumption.chain) continue;
    if (operation === 'I' && position <= num) num++;
    else if (operation === 'D' && position < num) num--;
  }
  return assumptionKey({ ...assumption, num });
}

/** Whether the packet arrives or leaves, whatever is not known. */
export function getsThrough(outcomes: readonly Walked[]): boolean {
  return outcomes.every(isThrough);
}
