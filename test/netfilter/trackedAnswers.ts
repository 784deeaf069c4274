import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { makePacket } from '../../src/core/net/makePacket';
import { isProblem, readPacketRequest } from '../../src/core/net/packetRequest';
import { addConnections } from '../../src/core/netfilter/connections';
import { NO_TEMPLATE, track, type TrackingSetting } from '../../src/core/netfilter/conntrack';
import { World } from '../../src/core/netfilter/world';
import type { KernelCase } from '../kernel/case';
import { TRACKED_QUESTIONS } from '../kernel/named/tracked';

/**
 * What connection tracking alone, without a walk around it, says of each packet of a sequence: the questions that it
 * answers with yes.
 */
export function trackedAnswers({ packets, topology, conntrack }: KernelCase): readonly string[] {
  const host = hostFromTopology(topology);
  if (isProblem(host)) throw new Error(host.message);
  const on = (name: string, fallback: number): boolean =>
    (host.sysctls.get(`net.netfilter.nf_conntrack_tcp_${name}`) ?? fallback) !== 0;
  const setting: TrackingSetting = {
    checksums: true,
    tcp: { liberal: on('be_liberal', 1), loose: on('loose', 1), ignoreInvalidReset: on('ignore_invalid_rst', 0) },
  };
  const world = new World();
  const problem = addConnections(conntrack, world);
  if (problem) throw new Error(problem.message);
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
