import type { ProgramPack } from '../pack';

export const openServiceMesh: ProgramPack = {
  id: 'openServiceMesh',
  name: 'Open Service Mesh',
  prefixes: ['OSM_'],
  families: [
    {
      family: 'Open Service Mesh',
      verified: true,
      sources: ['openservicemesh/osm:pkg/injector/iptables.go'],
      common: ['Envoy runs as user 1500.'],
      chains: [
        {
          name: /^(OSM_)?PROXY_INBOUND$/,
          shown: 'PROXY_INBOUND',
          title: 'Decides which arriving connections go to Envoy',
        },
        {
          name: /^(OSM_)?PROXY_(IN|INBOUND)_REDIRECT$/,
          shown: 'PROXY_IN_REDIRECT',
          title: 'Sends TCP to Envoy’s inbound port',
        },
        {
          name: /^(OSM_)?PROXY_(OUTPUT|OUTBOUND)$/,
          shown: 'PROXY_OUTPUT',
          title: 'Decides which outbound connections go to Envoy',
        },
        {
          name: /^(OSM_)?PROXY_(OUT_|OUTBOUND_)?REDIRECT$/,
          shown: 'PROXY_REDIRECT',
          title: 'Sends TCP to Envoy’s outbound port',
        },
      ],
    },
  ],
  ids: {
    '1500': {
      title: 'user of Open Service Mesh’s Envoy',
      details: ['What it sends is not captured by PROXY_OUTPUT.'],
      sources: ['openservicemesh/osm:pkg/injector/iptables.go'],
    },
  },
};
