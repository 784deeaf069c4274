import { fit, list, text, type Fact } from './facts';
import { familyOfChain } from './chains';
import { istioProfile } from './istio/profile';
import { programOf, programsIn, told, type Programs } from './programs';
import type { RuleSetView } from './view';

export interface MarkContext {
  readonly table?: string;
  readonly chain?: string;
  /** Narrows a mark in a built-in chain to the programs whose chains are in the rule set. */
  readonly ruleSet?: RuleSetView;
  /** The programs of the whole file, where more of it than the rule set is known. */
  readonly programs?: Programs;
}

/**
 * What a packet or connection mark means. Programs share numbers, so the chain decides; in a built-in chain the
 * programs of the rule set do; where several remain, all are named. `mask` is 0xffffffff where the rule gives none.
 */
export function markKnowledge(value: number, mask: number, context: MarkContext = {}): Fact | undefined {
  const shown = `0x${value.toString(16)}${mask === 0xffffffff ? '' : `/0x${mask.toString(16)}`}`;
  const owner = context.chain === undefined ? undefined : familyOfChain(context.chain);
  const all = marks.filter((each) => fits(each, value, mask));
  const programs = context.programs ?? (context.ruleSet === undefined ? undefined : programsIn(context.ruleSet));
  const candidates =
    owner !== undefined ? all.filter((each) => each.family === programOf(owner)) : present(all, programs);
  const modal = closest(byMode(candidates, context.ruleSet), mask);
  const [first, ...rest] = modal;
  if (first === undefined) {
    return owner === 'Calico'
      ? {
          title: `${shown}: a bit that Calico has allocated`,
          details: [
            text(
              'Felix takes its bits from a configured mask (0xffff0000 unless set); what one bit means differs between installations.',
            ),
          ],
          sources: ['projectcalico/calico:felix/rules/rule_defs.go'],
        }
      : undefined;
  }
  const elsewhere = owner === undefined && programs !== undefined && !modal.some(({ family }) => programs.has(family));
  if (elsewhere)
    return {
      title: fit(`${shown}: ${modal.map((each) => told(each.title, each.family, programs)).join('; ')}`),
      details: [],
      sources: first.sources,
      elsewhere,
    };
  if (rest.length === 0)
    return {
      title: fit(`${shown}: ${first.title}`),
      details: [...(first.details ?? []).map(text), text(`Set by ${first.family}.`)],
      sources: first.sources,
    };
  return {
    title: fit(`${shown}: used by ${[...new Set(modal.map((each) => each.family))].join(', ')}`),
    details: [
      text('Several programs use this number; the chain does not tell whose it is.'),
      list(...modal.map((each) => `${each.family}: ${each.title}`)),
    ],
    sources: [...new Set(modal.flatMap((each) => each.sources))],
  };
}

interface MarkEntry {
  readonly value: number;
  /** The bits that belong to the meaning; all where absent. */
  readonly mask?: number;
  readonly family: string;
  readonly title: string;
  readonly details?: readonly string[];
  readonly sources: readonly string[];
  readonly mode?: 'sidecar' | 'ambient' | 'node';
}

/** The number as a whole, or under the very mask that the meaning is defined with. */
function fits(entry: MarkEntry, value: number, mask: number): boolean {
  return value === entry.value || (mask === entry.mask && (value & mask) >>> 0 === entry.value);
}

/** Among the meanings that one program gives a number, those of the mask that the rule uses. */
function closest(entries: readonly MarkEntry[], mask: number): readonly MarkEntry[] {
  if (new Set(entries.map((entry) => entry.family)).size !== 1) return entries;
  const exact = entries.filter((entry) => (entry.mask ?? 0xffffffff) === mask);
  return exact.length > 0 ? exact : entries;
}

/** The programs of the file before those that are not in it. */
function present(entries: readonly MarkEntry[], programs: Programs): readonly MarkEntry[] {
  const here = programs === undefined ? [] : entries.filter((entry) => programs.has(entry.family));
  return here.length > 0 ? here : entries;
}

/** Sidecar and ambient give 1337 different jobs. */
function byMode(entries: readonly MarkEntry[], ruleSet: RuleSetView | undefined): readonly MarkEntry[] {
  const mode = ruleSet === undefined ? undefined : istioProfile(ruleSet)?.mode;
  if (mode === undefined) return entries;
  const wanted = mode.startsWith('sidecar') ? 'sidecar' : mode.startsWith('ambient node') ? 'node' : 'ambient';
  const fitting = entries.filter((entry) => entry.mode === undefined || entry.mode === wanted);
  return fitting.length > 0 ? fitting : entries;
}

const istioRun = 'istio/istio:tools/istio-iptables/pkg/capture/run.go';
const istioAmbient = 'istio/istio:cni/pkg/iptables/iptables.go';
const istioNode = 'istio/istio:cni/pkg/ambient/net_linux.go';
const kube = 'kubernetes/kubernetes:pkg/proxy/iptables/proxier.go';

const marks: readonly MarkEntry[] = [
  {
    value: 0x539,
    family: 'Istio',
    mode: 'sidecar',
    title: '1337, TPROXY: deliver locally, to Envoy',
    details: [
      '`ip rule fwmark 1337 lookup 133`. Envoy also puts it on its connections to the application. Not the user 1337, which is another number of the same look: in TPROXY mode Envoy runs as user 0.',
    ],
    sources: [istioRun],
  },
  {
    value: 0x539,
    mask: 0xfff,
    family: 'Istio',
    mode: 'ambient',
    title: '1337, sent by ztunnel (SO_MARK)',
    details: ['Only the lower 12 bits count: 0x1539 passes as ztunnel’s too.'],
    sources: [istioAmbient],
  },
  {
    value: 0x53a,
    family: 'Istio',
    mode: 'sidecar',
    title: '1338, Envoy calling its own pod over lo (TPROXY mode)',
    details: [
      'Set in mangle OUTPUT by the proxy’s user or group; mangle ISTIO_INBOUND sends what carries it to ISTIO_TPROXY. Since 1.11.',
    ],
    sources: [istioRun],
  },
  {
    value: 0x111,
    mask: 0xfff,
    family: 'Istio',
    mode: 'ambient',
    title: 'a connection of ztunnel; its answers return over lo',
    details: ['`ip rule fwmark 0x111/0xfff lookup 100`. An application that sets it has its packets looped to lo.'],
    sources: [istioAmbient],
  },
  {
    value: 0x100,
    mask: 0x100,
    family: 'Istio',
    mode: 'node',
    title: 'outbound, to be routed to ztunnel (1.18 to 1.20)',
    sources: [istioNode],
  },
  {
    value: 0x200,
    mask: 0x200,
    family: 'Istio',
    mode: 'node',
    title: 'skip this packet (1.18 to 1.20)',
    sources: [istioNode],
  },
  {
    value: 0x220,
    mask: 0x220,
    family: 'Istio',
    mode: 'node',
    title: 'skip the whole connection (1.18 to 1.20)',
    sources: [istioNode],
  },
  {
    value: 0x210,
    mask: 0x210,
    family: 'Istio',
    mode: 'node',
    title: 'opened by ztunnel with a borrowed address (1.18 to 1.20)',
    sources: [istioNode],
  },
  {
    value: 5678,
    family: 'Istio',
    mode: 'node',
    title: '5678, eBPF redirection at the node (1.18 to 1.20)',
    sources: [istioNode],
  },
  {
    value: 8765,
    family: 'Istio',
    mode: 'node',
    title: '8765, eBPF redirection at the node (1.18 to 1.20)',
    sources: [istioNode],
  },
  {
    value: 0x40,
    mask: 0x40,
    family: 'Istio',
    mode: 'node',
    title: 'an answer on its way back to ztunnel (1.18 to 1.20)',
    sources: [istioNode],
  },
  {
    value: 0x400,
    mask: 0xfff,
    family: 'Istio',
    mode: 'node',
    title: 'inside ztunnel: TPROXY (1.18 to 1.20)',
    sources: [istioNode],
  },
  {
    value: 0x4d3,
    mask: 0xfff,
    family: 'Istio',
    mode: 'node',
    title: 'inside ztunnel: answer to a borrowed address (1.18 to 1.20)',
    sources: [istioNode],
  },
  {
    value: 0x4000,
    mask: 0x4000,
    family: 'kube-proxy',
    title: 'masquerade in POSTROUTING',
    details: ['Bit 14; `--iptables-masquerade-bit` chooses another.'],
    sources: [kube],
  },
  {
    value: 0x8000,
    mask: 0x8000,
    family: 'kube-proxy',
    title: 'drop in KUBE-FIREWALL',
    sources: ['kubernetes/kubernetes:pkg/kubelet/kubelet_network_linux.go'],
  },
  {
    value: 0x2000,
    mask: 0x2000,
    family: 'CNI portmap',
    title: 'masquerade host port traffic',
    sources: ['containernetworking/plugins:plugins/meta/portmap/portmap.go'],
  },
  {
    value: 0x2000,
    mask: 0x2000,
    family: 'Podman (netavark)',
    title: 'masquerade published port traffic',
    sources: ['containers/netavark:src/network'],
  },
  {
    value: 0x2000,
    mask: 0xffffffff,
    family: 'Azure NPM',
    title: 'ingress was allowed (version 1)',
    sources: ['Azure/azure-container-networking:npm/util/const.go'],
  },
  {
    value: 0x200,
    mask: 0xf00,
    family: 'Cilium',
    title: 'to Cilium’s proxy; its port is in the upper 16 bits',
    sources: ['cilium/cilium:pkg/datapath/linux/linux_defaults'],
  },
  {
    value: 0x200,
    mask: 0xffffffff,
    family: 'Azure NPM',
    title: 'a policy decision (version 2)',
    sources: ['Azure/azure-container-networking:npm/util/const.go'],
  },
  {
    value: 0xa00,
    mask: 0xf00,
    family: 'Cilium',
    title: 'from Cilium’s proxy',
    sources: ['cilium/cilium:pkg/datapath/linux/linux_defaults'],
  },
  {
    value: 0xd00,
    mask: 0xf00,
    family: 'Cilium',
    title: 'to be decrypted',
    sources: ['cilium/cilium:pkg/datapath/linux/linux_defaults'],
  },
  {
    value: 0xe00,
    mask: 0xf00,
    family: 'Cilium',
    title: 'to be encrypted',
    sources: ['cilium/cilium:pkg/datapath/linux/linux_defaults'],
  },
  {
    value: 0x80,
    mask: 0x80,
    family: 'AWS VPC CNI',
    title: 'answer through the primary interface',
    sources: ['aws/amazon-vpc-cni-k8s:pkg/networkutils/network.go'],
  },
  {
    value: 0x80,
    mask: 0x80,
    family: 'Cilium',
    title: 'node port of a multi-interface node',
    sources: ['cilium/cilium:pkg/datapath/linux/linux_defaults'],
  },
  {
    value: 0x40000,
    mask: 0x40000,
    family: 'Weave Net',
    title: 'egress policy: not yet allowed or allowed',
    sources: ['weaveworks/weave:npc/constants.go'],
  },
  {
    value: 0x20000,
    mask: 0x20000,
    family: 'Weave Net',
    title: 'to be encrypted (IPsec)',
    sources: ['weaveworks/weave:net/ipsec/ipsec.go'],
  },
  {
    value: 0x40000,
    mask: 0xff0000,
    family: 'Tailscale',
    title: 'traffic of a subnet route',
    sources: ['tailscale/tailscale:util/linuxfw'],
  },
  {
    value: 0x80000,
    mask: 0xff0000,
    family: 'Tailscale',
    title: 'Tailscale’s own packets, past the tunnel',
    sources: ['tailscale/tailscale:util/linuxfw'],
  },
  {
    value: 0x10000,
    mask: 0x10000,
    family: 'kube-router',
    title: 'a policy has allowed the packet',
    sources: ['cloudnativelabs/kube-router:pkg/controllers/netpol'],
  },
  {
    value: 0x20000,
    mask: 0x20000,
    family: 'kube-router',
    title: 'the pod firewall has judged the packet',
    sources: ['cloudnativelabs/kube-router:pkg/controllers/netpol'],
  },
];
