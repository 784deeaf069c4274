import { completePacket } from '../../core/net/completePacket';
import { formatPacketExpression } from '../../core/net/packetExpression';
import type { Dump } from '../fileModel';
import { settingOf } from '../fileTrace';
import type { ChangedEvaluation } from './evaluateChanged';

const EMPTY = new WeakMap<Dump, { readonly overrides: unknown; readonly text: string }>();

/** The packet that an empty box traces on the host of an evaluation, in full. It is the same for all packets. */
export function emptyPacket({ evaluation, overrides }: ChangedEvaluation): string {
  const { model, dump } = evaluation.setting;
  const known = EMPTY.get(dump);
  if (known && known.overrides === overrides) return known.text;
  const { source, family } = settingOf(model, dump, { overrides, packet: {} });
  const facts = source.host({});
  const { request } = completePacket({}, facts.host, { preferred: family, addressesKnown: facts.known.addresses });
  const text = formatPacketExpression(request);
  EMPTY.set(dump, { overrides, text });
  return text;
}
