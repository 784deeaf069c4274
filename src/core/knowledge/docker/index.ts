import type { ProgramPack } from '../pack';
import { loggedOrEntered } from '../ownerOfCommand';
import { publishedPort } from '../peer';
import { dockerChains } from './chains';
import { interfacesOfDocker } from './interfaces';
import { dockerJourneys } from './journey';
import { dockerScenarios } from './scenarios';
import { dockerRule } from './rules';
import { resolver } from './sources';

export const docker: ProgramPack = {
  id: 'docker',
  name: 'Docker',
  nftTables: /^ip6? docker-bridges$/,
  prefixes: ['DOCKER'],
  processes: ['dockerd', 'docker-proxy'],
  families: [dockerChains],
  chainTables: [
    [/^DOCKER-(?:USER|FORWARD|BRIDGE|CT|INTERNAL|ISOLATION-STAGE-[12])$/, ['filter']],
    [/^DOCKER_(?:OUTPUT|POSTROUTING)$/, ['nat']],
    [/^DOCKER(?:-INGRESS)?$/, ['nat', 'filter']],
  ],
  rule: dockerRule,
  peer: (_, rule) => (rule.chain === 'DOCKER' ? publishedPort(rule, 'container') : undefined),
  enters: { docker: 'container', nerdctl: 'container', crictl: 'container' },
  ownerOfOutput: (line) => {
    const name = loggedOrEntered(line, ['docker', 'crictl']);
    return name && `container ${name}`;
  },
  entries: [
    {
      id: 'published',
      label: 'Client → published port',
      detail: 'into a container',
      way: 'Inbound',
      table: 'nat',
      chain: 'DOCKER',
      leadsTo: (target) => target === 'DNAT',
    },
  ],
  // Source: moby/moby:daemon/libnetwork/drivers/bridge/setup_ip_tables.go. In OUTPUT as it is with a userland proxy.
  always: [
    'nat PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
    'nat OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER',
    'filter FORWARD -j DOCKER-USER',
  ],
  interfaces: interfacesOfDocker,
  besides: dockerScenarios,
  journeys: dockerJourneys,
  userChains: [
    {
      of: 'FORWARD',
      chain: 'DOCKER-USER',
      note: 'Docker leaves DOCKER-USER to the user.',
      elsewhere:
        'Docker leaves this chain to the user. Rules elsewhere in FORWARD end up after its own when it is restarted.',
    },
  ],
  addresses: {
    '127.0.0.11': {
      title: 'Docker’s resolver, inside a container',
      details: ['DOCKER_OUTPUT sends its port 53 to a random port of the same address.'],
      sources: [resolver],
      stated: 'always',
    },
    '172.17.0.0/16': {
      title: 'Docker’s default bridge network',
      sources: ['documentation of Docker'],
      stated: 'always',
    },
  },
};
