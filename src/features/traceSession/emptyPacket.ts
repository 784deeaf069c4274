import { completePacket } from '../../core/net/completePacket';
import { formatPacketExpression } from '../../core/net/packetExpression';
import { settingOf } from '../fileTrace';
import type { ChangedEvaluation } from './evaluateChanged';

const EMPTY = new WeakMap<ChangedEvaluation, string>();

/** The packet that an empty box traces on the host of an evaluation, in full. */
export function emptyPacket(evaluated: ChangedEvaluation): string {
  const known = EMPTY.get(evaluated);
  if (known !== undefined) return known;
  const { model, dump } = evaluated.evaluation.setting;
  const { source, family } = settingOf(model, dump, { overrides: evaluated.overrides, packet: {} });
  const facts = source.host({});
  const { request } = completePacket({}, facts.host, { preferred: family, marksOwn: !facts.known.addresses });
  const text = formatPacketExpression(request);
  EMPTY.set(evaluated, text);
  return text;
}
