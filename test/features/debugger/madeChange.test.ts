import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../../../src/core/netfilter/outcome';
import type { MadeChange } from '../../../src/core/netfilter/madeChange';
import { parsePacketExpression } from '../../../src/core/net/packetExpression';
import { parseSourceFile } from '../../../src/core/syntax/parse';
import { modelOf, ruleSetOf } from '../../../src/features/fileModel';
import { settingOf, traceInFile } from '../../../src/features/fileTrace';

/** Rules whose way depends on the mark, in a chain that is entered twice, after others that do not match. */
const RULES = [
  '-A PREROUTING -s 10.9.0.0/16 -j DROP',
  '-A PREROUTING -p tcp -j TWICE',
  '-A PREROUTING -m mark --mark 7 -j TTL --ttl-set 9',
  '-A PREROUTING -m mark ! --mark 0 -j TWICE',
  '-A TWICE -s 10.9.1.0/24 -j DROP',
  '-A TWICE -m mark --mark 7 -j TOS --set-tos 0x10/0xff',
  '-A TWICE -m mark --mark 7 -m statistic --mode nth --every 2 --packet 1 -j DROP',
];
const PACKET = 'in eth0 tcp 10.0.0.9:4000 > 10.0.0.1:80 syn own';

function traced(
  rules: readonly string[],
  rule?: { readonly number: number; readonly chain: string; readonly time: number },
) {
  const text = ['*mangle', ':PREROUTING ACCEPT [0:0]', ':TWICE - [0:0]', ...rules, 'COMMIT', ''].join('\n');
  const model = modelOf(parseSourceFile(text));
  const dump = model.defaultDump;
  const packet = parsePacketExpression(PACKET).request;
  if (!dump || !packet) throw new Error('nothing to trace');
  const found = rule && ruleSetOf(dump.section).tables.get('mangle')?.chains.get(rule.chain)?.rules[rule.number - 1];
  const changes: readonly MadeChange[] = rule && found ? [{ rule: found, time: rule.time, packet: { mark: 7 } }] : [];
  const result = traceInFile(packet, settingOf(model, dump, { packet, changes }));
  if (typeof result === 'string') throw new Error(result);
  return result.traced.outcomes.map((walked) => {
    const { outcome, verdict, finalPacket } = outcomeOf(walked);
    return { outcome, verdict, finalPacket };
  });
}

describe('a packet that is changed before a rule goes on as if a rule before it had changed it', () => {
  test.each(RULES.map((rule, index) => [rule, index] as const))('%s', (rule, index) => {
    const chain = rule.split(' ')[1] as string;
    const number = RULES.slice(0, index + 1).filter((each) => each.startsWith(`-A ${chain} `)).length;
    const marking = `-A ${chain} -j MARK --set-mark 7`;
    const inserted = [...RULES.slice(0, index), marking, ...RULES.slice(index)];
    expect(traced(RULES, { chain, number, time: 1 })).toEqual(traced(inserted));
  });

  test('it is changed the second time, where that is asked for', () => {
    const first = '-A PREROUTING -j MARK --set-mark 1';
    const rules = [first, ...RULES];
    const second = [first, ...RULES.slice(0, 4), '-A PREROUTING -j MARK --set-mark 7', ...RULES.slice(4)];
    // With the mark from the start, TWICE is entered again, and there the change is made before its first rule.
    const change = traced(rules, { chain: 'TWICE', number: 1, time: 2 });
    expect(change).not.toEqual(traced(rules));
    expect(change).not.toEqual(traced(second));
    expect(traced(rules, { chain: 'TWICE', number: 1, time: 3 })).toEqual(traced(rules));
  });
});
