import type { Meaning, Notes } from '../pack';
import { dialledByEnvoy } from './passthrough';

const passthrough: Meaning = {
  title: 'Envoy’s source towards its own application (inbound passthrough)',
  details: [
    'Envoy binds this source, so that the rules recognise the connection and do not capture it again. The ' +
      'application sees it as its client.',
    dialledByEnvoy,
    '6 is Istio’s number for inbound: 15006, 127.0.0.6, ::6.',
  ],
  sources: [
    'istio/istio:pilot/pkg/networking/core/listener_address.go',
    'istio/istio:tools/istio-iptables/pkg/capture/run.go',
  ],
};

const probe: Meaning = {
  title: 'source of probes to ambient pods',
  details: [
    'Set on the node by ISTIO_POSTRT for TCP of local processes to pods of the mesh; inside the pod it ' +
      'bypasses ztunnel. HOST_PROBE_SNAT_IP and HOST_PROBE_SNAT_IPV6 choose another.',
  ],
  sources: ['istio/istio:cni/pkg/iptables/iptables.go', 'istio/istio:cni/pkg/config/config.go'],
};

const tunnel: Meaning = {
  title: 'end of a Geneve tunnel between node and ztunnel (1.18 to 1.20)',
  details: ['192.168.126.x is istioin, 192.168.127.x istioout. Elsewhere a private address like any other.'],
  sources: ['istio/istio:cni/pkg/ambient/net_linux.go'],
};

export const istioAddresses: Readonly<Record<string, Meaning>> = {
  '127.0.0.6': passthrough,
  '::6': passthrough,
  '169.254.7.127': probe,
  'fd16:9254:7127:1337:ffff:ffff:ffff:ffff': probe,
  ...Object.fromEntries(
    ['192.168.126.1', '192.168.126.2', '192.168.127.1', '192.168.127.2'].map((address) => [address, tunnel]),
  ),
};

const istioProxy: Meaning = {
  title: 'istio-proxy, user and group of Istio’s sidecar',
  details: [
    'In TPROXY mode, and with sidecar.istio.io/capNetBindService, Envoy runs as user 0 and group 1337: then ' +
      'the rules recognise it by the group.',
    'What this user, or a process with this primary group, sends is not captured. An application that runs ' +
      'with it bypasses the mesh.',
    'As a mark, 1337 is something else: TPROXY’s mark, or ztunnel’s in ambient mode, where users play no part.',
  ],
  sources: ['istio/istio:tools/istio-iptables/pkg/capture/run.go', 'istio/istio:cni/pkg/plugin/sidecar_redirect.go'],
};

export const istioIds: Readonly<Record<string, Meaning>> = { '1337': istioProxy, 'istio-proxy': istioProxy };

const run = 'istio/istio:tools/istio-iptables/pkg/capture/run.go';

export const istioNotes: Notes = {
  tables: { filter: 'Istio has no rules here' },
  ports: {
    22: { text: 'Istio 0.5 to 1.12 excluded it from inbound capture by default.', source: run },
    53: { text: 'With DNS capture Istio sends it to 15053.', source: run },
    6081: {
      text: 'Ambient mode 1.18 to 1.20 ran its traffic between node and ztunnel over it.',
      source: 'istio/istio:cni/pkg/ambient/net_linux.go',
    },
  },
  addresses: {
    '127.0.0.53': {
      text: 'With DNS capture only the stub is captured then; the upstream query goes to another address.',
    },
  },
  ids: {
    0: {
      text:
        'To the sidecar’s rules root is a user like any other, unless PROXY_UID lists it: 1337,0 was the default ' +
        'up to 1.7 where no user was passed. In TPROXY mode Envoy runs as root, with group 1337.',
    },
    '1000000000-1999999999': {
      text: 'On OpenShift the proxy has no fixed user; the CNI plugin reads it from the container.',
    },
  },
};
