import { text, type RuleKnowledge } from '../facts';
import { isMark, shapeOf, valueOf, type RuleShape } from '../shape';
import { chainIn, type RuleSetView, type RuleView } from '../view';
import { excludedInterfaces, type IstioProfile } from './profile';
import { lineOf, ruleBefore, takesTcpOf } from './earlier';
import { ruleOfIstio as say } from './say';
import { settings, sources } from './settings';
import { invalidRule } from './sidecarInbound';

/** Istio's rules of PREROUTING in nat and mangle. */
export function preroutingRule(ruleSet: RuleSetView, rule: RuleView, shape: RuleShape): RuleKnowledge | undefined {
  if (shape.target === 'ISTIO_INBOUND' && shape.form === 'proto') {
    return say(
      rule.table === 'mangle' ? 'Arriving TCP enters ISTIO_INBOUND (TPROXY mode)' : 'Arriving TCP enters ISTIO_INBOUND',
      {
        variant:
          rule.table === 'mangle' ? 'mangle PREROUTING: TCP to ISTIO_INBOUND' : 'PREROUTING: TCP to ISTIO_INBOUND',
        details: [
          text(
            rule.table === 'mangle'
              ? 'mangle sees every packet of a connection, nat only the first.'
              : 'nat sees only the first packet of a connection; the rest follows what was decided for it.',
          ),
        ],
        changedBy: settings.inboundInclude,
        kernelNote:
          rule.table === 'mangle'
            ? undefined
            : 'Connections inside the pod, over lo, do not come here: nat OUTPUT has decided for them.',
      },
    );
  }
  if (rule.table === 'mangle' && shape.form === 'ctstate' && valueOf(shape, 'ctstate') === 'INVALID') {
    if (shape.target === 'ISTIO_DROP') return invalidRule('mangle PREROUTING: INVALID to ISTIO_DROP');
    if (shape.target === 'DROP') return invalidRule('mangle PREROUTING: INVALID dropped');
  }
  if (shape.target === 'ISTIO_REDIRECT' && rule.table === 'nat') return toRedirect(shape);
  if (shape.target === 'RETURN' && shape.form === 'in') return interfaceReturns(ruleSet, rule, shape);
  if (rule.table === 'mangle' && shape.target === 'CONNMARK' && shape.form === 'mark proto') {
    return say('Envoy’s mark is remembered for the whole connection', {
      variant: 'mangle PREROUTING: mark saved',
      details: [
        text(
          'Envoy connects to the application with the client’s address and the TPROXY mark (original_src). ' +
            'Saved in the connection, it can be given to the application’s replies.',
        ),
      ],
      changedBy: settings.tproxyMark,
      kernelNote:
        'Packets that ISTIO_INBOUND sent to TPROXY or DIVERT never come here: both end the table. It sees only ' +
        'packets that arrive with the mark already set, over lo.',
    });
  }
  return undefined;
}

function toRedirect(shape: RuleShape): RuleKnowledge | undefined {
  const virtual = valueOf(shape, 'in');
  if (virtual === undefined) {
    if (shape.form !== '') return undefined;
    return say('All arriving traffic is captured', {
      variant: 'PREROUTING: everything to ISTIO_REDIRECT',
      details: [text('The oldest form: one Envoy port for both directions.')],
      source: sources.oldShell,
    });
  }
  const range = valueOf(shape, 'dst');
  return say(`What arrives by ${virtual}${range === undefined ? '' : ` for ${range}`} counts as outbound`, {
    variant:
      range === undefined
        ? 'PREROUTING: virtual interface to ISTIO_REDIRECT'
        : 'PREROUTING: virtual interface and range to ISTIO_REDIRECT',
    details: [
      text(
        'A virtual machine or a nested container sends through this interface: for the mesh that is traffic ' +
          'leaving the workload.',
      ),
    ],
    changedBy: settings.virtualInterfaces,
    kernelNote:
      `REDIRECT sends it to the first address of ${virtual}, not to 127.0.0.1. Only TCP: the rest matches ` +
      'nothing in ISTIO_REDIRECT and comes back.',
  });
}

function interfaceReturns(ruleSet: RuleSetView, rule: RuleView, shape: RuleShape): RuleKnowledge {
  const name = valueOf(shape, 'in') ?? '';
  if (rule.table === 'mangle' || excludedInterfaces(ruleSet, rule.table).includes(name))
    return excludedInterface(name, rule.table);
  const chain = chainIn(ruleSet, rule.table, 'PREROUTING');
  const taken =
    chain === undefined
      ? undefined
      : ruleBefore(chain, rule, (each) => shapeOf(each).target === 'ISTIO_REDIRECT' && takesTcpOf(each, name));
  return say(`The rest of what arrives by ${name} is not treated as inbound`, {
    variant: 'PREROUTING: virtual interface returns',
    details: [text('Closes the rules for a virtual interface: nothing that comes through it reaches ISTIO_INBOUND.')],
    changedBy: settings.virtualInterfaces,
    kernelNote:
      taken === undefined
        ? undefined
        : `${lineOf(taken)} has already taken all TCP of ${name}; only other protocols come here.`,
  });
}

function excludedInterface(name: string, table: string): RuleKnowledge {
  return say(`Traffic of interface ${name} is not captured`, {
    variant:
      table === 'mangle'
        ? 'mangle PREROUTING, OUTPUT: excluded interface returns'
        : 'PREROUTING, OUTPUT: excluded interface returns',
    details: [
      text(`Ends ${table} for this hook before any Istio rule. Rules of other programs after it are skipped as well.`),
    ],
    changedBy: settings.excludeInterfaces,
  });
}

/** Istio's rules of OUTPUT in nat and mangle. */
export function outputHookRule(rule: RuleView, shape: RuleShape, profile: IstioProfile): RuleKnowledge | undefined {
  if (shape.target === 'ISTIO_OUTPUT' && rule.table === 'nat') return toOutput(shape);
  if (shape.target === 'RETURN' && shape.form === 'out')
    return excludedInterface(valueOf(shape, 'out') ?? '', rule.table);
  if (rule.table !== 'mangle') return undefined;
  if (shape.target === 'RETURN' && shape.form === 'mark out proto') {
    return say('Envoy’s marked packets to the application keep their mark', {
      variant: 'mangle OUTPUT: mark 1337 over lo returns',
      details: [text('They already carry the TPROXY mark; the rules below would give them 1338.')],
      changedBy: settings.tproxyMark,
    });
  }
  if (shape.target === 'MARK') return marked(shape, profile);
  if (shape.target === 'CONNMARK' && shape.form === 'connmark proto') {
    return say('The application’s replies get the mark of the connection', {
      variant: 'mangle OUTPUT: mark restored',
      details: [
        text(
          'Envoy connected to the application with the client’s address. The mark routes the reply to lo, ' +
            'back to Envoy, instead of out to the client.',
        ),
      ],
      changedBy: settings.tproxyMark,
      kernelNote: 'A connection that has the mark for any other reason has its replies looped too.',
    });
  }
  return undefined;
}

function toOutput(shape: RuleShape): RuleKnowledge | undefined {
  const proto = valueOf(shape, 'proto');
  const details = [text('nat sees only the first packet of a connection.')];
  if (shape.form === 'dport proto' && proto === 'udp') {
    return say('DNS over UDP enters ISTIO_OUTPUT', {
      variant: 'OUTPUT: UDP port 53 to ISTIO_OUTPUT',
      details,
      changedBy: settings.dns,
    });
  }
  if (shape.form === '') {
    return say('Everything sent by this pod enters ISTIO_OUTPUT', {
      variant: 'OUTPUT: everything to ISTIO_OUTPUT',
      details,
      kernelNote:
        'UDP and ICMP enter as well, for the DNS rules and the exclusions. They are never sent to Envoy’s TCP ' +
        'listeners.',
    });
  }
  if (shape.form !== 'proto') return undefined;
  if (proto === 'udp') {
    return say('Everything sent over UDP enters ISTIO_OUTPUT', {
      variant: 'OUTPUT: UDP to ISTIO_OUTPUT',
      details,
      changedBy: settings.dns,
      moreOnReleases: 'only with DNS capture',
    });
  }
  return proto === 'tcp'
    ? say('Everything sent over TCP enters ISTIO_OUTPUT', { variant: 'OUTPUT: TCP to ISTIO_OUTPUT', details })
    : undefined;
}

function marked(shape: RuleShape, profile: IstioProfile): RuleKnowledge | undefined {
  const set = shape.targetOptions.get('--set-xmark') ?? shape.targetOptions.get('--set-mark');
  if (shape.form === '!dst proto src') {
    return say('The application’s replies from 127.0.0.1 are routed back to Envoy', {
      variant: 'mangle OUTPUT: from 127.0.0.1 marked 1337',
      details: [
        text(
          'Up to 1.9 Envoy called the application on 127.0.0.1 with the client’s address. The reply goes from ' +
            '127.0.0.1 to that address; the mark routes it to lo (table 133) instead of out of the pod. Since ' +
            '1.8 CONNMARK does this.',
        ),
      ],
      changedBy: settings.tproxyMark,
    });
  }
  if (!isMark(set, 1338)) return undefined;
  const uid = valueOf(shape, 'uid');
  const gid = valueOf(shape, 'gid');
  if (uid === undefined && gid === undefined) return undefined;
  const port = profile.inboundPort ?? 15006;
  return say(
    `Envoy (${uid === undefined ? `group ${gid ?? ''}` : `user ${uid}`}) calling its own pod gets mark 1338 (0x53a)`,
    {
      variant: 'mangle OUTPUT: self-call marked 1338',
      details: [
        text(
          'The mark travels over lo. By it mangle ISTIO_INBOUND distinguishes Envoy’s self-calls from those of ' +
            'the application.',
        ),
        text(
          uid === undefined
            ? 'This is the rule that takes Envoy’s self-calls in TPROXY mode: Envoy runs as user 0 and group ' +
                '1337 there.'
            : `In TPROXY mode Envoy runs as user 0, so user ${uid} is at most a helper; Envoy’s own self-calls ` +
                'match the rule by group.',
        ),
      ],
      changedBy: uid === undefined ? settings.proxyGid : settings.proxyUid,
      kernelNote:
        uid === undefined
          ? 'A process with this group that calls its own pod address, above all Envoy, is taken by TPROXY to ' +
            `${port}; nat lets it pass.`
          : `nat comes next and REDIRECTs the same packet to 127.0.0.1:${port}, so the mark is not what brings ` +
            'it there.',
    },
  );
}
