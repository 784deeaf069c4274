import { parsePacketExpression, formatPacketExpression } from '../../src/core/net/packetExpression';
import { familyOf } from '../../src/core/net/makePacket';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { settingOf, traceInFile } from '../../src/features/fileTrace';
import { ruleSetView } from '../../src/features/ruleSetView';
import type { TraceInput } from '../../src/features/traceReport/traceInput';

export interface TraceOptions {
  /** An object like the contract's `topology`. */
  readonly host?: unknown;
  readonly answers?: Readonly<Record<string, boolean>>;
  readonly selected?: number;
}

/**
 * The trace of a packet, given as people type it, through the rules in a text; the host is what the text tells of it.
 */
export function traceOf(
  text: string,
  expression: string,
  { host, answers = {}, selected = 0 }: TraceOptions = {},
): TraceInput {
  const model = modelOf(parseSourceFile(text));
  if (!model.defaultDump) throw new Error('there are no rules in the text');
  const answered = new Map(Object.entries(answers));
  const setting = settingOf(model, model.defaultDump, { overrides: host, answers: answered });
  const parsed = parsePacketExpression(expression);
  if (parsed.problems) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  const result = traceInFile(parsed.request, setting);
  if (typeof result === 'string') throw new Error(result);
  const family = familyOf(result.request);
  const { ruleSets, host: facts } = setting.setting;
  const ruleSet = family === 4 ? ruleSets.v4 : ruleSets.v6;
  return {
    traced: result.traced,
    ruleSet,
    family,
    packet: formatPacketExpression(result.request),
    selected,
    answers: answered,
    listenersFrom: facts.listenersKnown ? 'the ss output in this file' : undefined,
    listeners: facts.listeners,
    knowledge: ruleSet && ruleSetView(ruleSet),
  };
}
