import { fit, hostOf, text, type Change, type Paragraph, type RuleKnowledge } from '../facts';
import { condition, isMark, markValue, shapeOf, valueOf, type RuleShape } from '../shape';
import { chainIn, type RuleSetView, type RuleView } from '../view';
import { dnsRule } from './dnsRules';
import { excludedInterfaces, isTracing, type IstioProfile } from './profile';
import { isUncalled, lineOf, ruleBefore } from './reach';
import { settings, sources } from './settings';
import { sidecarOutputRule } from './sidecarOutput';

/** What a rule that the sidecar's istio-iptables wrote is for; undefined where it is none of these. */
export function sidecarRule(ruleSet: RuleSetView, profile: IstioProfile, rule: RuleView): RuleKnowledge | undefined {
  const shape = shapeOf(rule);
  if (isTracing(shape)) return tracingRule(shape);
  const dns = dnsRule(ruleSet, profile, rule);
  if (dns !== undefined) return dns;
  switch (`${rule.table} ${rule.chain}`) {
    case 'nat ISTIO_OUTPUT':
      return sidecarOutputRule(ruleSet, profile, rule);
    case 'nat ISTIO_REDIRECT':
    case 'nat ISTIO_IN_REDIRECT':
      return redirectRule(profile, rule, shape);
    case 'nat ISTIO_INBOUND':
    case 'mangle ISTIO_INBOUND':
      return inboundRule(ruleSet, profile, rule, shape);
    case 'mangle ISTIO_DIVERT':
      return divertRule(shape);
    case 'mangle ISTIO_TPROXY':
      return shape.target === 'TPROXY' ? tproxyRule(profile, shape) : undefined;
    case 'mangle ISTIO_DROP':
      return shape.target === 'DROP' ? invalidRule() : undefined;
    case 'nat PREROUTING':
    case 'mangle PREROUTING':
    case 'raw PREROUTING':
      return preroutingRule(ruleSet, rule, shape);
    case 'nat OUTPUT':
    case 'mangle OUTPUT':
    case 'raw OUTPUT':
      return outputHookRule(rule, shape, profile);
    default:
      return rule.table === 'filter' ? guardrail(ruleSet, rule) : undefined;
  }
}

interface Saying {
  readonly details: readonly Paragraph[];
  readonly changedBy?: readonly Change[];
  readonly kernelNote?: string | undefined;
  readonly versions?: string;
}

function say(title: string, rest: Saying): RuleKnowledge {
  return {
    title: fit(title),
    family: 'Istio sidecar',
    details: rest.details,
    changedBy: rest.changedBy ?? [],
    sources: [sources.run, ...(rest.kernelNote === undefined ? [] : [sources.kernel])],
    ...(rest.versions === undefined ? {} : { versions: rest.versions }),
    ...(rest.kernelNote === undefined ? {} : { kernelNote: rest.kernelNote }),
  };
}

function redirectRule(profile: IstioProfile, rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  if (shape.target !== 'REDIRECT') return undefined;
  const port = shape.targetOptions.get('--to-ports') ?? '';
  if (rule.chain === 'ISTIO_REDIRECT') {
    return say(`Outbound TCP is handed to Envoy’s outbound listener, port ${port}`, {
      details: [text('Envoy reads the original destination from the socket (SO_ORIGINAL_DST) and routes by it.')],
      changedBy: settings.outboundPort,
      kernelNote: 'In OUTPUT the destination becomes 127.0.0.1 (::1 for IPv6); from PREROUTING it becomes the first address of the interface the packet came by.',
    });
  }
  return say(`TCP is handed to Envoy’s inbound listener, port ${port}`, {
    details: [text('Used for traffic that arrives at the pod and for the proxy’s self-calls, which come from ISTIO_OUTPUT.')],
    changedBy: settings.inboundPort,
    kernelNote:
      profile.mode === 'sidecar TPROXY'
        ? 'In TPROXY mode only self-calls come here: inbound traffic is taken in mangle before nat sees it.'
        : 'Arriving traffic keeps the pod as destination: the address becomes the first one of the interface it came by. From OUTPUT it becomes 127.0.0.1 (::1 for IPv6).',
  });
}

function inboundRule(ruleSet: RuleSetView, profile: IstioProfile, rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  const chain = chainIn(ruleSet, rule.table, rule.chain);
  const capture = rule.table === 'mangle' ? 'ISTIO_TPROXY' : 'ISTIO_IN_REDIRECT';
  if (shape.target === 'RETURN' && shape.form === 'dport proto') {
    const port = valueOf(shape, 'dport') ?? '';
    if (rule.table === 'nat' && rule.number === 1 && port === String(profile.tunnelPort ?? 15008)) return tunnelRule(ruleSet, profile, port);
    const use = inboundPortUse(port);
    return say(`Inbound port ${port} is excluded from capture${use === undefined ? '' : `: ${use}`}`, {
      details: [text('The packet goes straight to whoever listens there, without mTLS, policy or telemetry. A client that was told to use mTLS for this port then meets an application that does not speak it.')],
      changedBy: port === '22' ? [] : settings.inboundExclude,
      kernelNote: uncalledNote(chain),
      ...(port === '22' ? { versions: 'written by Istio itself 0.5 to 1.12' } : {}),
    });
  }
  if (shape.target === capture || shape.target === 'ISTIO_REDIRECT') {
    const before10 = shape.target === 'ISTIO_REDIRECT';
    if (shape.form === 'proto') {
      return say(`All other inbound TCP goes to Envoy${profile.inboundPort === undefined ? '' : `, port ${profile.inboundPort}`}`, {
        details: [text('The include list is `*`: the exclusions stand before this rule.')],
        changedBy: settings.inboundInclude,
        kernelNote: uncalledNote(chain),
        ...(before10 ? { versions: '0.5 to 0.8' } : {}),
      });
    }
    if (shape.form === 'dport proto') {
      return say(`Inbound port ${valueOf(shape, 'dport') ?? ''} goes to Envoy`, {
        details: [text('Only the listed ports are captured; a list of excluded ports has no effect in this mode, no rules are written for it.')],
        changedBy: settings.inboundInclude,
        kernelNote: uncalledNote(chain),
      });
    }
    return undefined;
  }
  return rule.table === 'mangle' ? inboundTproxyRule(shape) : undefined;
}

function tunnelRule(ruleSet: RuleSetView, profile: IstioProfile, port: string): RuleKnowledge {
  const nat = chainIn(ruleSet, 'nat', 'ISTIO_INBOUND');
  let note: string | undefined;
  if (isUncalled(nat)) {
    if (profile.mode !== 'sidecar TPROXY' || profile.inbound === 'none') note = 'Never reached: nothing jumps to this chain, inbound traffic is not captured at all.';
    else if (profile.inbound === 'ports') note = `Never reached: in TPROXY mode nothing jumps to this chain. ${profile.inboundIncludes.includes(Number(port)) ? `Port ${port} is in the list of captured ports.` : `Port ${port} is not captured all the same, because only listed ports are.`}`;
    else if (profile.inboundExcludes.includes(Number(port))) note = 'Never reached: in TPROXY mode nothing jumps to this chain. The exclusion in mangle is what counts.';
    else note = `Never reached: in TPROXY mode nothing jumps to this chain, and mangle ISTIO_INBOUND has no such exclusion. Inbound ${port} lands on ${profile.inboundPort ?? 15006}.`;
  } else if (profile.inbound === 'ports' && !profile.inboundIncludes.includes(Number(port))) {
    note = `Changes nothing here: only listed ports are captured, and ${port} is not one of them.`;
  }
  return say(`The HBONE tunnel port ${port} is left to Envoy itself`, {
    details: [text('Envoy listens on it and ends the mTLS tunnel; a REDIRECT would hide that. The rule is always written, also where nothing jumps to the chain.')],
    changedBy: settings.tunnelPort,
    kernelNote: note,
    versions: 'since 1.7',
  });
}

function inboundPortUse(port: string): string | undefined {
  const uses: Readonly<Record<string, string>> = { '15090': 'Envoy’s metrics', '15021': 'health check', '15020': 'the agent’s metrics and probes', '22': 'SSH', '15008': 'HBONE tunnel' };
  return Object.hasOwn(uses, port) ? uses[port] : undefined;
}

function uncalledNote(chain: ReturnType<typeof chainIn>): string | undefined {
  return isUncalled(chain) ? 'Never reached: nothing jumps to this chain in this rule set.' : undefined;
}

/** The rules that only TPROXY mode puts into mangle ISTIO_INBOUND. */
function inboundTproxyRule(shape: RuleShape): RuleKnowledge | undefined {
  if (shape.target === 'ISTIO_DIVERT') {
    const socket = condition(shape, 'socket') !== undefined;
    const port = valueOf(shape, 'dport');
    return say(`Packets of connections that Envoy already has${port === undefined ? '' : `, port ${port},`} are delivered locally`, {
      details: [text(socket ? 'A socket for the connection exists on this host, Envoy’s. ISTIO_DIVERT marks the packet for the local routing table.' : 'The first packet of a connection is new and goes on to ISTIO_TPROXY; the later ones come here and are marked for the local routing table.')],
      changedBy: settings.inboundInclude,
      kernelNote: socket ? undefined : 'Every established TCP connection counts, not only Envoy’s: conntrack does not know who owns the socket.',
      versions: socket ? '0.8 to 1.5' : 'since 1.6',
    });
  }
  if (shape.target !== 'RETURN') return undefined;
  switch (shape.form) {
    case 'mark proto':
      return say('A packet that Envoy has already dealt with is not taken again', {
        details: [text('Envoy’s connection to the application keeps the client’s address and carries the TPROXY mark; without this rule it would loop.')],
        changedBy: settings.tproxyMark,
        kernelNote: 'An application that sets this mark itself is looped to lo and delivered locally.',
      });
    case 'in proto src':
      return say(`Envoy’s connections to the application from ${hostOf(valueOf(shape, 'src'))} are left alone`, {
        details: [text('Inbound passthrough: Envoy binds this address when it forwards to a port without a listener of its own.')],
      });
    case 'in !mark proto':
      return say('Over lo only what Envoy sent to its own pod is taken', {
        details: [text('An application that calls its own pod address is not captured. Envoy’s self-call carries mark 1338 (0x53a), set in mangle OUTPUT, and is.')],
        kernelNote: 'The mark travels with the packet from OUTPUT over lo to PREROUTING.',
        versions: 'since 1.11',
      });
    default:
      return undefined;
  }
}

function divertRule(shape: RuleShape): RuleKnowledge | undefined {
  if (shape.target === 'MARK') {
    const mark = markValue(shape.targetOptions.get('--set-xmark') ?? shape.targetOptions.get('--set-mark'))?.value ?? 1337;
    return say(`Mark ${mark} (0x${mark.toString(16)}) sends the packet to the local routing table`, {
      details: [text('`ip rule fwmark 1337 lookup 133`; table 133 holds `local default dev lo`, so the kernel delivers the packet to a socket on this host whatever its destination.')],
      changedBy: settings.tproxyMark,
    });
  }
  if (shape.target === 'ACCEPT') {
    return say('The marked packet is done with mangle PREROUTING', {
      details: [text('ACCEPT ends the walk through this table at this hook only; nat and filter still see the packet.')],
      kernelNote: 'That is why rules of PREROUTING behind the jump to ISTIO_INBOUND never see these packets.',
    });
  }
  return undefined;
}

function tproxyRule(profile: IstioProfile, shape: RuleShape): RuleKnowledge {
  return say(`Inbound TCP is given to Envoy’s listener on ${shape.targetOptions.get('--on-port') ?? ''}, client address kept`, {
    details: [text('TPROXY changes neither address nor port of the packet. It picks Envoy’s transparent socket and marks the packet, and the mark routes it locally.')],
    changedBy: [...settings.mode, ...settings.inboundPort],
    kernelNote: `The socket sees the pod’s address and the application’s port as its own. Packets to ${valueOf(shape, 'dst') ?? '127.0.0.1/32'} are left out, so a self-call that nat has REDIRECTed to 127.0.0.1:${profile.inboundPort ?? 15006} passes untouched.`,
  });
}

function invalidRule(): RuleKnowledge {
  return say('Packets that conntrack calls INVALID are dropped', {
    details: [text('An out-of-window packet is not un-NATed. It would reach the application under the wrong port and be answered with a reset that kills a healthy connection.')],
    changedBy: settings.dropInvalid,
    kernelNote: 'A stray inbound ACK is NEW for conntrack, is redirected, not dropped. SYN+ACK without a known connection and packets without flags are dropped. After an outgoing SYN without answer the next ACK is INVALID.',
    versions: 'since 1.13; chain ISTIO_DROP since 1.24',
  });
}

function preroutingRule(ruleSet: RuleSetView, rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  const chain = chainIn(ruleSet, rule.table, 'PREROUTING');
  if (shape.target === 'ISTIO_INBOUND' && rule.table !== 'raw') {
    return say(rule.table === 'mangle' ? 'Arriving TCP enters ISTIO_INBOUND (TPROXY mode)' : 'Arriving TCP enters ISTIO_INBOUND', {
      details: [text(rule.table === 'mangle' ? 'mangle sees every packet of a connection, nat only the first.' : 'nat sees only the first packet of a connection; the rest follows what was decided for it.')],
      changedBy: settings.inboundInclude,
      kernelNote: rule.table === 'mangle' ? undefined : 'Connections inside the pod, over lo, do not come here: nat OUTPUT has decided for them.',
    });
  }
  if (shape.target === 'ISTIO_DROP' || (shape.target === 'DROP' && shape.form === 'ctstate' && valueOf(shape, 'ctstate') === 'INVALID' && rule.table === 'mangle')) return invalidRule();
  if (shape.target === 'ISTIO_REDIRECT') {
    const virtual = valueOf(shape, 'in');
    if (virtual === undefined) {
      return say('All arriving traffic is captured', { details: [text('The oldest form: one Envoy port for both directions.')], versions: '0.3 and 0.4' });
    }
    return say(`What arrives by ${virtual}${valueOf(shape, 'dst') === undefined ? '' : ` for ${valueOf(shape, 'dst') ?? ''}`} counts as outbound`, {
      details: [text('A virtual machine or a nested container sends through this interface: for the mesh that is traffic leaving the workload.')],
      changedBy: settings.virtualInterfaces,
      kernelNote: `REDIRECT sends it to the first address of ${virtual}, not to 127.0.0.1. Only TCP: the rest matches nothing in ISTIO_REDIRECT and comes back.`,
      versions: 'since 1.1',
    });
  }
  if (shape.target === 'RETURN' && shape.form === 'in') {
    const name = valueOf(shape, 'in') ?? '';
    if (excludedInterfaces(ruleSet, rule.table).includes(name)) return excludedInterface(name, rule.table);
    const taken = chain === undefined ? undefined : ruleBefore(chain, rule, (each) => each.target === 'ISTIO_REDIRECT' && valueOf(each, 'in') === name && condition(each, 'dst') === undefined);
    return say(`The rest of what arrives by ${name} is not treated as inbound`, {
      details: [text('Closes the rules for a virtual interface: nothing that comes through it reaches ISTIO_INBOUND.')],
      changedBy: settings.virtualInterfaces,
      kernelNote: taken === undefined ? undefined : `${lineOf(taken)} has already taken all TCP of ${name}; only other protocols come here.`,
      versions: 'since 1.1',
    });
  }
  if (shape.target === 'CONNMARK' && shape.form === 'mark proto') {
    return say('Envoy’s mark is remembered for the whole connection', {
      details: [text('Envoy connects to the application with the client’s address and the TPROXY mark (original_src). Saved in the connection, it can be given to the application’s answers.')],
      changedBy: settings.tproxyMark,
      kernelNote: 'Packets that ISTIO_INBOUND sent to TPROXY or DIVERT never come here: both end the table. It sees only packets that arrive with the mark already set, over lo.',
    });
  }
  return undefined;
}

function excludedInterface(name: string, table: string): RuleKnowledge {
  return say(`Traffic of interface ${name} is not captured`, {
    details: [text(`Ends ${table} for this hook before any Istio rule. Rules of other programs behind it are skipped as well.`)],
    changedBy: settings.excludeInterfaces,
    versions: 'since 1.12',
  });
}

function outputHookRule(rule: RuleView, shape: RuleShape, profile: IstioProfile): RuleKnowledge | undefined {
  if (shape.target === 'ISTIO_OUTPUT' && rule.table === 'nat') {
    const proto = valueOf(shape, 'proto');
    return say(proto === undefined ? 'Everything sent by this pod enters ISTIO_OUTPUT' : `Everything sent over ${proto.toUpperCase()} enters ISTIO_OUTPUT`, {
      details: [text('nat sees only the first packet of a connection.')],
      kernelNote: proto === undefined ? 'UDP and ICMP enter as well, for the DNS rules and the exclusions. They are never sent to Envoy’s TCP listeners.' : undefined,
      versions: proto === undefined ? 'since 1.25' : proto === 'udp' ? '1.23 and 1.24, with DNS capture' : '1.24 and older',
      changedBy: proto === 'udp' ? settings.dns : [],
    });
  }
  if (shape.target === 'RETURN' && shape.form === 'out') return excludedInterface(valueOf(shape, 'out') ?? '', rule.table);
  if (rule.table !== 'mangle') return undefined;
  if (shape.target === 'RETURN' && shape.form === 'mark out proto') {
    return say('Envoy’s marked packets to the application keep their mark', {
      details: [text('They already carry the TPROXY mark; the rules below would give them 1338.')],
      changedBy: settings.tproxyMark,
    });
  }
  const set = shape.targetOptions.get('--set-xmark') ?? shape.targetOptions.get('--set-mark');
  if (shape.target === 'MARK' && isMark(set, 1338)) {
    const uid = valueOf(shape, 'uid');
    return say(`Envoy (${uid === undefined ? `group ${valueOf(shape, 'gid') ?? ''}` : `user ${uid}`}) calling its own pod gets mark 1338 (0x53a)`, {
      details: [text('The mark travels over lo and tells mangle ISTIO_INBOUND that this is Envoy’s self-call, not the application’s.')],
      changedBy: uid === undefined ? settings.proxyGid : settings.proxyUid,
      kernelNote: uid === undefined
        ? `A process with this group but another user that calls its own pod address is TPROXYed to ${profile.inboundPort ?? 15006}; nat has let it pass.`
        : `nat comes next and REDIRECTs the same packet to 127.0.0.1:${profile.inboundPort ?? 15006}, so the mark is not what brings it there.`,
      versions: 'since 1.11',
    });
  }
  if (shape.target === 'CONNMARK' && shape.form === 'connmark proto') {
    return say('The application’s answers get the mark of the connection', {
      details: [text('Envoy spoke to the application with the client’s address. The mark routes the answer to lo, back to Envoy, instead of out to the client.')],
      changedBy: settings.tproxyMark,
    });
  }
  return undefined;
}

function tracingRule(shape: RuleShape): RuleKnowledge {
  const prefix = (shape.targetOptions.get('--nflog-prefix') ?? '').replaceAll('"', '');
  return say(`Logs what the next rule is about to take (${prefix})`, {
    details: [text('IPTABLES_TRACE_LOGGING. The first 20 bytes of the packet go to NFLOG group 1337, where the agent reads them. NFLOG does not end the walk.')],
    changedBy: [{ kind: 'env', name: 'IPTABLES_TRACE_LOGGING', effect: 'writes these rules' }],
    versions: '1.12 to 1.24',
  });
}

/** While istio-iptables replaces its rules it blocks TCP and UDP at the head of the filter chains. */
function guardrail(ruleSet: RuleSetView, rule: RuleView): RuleKnowledge | undefined {
  if (!['INPUT', 'FORWARD', 'OUTPUT'].includes(rule.chain)) return undefined;
  const isGuard = (shape: RuleShape): boolean => shape.target === 'DROP' && shape.form === 'proto' && ['tcp', 'udp'].includes(valueOf(shape, 'proto') ?? '');
  const everywhere = ['INPUT', 'FORWARD', 'OUTPUT'].every((chain) => (chainIn(ruleSet, 'filter', chain)?.rules ?? []).slice(0, 2).filter((each) => isGuard(shapeOf(each))).length === 2);
  if (!everywhere || rule.number > 2 || !isGuard(shapeOf(rule))) return undefined;
  return say('Guardrail: blocks traffic while Istio replaces its rules', {
    details: [text('Written before the clean-up and removed after it, so that nothing slips by uncaptured meanwhile. A dump that shows it was taken in that moment, or the tool was interrupted.')],
    changedBy: [{ kind: 'flag', name: '--reconcile', effect: 'lets istio-iptables replace rules it finds' }],
    versions: 'since 1.24',
  });
}
