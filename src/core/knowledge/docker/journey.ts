import type { JourneyFile, Journeys, NextPacket, Proxies, Taken } from '../journey';
import { endpoint } from '../../net/endpoint';
import { publishedIn, type Published } from './published';
import { isBridge } from './rules';
import { dockerProxy } from './sources';

/**
 * A packet to a published port that no rule of it matches, from this host's localhost or from a container of the same
 * bridge, reaches docker-proxy, a process that listens on the port and connects to the container itself.
 */
export const dockerJourneys: Journeys = { of: 'a Docker host', in: proxiesIn, isProxyPort: () => false };

function proxiesIn({ rules }: JourneyFile): Proxies | undefined {
  const published = rules && publishedIn(rules);
  if (published === undefined || published.length === 0) return undefined;
  const own = (taken: Taken): Published | undefined =>
    taken.captured || taken.leaves || taken.sent
      ? undefined
      : published.find(
          ({ protocol, port, address }) =>
            protocol === taken.protocol &&
            port === taken.destinationPort &&
            (address === undefined || address === taken.destination),
        );
  return {
    expected: false,
    sender: ({ dir, iface }) => (dir === 'out' ? 'this host' : isBridge(iface) ? 'container' : undefined),
    receiver: (taken) => (own(taken) ? 'docker-proxy' : undefined),
    way: () => undefined,
    onward(taken) {
      const found = own(taken);
      if (found) return { next: [toContainer(found)] };
      return taken.sent && taken.leaves
        ? { end: 'The container answers docker-proxy, which passes the reply on to the client.' }
        : undefined;
    },
    answerer: (taken) => (own(taken) ? { uid: 0, gid: 0 } : undefined),
  };
}

function toContainer({ protocol, to, proxied }: Published): NextPacket {
  return {
    label: `docker-proxy → container ${endpoint(to.address, to.port)}`,
    packet: { dir: 'out', uid: 0, gid: 0, proto: protocol, dst: to.address, dport: to.port },
    note:
      'No rule has sent the packet to the container: docker-proxy listens on published ports for this case, and ' +
      'connects to the container with an address of this host. The container does not see the client’s.',
    source: dockerProxy,
    ...(proxied ? {} : { when: 'docker-proxy runs; these rules are those of userland-proxy=false, without it' }),
  };
}
