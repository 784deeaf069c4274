import { visible } from '../../core/text/visible';
import type { Dump, FileModel } from '../fileModel';
import { ruleSetName } from '../ruleSetName';
import { counted } from '../traceReport/traceInput';
import type { ToolProblem } from './toolInput';

/** The text that a tool is about. */
export interface ToolFile {
  readonly name: string;
  readonly model: FileModel;
}

/** Of the file: which rule set it is about, from 1; undefined: the one that shows the state of the host best. */
export function dumpNumbered({ name, model }: ToolFile, number: number | undefined): Dump | ToolProblem {
  const { dumps, defaultDump } = model;
  if (!defaultDump)
    return { problem: `there are no iptables or nftables rules in ${name}; give a file with some, or "rules"` };
  const dump = number === undefined ? defaultDump : dumps[number - 1];
  return dump ?? { problem: `${name} has ${counted(dumps.length, 'rule set')}: ${ruleSetList(model)}` };
}

/** `rules.v4, rule set 1 of 2 (saved state, lines 3–40; the others: 2. saved state, IPv6, lines 50–70)`. */
export function fileLine({ name, model }: ToolFile, dump: Dump): string {
  const { dumps } = model;
  const number = dumps.indexOf(dump) + 1;
  const others = dumps.length > 1 ? `; all of them: ${ruleSetList(model)}` : '';
  return visible(
    `${name}, rule set ${number} of ${dumps.length} (${ruleSetName(model, dump)}, ${dump.detail}${others})`,
  );
}

function ruleSetList(model: FileModel): string {
  const list = model.dumps
    .slice(0, MOST_NAMED)
    .map((dump, i) => `${i + 1}. ${ruleSetName(model, dump)}, ${dump.detail}`);
  return `${list.join('; ')}${model.dumps.length > MOST_NAMED ? '; …' : ''}`;
}

const MOST_NAMED = 12;
