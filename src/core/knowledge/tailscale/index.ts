import type { ProgramPack } from '../pack';
import { interfacesOfTailscale } from './interfaces';

export const tailscale: ProgramPack = {
  id: 'tailscale',
  name: 'Tailscale',
  prefixes: ['ts-input', 'ts-forward', 'ts-postrouting'],
  processes: ['tailscaled'],
  interfaces: interfacesOfTailscale,
  families: [
    {
      family: 'Tailscale',
      verified: true,
      sources: ['tailscale/tailscale:util/linuxfw'],
      common: ['Mark mask 0xff0000: 0x40000 subnet route, 0x80000 bypass. Addresses 100.64.0.0/10.'],
      chains: [
        { name: 'ts-input', title: 'Lets in what comes from tailscale0, drops its addresses from elsewhere' },
        { name: 'ts-forward', title: 'Forwards and marks traffic of subnet routes' },
        { name: 'ts-postrouting', title: 'Masquerades traffic of subnet routes (mark 0x40000)' },
      ],
    },
  ],
  chainTables: [
    [/^ts-(?:input|forward)$/, ['filter']],
    [/^ts-postrouting$/, ['nat']],
  ],
  marks: [
    {
      value: 0x40000,
      mask: 0xff0000,
      title: 'traffic of a subnet route',
      sources: ['tailscale/tailscale:util/linuxfw'],
    },
    {
      value: 0x80000,
      mask: 0xff0000,
      title: 'Tailscale’s own packets, past the tunnel',
      sources: ['tailscale/tailscale:util/linuxfw'],
    },
  ],
  addresses: {
    '100.64.0.0/10': {
      title: 'shared address space; Tailscale’s addresses',
      details: [],
      sources: ['RFC 6598', 'tailscale/tailscale:util/linuxfw'],
      stated: 'always',
    },
  },
};
