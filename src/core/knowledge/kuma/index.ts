import type { ProgramPack } from '../pack';

export const kuma: ProgramPack = {
  id: 'kuma',
  name: 'Kuma',
  prefixes: ['KUMA_'],
  processes: ['kuma-dp'],
  always: [
    'nat KUMA_MESH_INBOUND_REDIRECT -p tcp -j REDIRECT --to-ports 15006',
    'nat KUMA_MESH_OUTBOUND_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
    'nat PREROUTING -p tcp -j KUMA_MESH_INBOUND',
    'nat OUTPUT -p tcp -j KUMA_MESH_OUTBOUND',
  ],
  families: [
    {
      family: 'Kuma',
      verified: true,
      sources: ['kumahq/kuma:pkg/transparentproxy'],
      common: [
        'Design and numbers as in Istio (15001, 15006, 15053, 127.0.0.6), the proxy’s user is 5678. Comments ' +
          '`kuma/mesh/transparent/proxy/…`.',
      ],
      chains: [
        { name: 'KUMA_MESH_INBOUND', title: 'Decides which arriving connections go to the sidecar' },
        { name: 'KUMA_MESH_INBOUND_REDIRECT', title: 'Sends TCP to the sidecar’s inbound port, 15006' },
        { name: 'KUMA_MESH_OUTBOUND', title: 'Decides which outbound connections go to the sidecar' },
        { name: 'KUMA_MESH_OUTBOUND_REDIRECT', title: 'Sends TCP to the sidecar’s outbound port, 15001' },
      ],
    },
  ],
  ids: {
    '5678': {
      title: 'user of Kuma’s sidecar',
      details: ['What it sends is not captured by KUMA_MESH_OUTBOUND.'],
      sources: ['kumahq/kuma:pkg/transparentproxy'],
    },
  },
};
