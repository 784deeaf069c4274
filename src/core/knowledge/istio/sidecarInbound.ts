import { hostOf, text, type RuleKnowledge } from '../facts';
import { condition, markValue, shapeOf, valueOf, type RuleShape } from '../shape';
import { chainIn, type RuleSetView, type RuleView } from '../view';
import { dialledByEnvoy } from './passthrough';
import type { IstioProfile } from './profile';
import { isUncalled } from './earlier';
import type { RuleVariant } from './releases';
import { ruleOfIstio as say } from './say';
import { settings, sources } from './settings';

/** What a rule of ISTIO_INBOUND is for, in nat (REDIRECT) or in mangle (TPROXY). */
export function inboundRule(
  ruleSet: RuleSetView,
  profile: IstioProfile,
  rule: RuleView,
  shape: RuleShape,
): RuleKnowledge | undefined {
  const chain = chainIn(ruleSet, rule.table, rule.chain);
  const tproxy = rule.table === 'mangle';
  if (shape.target === 'RETURN' && shape.form === 'dport proto' && valueOf(shape, 'proto') === 'tcp') {
    const port = valueOf(shape, 'dport') ?? '';
    if (!tproxy && rule.number === 1 && port === String(profile.tunnelPort ?? 15008))
      return tunnelRule(ruleSet, profile, port);
    return excludedPort(chain, rule, port, tproxy);
  }
  const captures = tproxy
    ? shape.target === 'ISTIO_TPROXY'
    : shape.target === 'ISTIO_IN_REDIRECT' || shape.target === 'ISTIO_REDIRECT';
  if (captures) {
    const target = tproxy ? 'ISTIO_TPROXY' : shape.target === 'ISTIO_REDIRECT' ? 'ISTIO_REDIRECT' : 'ISTIO_IN_REDIRECT';
    const variant = (what: 'all' | 'port'): RuleVariant =>
      target === 'ISTIO_TPROXY'
        ? `mangle ISTIO_INBOUND: ${what} to ISTIO_TPROXY`
        : `ISTIO_INBOUND: ${what} to ${target}`;
    if (shape.form === 'proto') {
      return say(
        'All other inbound TCP goes to ' +
          `Envoy${profile.inboundPort === undefined ? '' : `, port ${profile.inboundPort}`}`,
        {
          variant: variant('all'),
          details: [text('The include list is `*`: the exclusions come before this rule.')],
          changedBy: settings.inboundInclude,
          kernelNote: uncalledNote(chain),
        },
      );
    }
    if (shape.form === 'dport proto') {
      return say(`Inbound port ${valueOf(shape, 'dport') ?? ''} goes to Envoy`, {
        variant: variant('port'),
        details: [
          text(
            'Only the listed ports are captured; a list of excluded ports has no effect in this mode, no rules ' +
              'are written for it.',
          ),
        ],
        changedBy: settings.inboundInclude,
        kernelNote: uncalledNote(chain),
      });
    }
    return undefined;
  }
  return tproxy ? inboundTproxyRule(shape) : undefined;
}

function tunnelRule(ruleSet: RuleSetView, profile: IstioProfile, port: string): RuleKnowledge {
  const nat = chainIn(ruleSet, 'nat', 'ISTIO_INBOUND');
  let note: string | undefined;
  if (isUncalled(nat)) {
    if (profile.mode !== 'sidecar TPROXY' || profile.inbound === 'none')
      note = 'Never reached: nothing jumps to this chain, inbound traffic is not captured at all.';
    else if (profile.inbound === 'ports')
      note =
        'Never reached: in TPROXY mode nothing jumps to this chain. ' +
        `${profile.inboundIncludes.includes(Number(port)) ? `Port ${port} is in the list of captured ports.` : `Port ${port} is not captured all the same, because only listed ports are.`}`;
    else if (profile.inboundExcludes.includes(Number(port)))
      note = 'Never reached: in TPROXY mode nothing jumps to this chain. The exclusion in mangle is what counts.';
    else
      note =
        'Never reached: in TPROXY mode nothing jumps to this chain, and mangle ISTIO_INBOUND has no such ' +
        `exclusion. Inbound ${port} lands on ${profile.inboundPort ?? 15006}.`;
  } else if (profile.inbound === 'ports' && !profile.inboundIncludes.includes(Number(port))) {
    note = `Changes nothing here: only listed ports are captured, and ${port} is not one of them.`;
  }
  return say(`The HBONE tunnel port ${port} is left to Envoy itself`, {
    variant: 'ISTIO_INBOUND: HBONE port returns',
    details: [
      text(
        'Envoy listens on it and ends the mTLS tunnel; a REDIRECT would hide that. The rule is always written, ' +
          'also where nothing jumps to the chain.',
      ),
    ],
    changedBy: settings.tunnelPort,
    kernelNote: note,
  });
}

/** Ports that the injector or the CNI plugin excludes by itself, and whose they are. */
const OWN_PORTS: Readonly<Record<string, string>> = {
  '15090': 'Envoy’s metrics',
  '15021': 'health check',
  '15020': 'the agent’s metrics and probes',
};

function excludedPort(chain: ReturnType<typeof chainIn>, rule: RuleView, port: string, tproxy: boolean): RuleKnowledge {
  const straight = text(
    'The packet goes straight to whoever listens there, without mTLS, policy or telemetry. A client that is ' +
      'configured to use mTLS for this port then meets an application that does not speak it.',
  );
  if (port === '22' && isFirstExclusion(chain, rule)) {
    return say('Inbound port 22 is not captured: SSH stays reachable without Envoy', {
      variant: tproxy ? 'mangle ISTIO_INBOUND: SSH returns' : 'ISTIO_INBOUND: SSH returns',
      details: [
        text(
          'Istio writes it by default, before the excluded ports of the user. Since 1.13 port 22 is ' +
            'captured like any other unless the user excludes it.',
        ),
      ],
      kernelNote: uncalledNote(chain),
    });
  }
  const use = Object.hasOwn(OWN_PORTS, port) ? OWN_PORTS[port] : undefined;
  return say(
    use === undefined
      ? `Inbound port ${port} is excluded from capture by the user`
      : `Inbound port ${port} is excluded from capture: ${use}`,
    {
      variant: tproxy ? 'mangle ISTIO_INBOUND: excluded port returns' : 'ISTIO_INBOUND: excluded port returns',
      details: [
        text(
          use === undefined
            ? 'Istio excludes no such port by itself: it comes from an annotation of the pod, or from the value ' +
                'for the mesh.'
            : 'The injector or the CNI plugin adds it to whatever the user excludes, because the sidecar itself ' +
                'listens there.',
        ),
        straight,
      ],
      changedBy: settings.inboundExclude,
      kernelNote: uncalledNote(chain),
    },
  );
}

/** Istio wrote its own rule for port 22 before those of the user, so a 22 further down is an annotation's. */
function isFirstExclusion(chain: ReturnType<typeof chainIn>, rule: RuleView): boolean {
  const first = chain?.rules.find((each) => {
    const shape = shapeOf(each);
    return (
      shape.target === 'RETURN' &&
      shape.form === 'dport proto' &&
      !(each.number === 1 && valueOf(shape, 'dport') === '15008')
    );
  });
  return first === undefined || first.number === rule.number;
}

function uncalledNote(chain: ReturnType<typeof chainIn>): string | undefined {
  return isUncalled(chain) ? 'Never reached: nothing jumps to this chain in this rule set.' : undefined;
}

/** The rules that only TPROXY mode puts into mangle ISTIO_INBOUND. */
function inboundTproxyRule(shape: RuleShape): RuleKnowledge | undefined {
  if (shape.target === 'ISTIO_DIVERT') {
    const socket = condition(shape, 'socket') !== undefined;
    if (!socket && condition(shape, 'ctstate') === undefined) return undefined;
    const port = valueOf(shape, 'dport');
    return say(
      `Packets of connections that Envoy already has${port === undefined ? '' : `, port ${port},`} are ` +
        'delivered locally',
      {
        variant: socket
          ? 'mangle ISTIO_INBOUND: with a socket to ISTIO_DIVERT'
          : 'mangle ISTIO_INBOUND: known connection to ISTIO_DIVERT',
        details: [
          text(
            socket
              ? 'A socket for the connection exists on this host, Envoy’s. ISTIO_DIVERT marks the packet for the ' +
                  'local routing table.'
              : 'The first packet of a connection is new and goes on to ISTIO_TPROXY; the later ones come here ' +
                  'and are marked for the local routing table.',
          ),
        ],
        changedBy: settings.inboundInclude,
        kernelNote: socket
          ? undefined
          : 'Every established TCP connection counts, not only Envoy’s: conntrack does not know who owns the socket.',
      },
    );
  }
  if (shape.target !== 'RETURN') return undefined;
  switch (shape.form) {
    case 'mark proto':
      return say('A packet that Envoy has already handled is not captured again', {
        variant: 'mangle ISTIO_INBOUND: mark 1337 returns',
        details: [
          text(
            'Envoy’s connection to the application keeps the client’s address and carries the TPROXY mark; ' +
              'without this rule it would loop.',
          ),
        ],
        changedBy: settings.tproxyMark,
        kernelNote: 'An application that sets this mark itself is looped to lo and delivered locally.',
      });
    case 'in proto src':
      return say(`Envoy’s connections to the application from ${hostOf(valueOf(shape, 'src'))} are left alone`, {
        variant: 'mangle ISTIO_INBOUND: 127.0.0.6 returns',
        details: [text(dialledByEnvoy)],
      });
    case 'in !mark proto':
      return say('Over lo only what Envoy sent to its own pod is taken', {
        variant: 'mangle ISTIO_INBOUND: over lo without mark 1338 returns',
        details: [
          text(
            'An application that calls its own pod address is not captured. Envoy’s self-call carries mark ' +
              '1338 (0x53a), set in mangle OUTPUT, and is.',
          ),
        ],
        kernelNote: 'The mark travels with the packet from OUTPUT over lo to PREROUTING.',
      });
    default:
      return undefined;
  }
}

export function divertRule(shape: RuleShape): RuleKnowledge | undefined {
  if (shape.form !== '') return undefined;
  if (shape.target === 'MARK') {
    const mark =
      markValue(shape.targetOptions.get('--set-xmark') ?? shape.targetOptions.get('--set-mark'))?.value ?? 1337;
    return say(`Mark ${mark} (0x${mark.toString(16)}) sends the packet to the local routing table`, {
      variant: 'mangle ISTIO_DIVERT: mark',
      details: [
        text(
          `\`ip rule fwmark ${mark} lookup 133\`; table 133 holds \`local default dev lo\`, so the kernel ` +
            'delivers the packet to a socket on this host whatever its destination.',
        ),
      ],
      changedBy: settings.tproxyMark,
    });
  }
  if (shape.target === 'ACCEPT') {
    return say('The marked packet leaves mangle PREROUTING', {
      variant: 'mangle ISTIO_DIVERT: accept',
      details: [text('ACCEPT ends this table at this hook only; nat and filter still see the packet.')],
      kernelNote: 'That is why rules of PREROUTING after the jump to ISTIO_INBOUND never see these packets.',
    });
  }
  return undefined;
}

export function tproxyRule(ruleSet: RuleSetView, profile: IstioProfile, shape: RuleShape): RuleKnowledge | undefined {
  if (shape.target !== 'TPROXY') return undefined;
  const port = shape.targetOptions.get('--on-port') ?? '';
  const outbound = chainIn(ruleSet, 'nat', 'ISTIO_REDIRECT')
    ?.rules.map(shapeOf)
    .find((each) => each.target === 'REDIRECT')
    ?.targetOptions.get('--to-ports');
  return say(`Inbound TCP is given to Envoy’s listener on ${port}, client address kept`, {
    variant:
      outbound === port || (outbound === undefined && port === '15001')
        ? 'mangle ISTIO_TPROXY: to the outbound port'
        : 'mangle ISTIO_TPROXY: to the inbound port',
    details: [
      text(
        'TPROXY changes neither address nor port of the packet. It picks Envoy’s transparent socket and marks ' +
          'the packet, and the mark routes it locally. Envoy runs as user 0 and group 1337 in this mode, because ' +
          'a transparent socket needs it.',
      ),
    ],
    changedBy: [...settings.mode, ...settings.inboundPort],
    kernelNote:
      'The socket sees the pod’s address and the application’s port as its own. Packets to ' +
      `${valueOf(shape, 'dst') ?? '127.0.0.1/32'} are excepted, so a self-call that nat has REDIRECTed to ` +
      `127.0.0.1:${profile.inboundPort ?? 15006} passes untouched.`,
    ...(ruleSet.family === 6 ? { moreOnReleases: 'for IPv6 since 1.12' } : {}),
  });
}

export function invalidRule(variant: RuleVariant): RuleKnowledge {
  return say('Packets that conntrack calls INVALID are dropped', {
    variant,
    details: [
      text(
        'An out-of-window packet is not un-NATed. It would reach the application under the wrong port and be ' +
          'met with a reset that kills a healthy connection.',
      ),
    ],
    changedBy: settings.dropInvalid,
    kernelNote:
      'A stray inbound ACK is NEW for conntrack and is redirected, not dropped. SYN+ACK without a known ' +
      'connection and packets without flags are dropped. After an outgoing SYN without a reply the next ACK is ' +
      'INVALID.',
    moreOnReleases: 'the drop itself since 1.12.2, chain ISTIO_DROP since 1.24',
    source: sources.run,
  });
}
