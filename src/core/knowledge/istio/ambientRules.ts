import { hostOf, text, type RuleKnowledge } from '../facts';
import { condition, shapeOf, valueOf, type RuleShape } from '../shape';
import { chainIn, type RuleSetView, type RuleView } from '../view';
import type { IstioProfile } from './profile';
import { lineOf, ruleBefore, takesTcpOf } from './earlier';
import { type RuleVariant } from './releases';
import { ruleOfIstio, type Saying } from './say';
import { settings, sources } from './settings';

/** What a rule of ambient mode is for, in a pod (ISTIO_PRERT, ISTIO_OUTPUT) or on the host (ISTIO_POSTRT). */
export function ambientRule(ruleSet: RuleSetView, profile: IstioProfile, rule: RuleView): RuleKnowledge | undefined {
  const shape = shapeOf(rule);
  if (
    shape.target === 'ISTIO_PRERT' ||
    (shape.target === 'ISTIO_OUTPUT' && rule.chain === 'OUTPUT') ||
    shape.target === 'ISTIO_POSTRT'
  )
    return jump(rule, shape);
  switch (`${rule.table} ${rule.chain}`) {
    case 'nat ISTIO_PRERT':
      return natInbound(ruleSet, rule, shape);
    case 'mangle ISTIO_PRERT':
      return mangleInbound(shape);
    case 'nat ISTIO_OUTPUT':
      return natOutput(profile, shape);
    case 'mangle ISTIO_OUTPUT':
      return shape.target === 'CONNMARK' ? restoreMark() : undefined;
    case 'raw ISTIO_OUTPUT':
    case 'raw ISTIO_PRERT':
      return shape.target === 'CT' ? zoneRule(rule, shape) : undefined;
    case 'nat ISTIO_POSTRT':
      return shape.target === 'SNAT' ? probeSnat(shape) : undefined;
    default:
      return undefined;
  }
}

function say(title: string, saying: Saying): RuleKnowledge {
  return ruleOfIstio(title, { family: 'Istio ambient pod', source: sources.ambient, ...saying });
}

function jump(rule: RuleView, shape: RuleShape): RuleKnowledge {
  if (shape.target === 'ISTIO_POSTRT') {
    return say('What leaves the node passes ISTIO_POSTRT', {
      variant: 'ambient POSTROUTING: to ISTIO_POSTRT',
      details: [text('Only the kubelet’s probes are changed there.')],
      family: 'Istio ambient host',
    });
  }
  const what = rule.chain === 'OUTPUT' ? 'Everything the pod sends' : 'Everything that arrives';
  const use: Readonly<Record<string, string>> = {
    nat: 'nat decides where the first packet of a connection goes.',
    mangle: 'mangle sees every packet and carries the marks.',
    raw: 'raw chooses the conntrack zone of DNS, before connection tracking.',
  };
  return say(`${what} enters ${shape.target ?? ''} of ${rule.table}`, {
    variant: jumpVariant(rule),
    details: [text(use[rule.table] ?? '')],
    ...(rule.table === 'raw' ? { changedBy: settings.ambientDns } : {}),
  });
}

function jumpVariant(rule: RuleView): RuleVariant {
  const table = rule.table === 'mangle' ? ' mangle' : rule.table === 'raw' ? ' raw' : '';
  return rule.chain === 'OUTPUT'
    ? `ambient${table} OUTPUT: to ISTIO_OUTPUT`
    : `ambient${table} PREROUTING: to ISTIO_PRERT`;
}

function natInbound(ruleSet: RuleSetView, rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  const virtual = valueOf(shape, 'in');
  if (virtual !== undefined && (shape.form === 'in proto' || shape.form === 'in')) {
    if (shape.target === 'REDIRECT') {
      return say(
        `TCP that arrives by ${virtual} counts as outbound, ztunnel’s port ` +
          `${shape.targetOptions.get('--to-ports') ?? ''}`,
        {
          variant: 'ambient ISTIO_PRERT: virtual interface redirected',
          details: [
            text(
              'A virtual machine or nested container sends through this interface: for the mesh that is ' +
                'traffic leaving the workload.',
            ),
          ],
          changedBy: settings.ambientVirtual,
          kernelNote: `REDIRECT sends it to the first address of ${virtual}, not to 127.0.0.1.`,
        },
      );
    }
    if (shape.target === 'RETURN') {
      const chain = chainIn(ruleSet, 'nat', 'ISTIO_PRERT');
      const taken =
        chain === undefined
          ? undefined
          : ruleBefore(chain, rule, (each) => shapeOf(each).target === 'REDIRECT' && takesTcpOf(each, virtual));
      const dead = taken !== undefined && valueOf(shape, 'proto') === 'tcp';
      return say(`The rest of what arrives by ${virtual} is not captured`, {
        variant: 'ambient ISTIO_PRERT: virtual interface returns',
        details: [text('Leaves Istio’s chain only, so that rules of other programs still apply.')],
        changedBy: settings.ambientVirtual,
        kernelNote:
          taken === undefined
            ? undefined
            : dead
              ? `Never reached: ${lineOf(taken)} has already taken all TCP of ${virtual}.`
              : `${lineOf(taken)} has already taken all TCP of ${virtual}; only other protocols come here.`,
      });
    }
  }
  if (shape.target === 'ACCEPT' && shape.form === 'proto src')
    return probeIn(shape, 'ambient ISTIO_PRERT: probe accepted');
  if (shape.target === 'REDIRECT' && condition(shape, 'dst')?.negated === true) {
    const port = shape.targetOptions.get('--to-ports') ?? '15006';
    const tunnel = condition(shape, 'dport')?.values[0];
    return say(`Arriving plaintext TCP goes to ztunnel, port ${port}`, {
      variant: 'ambient ISTIO_PRERT: plaintext redirected',
      details: [
        text(
          'Excepted are what ztunnel itself sent (mark ' +
            `0x539)${tunnel === undefined ? '' : `, port ${tunnel}, where ztunnel’s socket takes HBONE directly`}, ` +
            `and ${valueOf(shape, 'dst') ?? 'localhost'}.`,
        ),
      ],
      changedBy: settings.ambientIngress,
      kernelNote: 'The mask is 0xfff: any mark that ends in 0x539, such as 0x1539, counts as ztunnel’s.',
      moreOnReleases: 'in place of TPROXY by default since 1.24',
    });
  }
  return undefined;
}

function probeIn(shape: RuleShape, variant: RuleVariant): RuleKnowledge {
  return say(`Kubelet probes (${hostOf(valueOf(shape, 'src'))}) go straight to the application`, {
    variant,
    details: [
      text(
        'The node gives its probes this source address (ISTIO_POSTRT), so that they can be distinguished from ' +
          'other traffic of the node.',
      ),
    ],
    changedBy: settings.hostProbe,
    kernelNote: 'Only the address is compared: every local process of the node that opens the connection has it.',
  });
}

function mangleInbound(shape: RuleShape): RuleKnowledge | undefined {
  if (shape.target === 'CONNMARK') {
    return say('A connection that ztunnel opened is remembered as such (0x111)', {
      variant: 'ambient mangle ISTIO_PRERT: connection of ztunnel marked',
      details: [
        text(
          'ztunnel marks its packets 0x539 (SO_MARK). It connects to the application with the client’s own ' +
            'address; the connection’s mark later brings the replies back to ztunnel.',
        ),
      ],
      kernelNote: 'Any mark that ends in 0x539 counts (mask 0xfff). User and group play no part in ambient mode.',
    });
  }
  if (shape.target === 'ACCEPT') {
    if (shape.form === 'proto src') return probeIn(shape, 'ambient mangle ISTIO_PRERT: probe accepted');
    if (shape.form === '!dst in proto') {
      return say('Nothing is captured over lo', {
        variant: 'ambient mangle ISTIO_PRERT: lo accepted',
        details: [text('The application calling its own pod address, and ztunnel’s connections to it.')],
      });
    }
    if (shape.form === 'ctstate proto' || shape.form === 'ctstate') {
      return say('Packets of known connections pass', {
        variant: 'ambient mangle ISTIO_PRERT: known connection accepted',
        details: [text('Only the first packet of a connection needs TPROXY.')],
        kernelNote:
          'From the second packet on there is no mark. The rule for port 15008 comes before this one, so ' +
          'TPROXY applies to every packet to that port.',
      });
    }
  }
  if (shape.target === 'TPROXY') {
    const port = shape.targetOptions.get('--on-port') ?? '';
    const tunnel = valueOf(shape, 'dport');
    return say(
      tunnel === undefined
        ? `Arriving plaintext TCP is given to ztunnel’s port ${port}, client address kept`
        : `HBONE, port ${tunnel}, is given to ztunnel, client address kept`,
      {
        variant:
          tunnel === undefined
            ? 'ambient mangle ISTIO_PRERT: plaintext by TPROXY'
            : 'ambient mangle ISTIO_PRERT: HBONE by TPROXY',
        details: [
          text(
            'TPROXY changes neither address nor port. The mark 0x111 routes the packet to lo (`ip rule fwmark ' +
              '0x111/0xfff lookup 100`).',
          ),
        ],
        kernelNote:
          tunnel === undefined
            ? 'TPROXY applies to INVALID packets too: the rule before excepts known connections only.'
            : 'Comes before the rule for known connections, so every packet matches it.',
      },
    );
  }
  return undefined;
}

function natOutput(profile: IstioProfile, shape: RuleShape): RuleKnowledge | undefined {
  if (shape.target === 'ACCEPT') {
    if (shape.form === 'dst proto') {
      return say(`Connections to the probe address ${hostOf(valueOf(shape, 'dst'))} pass`, {
        variant: 'ambient ISTIO_OUTPUT: probe address accepted',
        details: [text('Meant for the application’s replies to the kubelet.')],
        changedBy: settings.hostProbe,
        kernelNote:
          'Replies to a probe belong to a known connection and never visit nat; the rule lets through ' +
          'connections the application opens to that address itself.',
      });
    }
    if (shape.form === 'mark proto') {
      return say('Packets with mark 0x111 are left alone', {
        variant: 'ambient ISTIO_OUTPUT: mark 0x111 accepted',
        details: [text('Replies to ztunnel, marked in mangle ISTIO_OUTPUT, and anything else routed by that mark.')],
        kernelNote: 'An application that sets 0x111 itself has its packet looped to lo and delivered locally.',
      });
    }
    if (shape.form === '!dst out') {
      return say('The application’s calls to its own pod address are left alone', {
        variant: 'ambient ISTIO_OUTPUT: own address over lo accepted',
        details: [text('They go over lo. 127.0.0.1 is excepted here and in the rule that captures.')],
      });
    }
  }
  if (shape.target !== 'REDIRECT') return undefined;
  const port = shape.targetOptions.get('--to-ports') ?? '';
  if (valueOf(shape, 'dport') === '53') {
    const udp = valueOf(shape, 'proto') === 'udp';
    return say(`DNS over ${udp ? 'UDP' : 'TCP'} goes to ztunnel’s DNS proxy, port ${port}`, {
      variant: udp ? 'ambient ISTIO_OUTPUT: UDP DNS redirected' : 'ambient ISTIO_OUTPUT: TCP DNS redirected',
      details: [text('ztunnel’s own queries (mark 0x539) are excepted.')],
      changedBy: settings.ambientDns,
      kernelNote: udp
        ? 'UDP over lo, such as a resolver on localhost, is excepted.'
        : 'Unlike the UDP rule it does not except lo: TCP port 53 to the pod’s own address goes to the DNS proxy.',
    });
  }
  if (condition(shape, 'dst')?.negated === true) {
    return say(`Outbound TCP goes to ztunnel, port ${port}`, {
      variant: 'ambient ISTIO_OUTPUT: TCP redirected',
      details: [text('Excepted are what ztunnel sent itself (mark 0x539) and localhost.')],
      kernelNote:
        'The mark decides, not the user: an application that sets a mark ending in 0x539 bypasses the ' +
        `mesh.${profile.dnsCapture ? '' : ' DNS is not captured here.'}`,
    });
  }
  return undefined;
}

function restoreMark(): RuleKnowledge {
  return say('Replies to ztunnel get mark 0x111 and return to it over lo', {
    variant: 'ambient mangle ISTIO_OUTPUT: mark restored',
    details: [
      text(
        'ztunnel connected to the application with the client’s address. The mark routes the reply to table ' +
          '100, local over lo, instead of out to the client.',
      ),
    ],
    kernelNote: 'It begins with the SYN-ACK. An application that sets 0x111 on its own packets has them looped too.',
  });
}

function zoneRule(rule: RuleView, shape: RuleShape): RuleKnowledge {
  const zone = shape.targetOptions.get('--zone') ?? '';
  const out = rule.chain === 'ISTIO_OUTPUT';
  return say(
    out
      ? `ztunnel’s DNS queries belong to conntrack zone ${zone}`
      : `Answers of nameservers belong to conntrack zone ${zone}`,
    {
      variant: out ? 'ambient raw ISTIO_OUTPUT: zone of ztunnel’s queries' : 'ambient raw ISTIO_PRERT: zone of answers',
      details: [
        text(
          'An application and ztunnel may use the same UDP source port at the same moment; in one zone their ' +
            'entries would collide (istio/istio issue 33469).',
        ),
      ],
      changedBy: settings.ambientDns,
      kernelNote: out
        ? undefined
        : 'Over lo the rule matches and counts, but changes nothing: the packet already belongs to a connection.',
    },
  );
}

function probeSnat(shape: RuleShape): RuleKnowledge {
  const set = valueOf(shape, 'set') ?? '';
  return say(`The node’s TCP to mesh pods gets the source ${shape.targetOptions.get('--to-source') ?? ''}`, {
    variant:
      set === 'istio-inpod-probes'
        ? 'ambient ISTIO_POSTRT: probe SNAT, one set'
        : 'ambient ISTIO_POSTRT: probe SNAT, a set for each IP version',
    details: [
      text(
        `The pods are in the set ${set}. Inside the pod this source is let through, so that kubelet probes ` +
          'work without mTLS.',
      ),
    ],
    changedBy: settings.hostProbe,
    kernelNote:
      '`--socket-exists` only checks for a local socket: TCP of every local process and user of the node is ' +
      'changed, not only the kubelet’s; forwarded packets, UDP and replies are not.',
    family: 'Istio ambient host',
  });
}
