import type { ProgramPack } from '../pack';
import { loggedOrEntered } from '../ownerOfCommand';
import { publishedPort } from '../peer';
import { testsNone } from '../tested';

export const netavark: ProgramPack = {
  id: 'netavark',
  name: 'Podman (netavark)',
  prefixes: ['NETAVARK-', 'NETAVARK_'],
  // Networks are told apart by their addresses. Source: containers/netavark:src/firewall/varktables/types.rs.
  interfaces: (rule) => testsNone(rule, /^NETAVARK(?:_FORWARD|_INPUT|-HOSTPORT-\w+|-DN-\w+|-[\dA-F]{8,})$/),
  peer: (_, rule) => (rule.chain.startsWith('NETAVARK-DN-') ? publishedPort(rule, 'container') : undefined),
  enters: { podman: 'container' },
  ownerOfOutput: (line) => {
    const name = loggedOrEntered(line, ['podman']);
    return name && `container ${name}`;
  },
  families: [
    {
      family: 'Podman (netavark)',
      verified: true,
      sources: ['containers/netavark:src/network'],
      common: ['Mark 0x2000 means: masquerade.'],
      chains: [
        { name: 'NETAVARK-HOSTPORT-DNAT', title: 'Finds the container that owns a published port' },
        { name: 'NETAVARK-HOSTPORT-SETMARK', title: 'Marks a packet to be masqueraded (0x2000)' },
        { name: 'NETAVARK-HOSTPORT-MASQ', title: 'Masquerades what is marked 0x2000' },
        {
          name: /^NETAVARK-DN-/,
          shown: 'NETAVARK-DN-…',
          title: 'Published ports of one network: DNAT to the container',
        },
        {
          name: /^NETAVARK-ISOLATION-[123]$/,
          shown: 'NETAVARK-ISOLATION-1',
          title: 'Separates networks from each other',
        },
        { name: 'NETAVARK_FORWARD', title: 'Forwarding from and to containers' },
        { name: 'NETAVARK_INPUT', title: 'Lets containers reach DNS of the host' },
        { name: /^NETAVARK-/, shown: 'NETAVARK-…', title: 'One network: masquerades what leaves it' },
      ],
    },
  ],
  marks: [
    {
      value: 0x2000,
      mask: 0x2000,
      title: 'masquerade published port traffic',
      sources: ['containers/netavark:src/network'],
    },
  ],
};
