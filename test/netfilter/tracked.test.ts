import path from 'node:path';
import { expect, test } from 'vitest';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { makePacket } from '../../src/core/net/makePacket';
import { isProblem, readPacketRequest } from '../../src/core/net/packetRequest';
import { NO_TEMPLATE, track, type TrackingSetting } from '../../src/core/netfilter/conntrack';
import { World } from '../../src/core/netfilter/world';
import { TRACKED } from '../kernel/fixtureNames';
import { readRecorded, type Recorded } from '../kernel/fixtures';
import { TRACKED_QUESTIONS } from '../kernel/named/tracked';

const RECORDED = readRecorded(path.join(import.meta.dirname, '..', 'fixtures', 'kernel', TRACKED));

/** What the kernel said of each packet of a sequence: the questions that it answered with yes. */
function saidByKernel({ kernel }: Recorded): readonly string[] {
  return kernel.map(({ matchedRules }) =>
    matchedRules.map(({ num }) => TRACKED_QUESTIONS[num - 1]?.[0] ?? `rule ${num}`).join(', '),
  );
}

/** The same of connection tracking alone, without a walk around it. */
function said({ question: { packets, topology } }: Recorded): readonly string[] {
  const host = hostFromTopology(topology);
  if (isProblem(host)) throw new Error(host.message);
  const on = (name: string, fallback: number): boolean =>
    (host.sysctls.get(`net.netfilter.nf_conntrack_tcp_${name}`) ?? fallback) !== 0;
  const setting: TrackingSetting = {
    checksums: true,
    tcp: { liberal: on('be_liberal', 1), loose: on('loose', 1), ignoreInvalidReset: on('ignore_invalid_rst', 0) },
  };
  const world = new World();
  return packets.map((json) => {
    const request = readPacketRequest(json);
    if (isProblem(request)) throw new Error(request.message);
    const { view } = track(makePacket(request, host), world, NO_TEMPLATE, setting);
    if (view.entry && !view.entry.confirmed) world.put({ ...view.entry, confirmed: true });
    return TRACKED_QUESTIONS.filter(([, holds]) => holds(view))
      .map(([question]) => question)
      .join(', ');
  });
}

test.each(['TCP', 'SCTP'])('sequences of %s, as the kernel tracks them', (kind) => {
  const recorded = RECORDED.filter(({ name }) => name.startsWith(kind));
  expect(recorded.length).toBeGreaterThan(50);
  const wrong = recorded.flatMap((each) => {
    const [own, kernel] = [said(each), saidByKernel(each)];
    const at = own.findIndex((answer, i) => answer !== kernel[i]);
    return at < 0 ? [] : [{ name: each.name, packet: each.question.packets[at], own: own[at], kernel: kernel[at] }];
  });
  expect(wrong).toEqual([]);
});
