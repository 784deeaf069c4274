import type { ChainFamily } from '../family';
import { iptabler } from './sources';

export const dockerChains: ChainFamily = {
  family: 'Docker',
  sources: [iptabler, 'moby/moby:daemon/libnetwork/firewall_linux.go'],
  verified: true,
  chains: [
    {
      name: 'DOCKER',
      table: 'nat',
      title: 'Published ports: sends them to the container (DNAT)',
      details: [
        'Called for packets to an address of this host, from PREROUTING and, except for localhost, from OUTPUT.',
      ],
      kernelNote:
        'DNAT happens before the routing decision, so a published port is forwarded and never passes INPUT: ' +
        'rules there (ufw, firewalld zones) do not protect it. DOCKER-USER is the place for that.',
    },
    {
      name: 'DOCKER',
      table: 'filter',
      title: 'Lets packets for published ports through to the container; drops the rest',
      kernelNote: 'Sees the packet after DNAT: address and port are the container’s, not the published ones.',
    },
    {
      name: 'DOCKER-USER',
      title: 'For rules of the administrator; Docker calls it first and never changes it',
      details: [
        'Also for published ports, which do not pass INPUT. `-m conntrack --ctorigdstport` matches the port as ' +
          'the client addressed it.',
      ],
      kernelNote: 'Packets come here after DNAT: `--dport` is the container’s port.',
    },
    {
      name: 'DOCKER-FORWARD',
      title: 'All of Docker’s rules for forwarded packets, in one chain',
      versions: 'since 28',
    },
    { name: 'DOCKER-BRIDGE', title: 'Sends packets for a Docker bridge on to DOCKER', versions: 'since 28' },
    { name: 'DOCKER-CT', title: 'Accepts packets of known connections into a Docker bridge', versions: 'since 28' },
    {
      name: 'DOCKER-INTERNAL',
      title: 'Isolates internal networks',
      versions: 'newest versions',
      details: ['`docker network create --internal`: nothing enters from outside the subnet, and nothing leaves it.'],
    },
    {
      name: 'DOCKER-ISOLATION-STAGE-1',
      title: 'Separates Docker networks, first half: packets that leave a bridge',
      details: ['A packet that comes from one bridge and goes elsewhere continues in stage 2.'],
      versions: 'older versions; DOCKER-INTERNAL and rules in raw replace it',
    },
    {
      name: 'DOCKER-ISOLATION-STAGE-2',
      title: 'Separates Docker networks, second half: drops packets that enter another bridge',
      versions: 'older versions; DOCKER-INTERNAL and rules in raw replace it',
    },
    {
      name: 'DOCKER-ISOLATION',
      title: 'Separates Docker networks: one DROP for each pair of bridges',
      versions: 'oldest form',
    },
    { name: 'DOCKER-INGRESS', title: 'Swarm: ports published by the routing mesh' },
    {
      name: 'DOCKER_OUTPUT',
      title: 'Inside a container: sends DNS to 127.0.0.11 to Docker’s resolver',
      details: ['The resolver listens on a random port of 127.0.0.11 in the container’s own network.'],
    },
    { name: 'DOCKER_POSTROUTING', title: 'Inside a container: restores port 53 in answers of Docker’s resolver' },
  ],
};
