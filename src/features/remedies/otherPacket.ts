import { formatPacketExpression } from '../../core/net/packetExpression';
import { formatAddress } from '../../core/net/address';
import type { FieldName } from '../../core/net/fields/fields';
import { testHolds, type FieldTest, type FieldValue } from '../../core/net/fields/fieldTest';
import type { PacketSet } from '../../core/net/fields/packetSet';
import type { Host } from '../../core/net/host';
import { pickValue } from '../../core/net/fields/pick';
import type { PacketRequest } from '../../core/net/packetRequest';
import { formatField, readField } from '../../core/xtables/fields';
import type { PacketView } from '../../core/xtables/view';
import { ruleSpan } from '../traceReport/verdict';
import type { NearMiss } from './nearMisses';
import type { Proposal, Situation } from './remedy';
import { getsThrough, traceChanged } from './traceChanged';

/** At most this many packets are traced, and this many are offered. */
const MOST_TRIES = 6;
const MOST_OFFERED = 2;

/** The nearest packets that get through: one field other than what was sent, as a rule before the decision asks. */
export function otherPacket(situation: Situation): readonly Proposal[] {
  const { request, misses } = situation;
  const proposals: Proposal[] = [];
  const tried = new Set<string>();
  for (const miss of misses) {
    const change = changeFor(miss, situation.setting.host);
    if (!change) continue;
    const packet = formatPacketExpression({ ...request, ...change.request });
    if (tried.has(packet)) continue;
    if (tried.size >= MOST_TRIES || proposals.length >= MOST_OFFERED) break;
    tried.add(packet);
    const outcomes = traceChanged(situation, { request: { ...request, ...change.request } });
    if (!outcomes || !getsThrough(outcomes)) continue;
    proposals.push({
      title: [{ text: `Send it ${change.words}, as ` }, ruleSpan(miss.rule.line), { text: ' accepts' }],
      commands: [packet],
      note: '',
      packet,
      outcomes,
      reach: 'packet',
    });
  }
  return proposals;
}

interface PacketChange {
  readonly request: PacketRequest;
  readonly words: string;
}

/** The value that the rule requires where the sender chooses it: not what the way or an earlier packet gives. */
function changeFor({ missed, view }: NearMiss, host: Host): PacketChange | undefined {
  const asks = missed.asks ?? onlyTest(missed.bounds?.(host).under ?? [], view);
  // An address that was translated on the way is not the one that was sent.
  if (!asks || asks.lacking) return undefined;
  const sent = CHOSEN[asks.field];
  if (!sent) return undefined;
  const picked = pickValue([asks], view.packet.family, []);
  if (picked.kind !== 'value') return undefined;
  return sent(picked.value, formatField(asks.field, picked.value));
}

/** The one test that keeps the packet out of the packets of a box, the first such box. */
function onlyTest(packets: PacketSet, view: PacketView): FieldTest | undefined {
  for (const box of packets) {
    const failed = box.filter((test) => !testHolds(test, readField(test.field, view)));
    if (failed.length === 1) return failed[0];
  }
  return undefined;
}

const CHOSEN: Readonly<Partial<Record<FieldName, (value: FieldValue, text: string) => PacketChange>>> = {
  destinationPort: (value, text) => ({ request: { dport: Number(value) }, words: `to port ${text}` }),
  destinationPortRead: (value, text) => ({ request: { dport: Number(value) }, words: `to port ${text}` }),
  sourcePortRead: (value, text) => ({ request: { sport: Number(value) }, words: `from port ${text}` }),
  sourcePort: (value, text) => ({ request: { sport: Number(value) }, words: `from port ${text}` }),
  source: (value) => {
    const src = typeof value === 'object' ? formatAddress(value) : '';
    return { request: { src }, words: `from ${src}` };
  },
  uid: (value, text) => ({ request: { uid: Number(value) }, words: `as user ${text}` }),
  gid: (value, text) => ({ request: { gid: Number(value) }, words: `as group ${text}` }),
};
