import path from 'node:path';
import type { Host } from '../../src/core/net/host';
import { hostFromTopology } from '../../src/core/net/hostFromTopology';
import { makePacket } from '../../src/core/net/makePacket';
import { parsePacketExpression } from '../../src/core/net/packetExpression';
import { isProblem } from '../../src/core/net/packetRequest';
import { routeInput, type InputRoute } from '../../src/core/netfilter/inputRoute';
import { answersOf } from '../answers';
import { INPUT_HOSTS } from './inputHosts';

const hosts = new Map<string, Host>();

/** Where hosts of different settings route what comes in, and why they do not. */
answersOf(path.join(import.meta.dirname, 'inputRoutes.txt'), (question, section) => {
  const host = hosts.get(section) ?? hostFromTopology(INPUT_HOSTS[section]);
  if (isProblem(host)) throw new Error(host.message);
  hosts.set(section, host);
  const { request } = parsePacketExpression(question);
  if (request?.iface === undefined) throw new Error(`${question} is not a packet that comes in by an interface`);
  return [routeWords(routeInput(makePacket(request, host), request.iface, host))];
});

function routeWords(route: InputRoute): string {
  switch (route.kind) {
    case 'drop':
      return `${route.reason}: ${route.detail}`;
    case 'local':
      return `${route.type}, table ${route.table ?? 'none'}`;
    case 'forward':
      return `by ${route.device} via ${route.gateway ?? 'none'}, table ${route.table ?? 'none'}`;
  }
}
