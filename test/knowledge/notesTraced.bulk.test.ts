import { describe, expect, test } from 'vitest';
import { chainKnowledge, ruleKnowledge } from '../../src/core/knowledge/knowledge';
import { PROBED } from './claims/claim';
import { othersClaims } from './claims/others';
import { sidecarClaims } from './claims/sidecar';
import { dockerSave, istioFixtures, kube } from './fixtures';
import { readView, ruleWith } from './readView';
import { tracedPath } from './tracedPath';

const CLAIMS = { ...sidecarClaims, ...othersClaims };

/** A pod, with an interface of a virtual machine within it. */
const POD = `
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
    inet 10.44.0.5/24 scope global eth0
3: k6t-a: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
    inet 10.45.0.1/24 scope global k6t-a
4: k6t-b: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
    inet 10.46.0.1/24 scope global k6t-b

default via 10.44.0.1 dev eth0
10.44.0.0/24 dev eth0 scope link src 10.44.0.5
10.45.0.0/24 dev k6t-a scope link src 10.45.0.1
10.46.0.0/24 dev k6t-b scope link src 10.46.0.1
`;

/** A host with a bridge of containers. */
const BRIDGE = `
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
    inet 10.44.0.5/24 scope global eth0
3: docker0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
    inet 172.17.0.1/16 scope global docker0

default via 10.44.0.1 dev eth0
10.44.0.0/24 dev eth0 scope link src 10.44.0.5
172.17.0.0/16 dev docker0 scope link src 172.17.0.1

net.ipv4.ip_forward = 1
`;

/** Notes that the trace of one packet cannot show, and why. */
const UNTRACED: readonly (readonly [note: RegExp, reason: string])[] = [
  [/first zone that (?:was|is) set stays|keep zone 1/, 'which zone a packet is in is not among what a trace ends with'],
  [/already belongs to a connection/, 'it takes the query, and its answer in another zone'],
  [/answer is turned back|answers from 127/, 'it takes the query and its answer'],
  [/RELATED lets in|Decided for the first packet|Drawn once/, 'it takes a second packet of the connection'],
  [/has its replies looped|begins with the SYN-ACK|Replies to a probe/, 'it takes the answer'],
  [/looped to lo/, 'which table of routes a mark leads to is assumed, not read'],
  [/Nothing jumps to this chain|Nothing jumps here: inbound/, 'read off the jumps; a packet cannot show an absence'],
  [/Several `-m owner`/, 'it takes a packet for each group'],
  [/lands on 15001/, 'rules of a release whose DNS and inbound ports are one'],
  [/^Inbound capture by TPROXY/, 'both halves are claims of their own rules'],
  [/Any mark that ends in 0x539 counts/, 'as the claim of the rule for inbound plaintext'],
];

test('every note of the rule sets is claimed, or it is said why not', () => {
  const open = new Set<string>();
  const used = new Set<RegExp>();
  for (const save of [...istioFixtures.map((each) => each.save), kube, dockerSave]) {
    const view = readView(save);
    const notes = view.chains.flatMap((chain) => [
      chain.builtin ? undefined : chainKnowledge(view, chain.table, chain.name)?.kernelNote,
      ...chain.rules.map((rule) => ruleKnowledge(view, rule)?.kernelNote),
    ]);
    for (const note of notes) {
      if (note === undefined || Object.values(CLAIMS).some((claim) => claim.note?.test(note) === true)) continue;
      const known = UNTRACED.find(([pattern]) => pattern.test(note));
      if (known) used.add(known[0]);
      else open.add(note);
    }
  }
  expect([...open]).toEqual([]);
  expect(UNTRACED.filter(([pattern]) => !used.has(pattern))).toEqual([]);
});

describe('what a note says of the kernel is seen in a trace', () => {
  test.each(Object.entries(CLAIMS))(
    '%s',
    (_, { save, of, note, packet, met, notMet, to, end, mark, changesNothing }) => {
      const view = readView(save.replace(PROBED, ''));
      const rule = typeof of === 'string' ? ruleWith(view, of) : undefined;
      const told = rule ? ruleKnowledge(view, rule) : chainKnowledge(view, of[0] ?? '', of[1] ?? '');
      if (note === undefined) expect(told?.kernelNote).toBeUndefined();
      else expect(told?.kernelNote).toMatch(note);

      const host = save.includes('DOCKER') || save.includes('KUBE') ? BRIDGE : POD;
      const path = tracedPath(save + host, packet);
      const matched = path.matched.join('\n');
      for (const part of met ?? []) expect(matched).toContain(part);
      for (const part of notMet ?? []) expect(matched).not.toContain(part);
      if (to !== undefined) expect(path.to).toBe(to);
      if (mark !== undefined) expect(path.mark).toBe(mark);
      if (end !== undefined) expect(path.end).toBe(end);
      if (changesNothing && rule) {
        const without = tracedPath(save.replace(`${rule.written}\n`, '') + host, packet);
        expect({ to: without.to, end: without.end }).toEqual({ to: path.to, end: path.end });
      }
    },
  );
});
