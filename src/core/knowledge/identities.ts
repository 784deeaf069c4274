import { fit, text, type Fact } from './facts';
import { dialledByEnvoy } from './istio/passthrough';
import { told, type Programs } from './programs';

/**
 * What an address means by convention; `addr` as written, with or without a prefix length. Undefined where it means
 * nothing. `programs`: those of the file.
 */
export function addressKnowledge(addr: string, programs?: Programs): Fact | undefined {
  const written = addr.trim().toLowerCase();
  const slash = written.indexOf('/');
  const bare = slash < 0 ? written : written.slice(0, slash);
  const known =
    own(addresses, written) ?? own(addresses, bare) ?? (bare.startsWith('127.') ? addresses['127.0.0.0/8'] : undefined);
  return known === undefined ? undefined : factOf(addr.trim(), known, programs);
}

/** Of a program that is not in the file only whose meaning it is. */
function factOf(name: string, { title, details, sources, program, inIstio }: Entry, programs: Programs): Fact {
  const more = inIstio !== undefined && (programs === undefined || programs.has('Istio')) ? [inIstio] : [];
  const here = program === undefined || programs === undefined || programs.has(program);
  return {
    title: fit(`${name}: ${told(title, program, programs)}`),
    details: (here ? [...details, ...more] : []).map(text),
    sources,
    ...(here ? {} : { elsewhere: true as const }),
  };
}

/** A table says nothing of `constructor`. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** What a user or group id means by convention; numbers or the name `istio-proxy`. */
export function idKnowledge(id: number | string, programs?: Programs): Fact | undefined {
  const known = own(ids, String(id));
  if (known !== undefined) return factOf(String(id), known, programs);
  const number = Number(id);
  if (Number.isInteger(number) && number >= 1_000_000_000 && number < 2_000_000_000) {
    return {
      title: `${id}: an id from the range OpenShift gives to a project`,
      details:
        programs === undefined || programs.has('Istio')
          ? [text('On OpenShift the proxy has no fixed user; the CNI plugin reads it from the container.')]
          : [],
      sources: ['istio/istio:cni/pkg/plugin/sidecar_redirect.go'],
    };
  }
  return undefined;
}

/** Users and groups that something is known of, by number and by name. */
export function knownIds(): readonly string[] {
  return Object.keys(ids);
}

export function knownAddresses(): readonly string[] {
  return Object.keys(addresses);
}

interface Entry {
  readonly title: string;
  readonly details: readonly string[];
  readonly sources: readonly string[];
  /** Whose meaning it is; absent where it is everyone's. */
  readonly program?: string;
  /** Told where Istio is. */
  readonly inIstio?: string;
}

const passthrough: Entry = {
  program: 'Istio',
  title: 'Envoy’s source towards its own application (inbound passthrough)',
  details: [
    'Envoy binds this source, so that the rules know the connection and do not capture it again. The application sees it as its client.',
    dialledByEnvoy,
    '6 is Istio’s number for inbound: 15006, 127.0.0.6, ::6.',
  ],
  sources: [
    'istio/istio:pilot/pkg/networking/core/listener_address.go',
    'istio/istio:tools/istio-iptables/pkg/capture/run.go',
  ],
};

const probe: Entry = {
  program: 'Istio',
  title: 'source of probes to ambient pods',
  details: [
    'Set on the node by ISTIO_POSTRT for TCP of local processes to pods of the mesh; inside the pod it bypasses ztunnel. HOST_PROBE_SNAT_IP and HOST_PROBE_SNAT_IPV6 choose another.',
  ],
  sources: ['istio/istio:cni/pkg/iptables/iptables.go', 'istio/istio:cni/pkg/config/config.go'],
};

const tunnel: Entry = {
  program: 'Istio',
  title: 'end of a Geneve tunnel between node and ztunnel (1.18 to 1.20)',
  details: ['192.168.126.x is istioin, 192.168.127.x istioout. Elsewhere a private address like any other.'],
  sources: ['istio/istio:cni/pkg/ambient/net_linux.go'],
};

const addresses: Readonly<Record<string, Entry>> = {
  '127.0.0.6': passthrough,
  '::6': passthrough,
  '169.254.7.127': probe,
  'fd16:9254:7127:1337:ffff:ffff:ffff:ffff': probe,
  ...Object.fromEntries(
    ['192.168.126.1', '192.168.126.2', '192.168.127.1', '192.168.127.2'].map((address) => [address, tunnel]),
  ),
  '127.0.0.1': {
    title: 'this host, by lo',
    details: ['Inside a pod: all its containers share it.'],
    sources: ['RFC 1122'],
  },
  '::1': { title: 'this host, by lo', details: ['Inside a pod: all its containers share it.'], sources: ['RFC 4291'] },
  '127.0.0.0/8': {
    title: 'loopback range: this host, by lo',
    details: [
      'Every address of it is local. From outside such packets are dropped as martians unless route_localnet is set.',
    ],
    sources: ['RFC 1122', 'Linux ip-sysctl, route_localnet'],
  },
  '127.0.0.11': {
    title: 'Docker’s resolver, inside a container',
    details: ['DOCKER_OUTPUT sends its port 53 to a random port of the same address.'],
    sources: ['moby/moby:daemon/libnetwork/resolver_unix.go'],
  },
  '127.0.0.53': {
    title: 'systemd-resolved’s stub resolver',
    details: ['Found in /etc/resolv.conf of many hosts.'],
    inIstio: 'With DNS capture only the stub is captured then; the upstream query goes to another address.',
    sources: ['systemd-resolved(8)'],
  },
  '169.254.169.254': {
    title: 'instance metadata service of cloud providers',
    details: [],
    sources: ['documentation of AWS, Azure and Google Cloud'],
  },
  '168.63.129.16': {
    title: 'Azure’s platform address: DNS, health, agent',
    details: [],
    sources: ['documentation of Azure'],
  },
  '192.168.122.0/24': {
    title: 'libvirt’s default network',
    details: [],
    sources: ['libvirt/libvirt:src/network/network_iptables.c'],
  },
  '172.17.0.0/16': { title: 'Docker’s default bridge network', details: [], sources: ['documentation of Docker'] },
  '100.64.0.0/10': {
    title: 'shared address space; Tailscale’s addresses',
    details: [],
    sources: ['RFC 6598', 'tailscale/tailscale:util/linuxfw'],
  },
};

const istioProxy: Entry = {
  program: 'Istio',
  title: 'istio-proxy, user and group of Istio’s sidecar',
  details: [
    'In TPROXY mode, and with sidecar.istio.io/capNetBindService, Envoy runs as user 0 and group 1337: then the group is what the rules know it by.',
    'What this user, or a process with this primary group, sends is not captured. An application that runs with it bypasses the mesh.',
    'As a mark 1337 is another thing: TPROXY’s mark, or ztunnel’s in ambient mode, where users play no part.',
  ],
  sources: ['istio/istio:tools/istio-iptables/pkg/capture/run.go', 'istio/istio:cni/pkg/plugin/sidecar_redirect.go'],
};

const ids: Readonly<Record<string, Entry>> = {
  '1337': istioProxy,
  'istio-proxy': istioProxy,
  '2102': {
    program: 'Linkerd',
    title: 'user and group of Linkerd’s proxy',
    details: ['What it sends is not captured by PROXY_INIT_OUTPUT.'],
    sources: ['linkerd/linkerd2-proxy-init:pkg/iptables/iptables.go'],
  },
  '5678': {
    program: 'Kuma',
    title: 'user of Kuma’s sidecar',
    details: ['What it sends is not captured by KUMA_MESH_OUTBOUND.'],
    sources: ['kumahq/kuma:pkg/transparentproxy'],
  },
  '1500': {
    program: 'Open Service Mesh',
    title: 'user of Open Service Mesh’s Envoy',
    details: ['What it sends is not captured by PROXY_OUTPUT.'],
    sources: ['openservicemesh/osm:pkg/injector/iptables.go'],
  },
  '0': {
    title: 'root',
    details: [],
    inIstio:
      'To the sidecar’s rules root is a user like any other, unless PROXY_UID lists it: 1337,0 was the default up to 1.7 where no user was passed. In TPROXY mode Envoy runs as root, with group 1337.',
    sources: ['credentials(7)'],
  },
};
