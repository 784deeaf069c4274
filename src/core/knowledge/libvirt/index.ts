import type { ProgramPack } from '../pack';
import { interfacesOfLibvirt } from './interfaces';

export const libvirt: ProgramPack = {
  id: 'libvirt',
  name: 'libvirt',
  nftTables: /^ip6? libvirt_network$/,
  prefixes: ['LIBVIRT_'],
  interfaces: interfacesOfLibvirt,
  families: [
    {
      family: 'libvirt',
      verified: true,
      sources: ['libvirt/libvirt:src/network/network_iptables.c'],
      chains: [
        { name: 'LIBVIRT_INP', title: 'Lets guests reach DHCP and DNS of the host' },
        { name: 'LIBVIRT_OUT', title: 'Lets the host answer DHCP and DNS requests of guests' },
        { name: 'LIBVIRT_FWI', title: 'Forwarding towards guests' },
        { name: 'LIBVIRT_FWO', title: 'Forwarding from guests' },
        { name: 'LIBVIRT_FWX', title: 'Forwarding between guests of one network' },
        { name: 'LIBVIRT_PRT', title: 'Masquerades guests; fills checksums of DHCP replies' },
      ],
    },
  ],
  chainTables: [[/^LIBVIRT_(?:INP|OUT|FWO|FWI|FWX)$/, ['filter']]],
  addresses: {
    '192.168.122.0/24': {
      title: 'libvirt’s default network',
      details: [],
      sources: ['libvirt/libvirt:src/network/network_iptables.c'],
      stated: 'always',
    },
  },
};
