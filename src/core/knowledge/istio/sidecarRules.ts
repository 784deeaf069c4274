import { text, type RuleKnowledge } from '../facts';
import { shapeOf, valueOf, type RuleShape } from '../shape';
import { chainIn, type RuleSetView, type RuleView } from '../view';
import { dnsRule } from './dnsRules';
import { filterRule } from './filterRules';
import { isTracing, type IstioProfile } from './profile';
import { ruleOfIstio as say } from './say';
import { settings } from './settings';
import { outputHookRule, preroutingRule } from './sidecarHooks';
import { divertRule, inboundRule, invalidRule, tproxyRule } from './sidecarInbound';
import { sidecarOutputRule } from './sidecarOutput';

/** What a rule that the sidecar's istio-iptables wrote is for; undefined for any other rule. */
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
      return redirectRule(ruleSet, profile, rule, shape);
    case 'nat ISTIO_INBOUND':
    case 'mangle ISTIO_INBOUND':
      return inboundRule(ruleSet, profile, rule, shape);
    case 'mangle ISTIO_DIVERT':
      return divertRule(shape);
    case 'mangle ISTIO_TPROXY':
      return tproxyRule(ruleSet, profile, shape);
    case 'mangle ISTIO_DROP':
      return shape.target === 'DROP' && shape.form === '' ? invalidRule('mangle ISTIO_DROP: drop') : undefined;
    case 'nat PREROUTING':
    case 'mangle PREROUTING':
      return preroutingRule(ruleSet, rule, shape);
    case 'nat OUTPUT':
    case 'mangle OUTPUT':
      return outputHookRule(rule, shape, profile);
    default:
      return rule.table === 'filter' ? filterRule(ruleSet, rule, shape) : undefined;
  }
}

function redirectRule(
  ruleSet: RuleSetView,
  profile: IstioProfile,
  rule: RuleView,
  shape: RuleShape,
): RuleKnowledge | undefined {
  if (shape.target !== 'REDIRECT' || valueOf(shape, 'proto') !== 'tcp' || shape.form !== 'proto') return undefined;
  const port = shape.targetOptions.get('--to-ports') ?? '';
  if (rule.chain === 'ISTIO_REDIRECT') {
    return say(`Outbound TCP is handed to Envoy’s outbound listener, port ${port}`, {
      variant: 'ISTIO_REDIRECT: TCP to the outbound port',
      details: [text('Envoy reads the original destination from the socket (SO_ORIGINAL_DST) and routes by it.')],
      changedBy: settings.outboundPort,
      kernelNote:
        'In OUTPUT the destination becomes 127.0.0.1 (::1 for IPv6); from PREROUTING it becomes the first ' +
        'address of the interface the packet came by.',
    });
  }
  const outbound = chainIn(ruleSet, 'nat', 'ISTIO_REDIRECT')
    ?.rules.map(shapeOf)
    .find((each) => each.target === 'REDIRECT' && valueOf(each, 'dport') === undefined)
    ?.targetOptions.get('--to-ports');
  const variant =
    outbound !== port
      ? 'ISTIO_IN_REDIRECT: TCP to the inbound port'
      : profile.inbound === 'all'
        ? 'ISTIO_IN_REDIRECT: TCP to the outbound port, all inbound ports'
        : 'ISTIO_IN_REDIRECT: TCP to the outbound port';
  return say(`TCP is handed to Envoy’s inbound listener, port ${port}`, {
    variant,
    details: [
      text('Used for traffic that arrives at the pod and for the proxy’s self-calls, which come from ISTIO_OUTPUT.'),
      ...(outbound === port
        ? [
            text(
              'One port for both directions: the only one up to 1.2. In the releases right after, port 15006 ' +
                'was used only if all inbound ports were captured, not with a list of them.',
            ),
          ]
        : []),
    ],
    changedBy: settings.inboundPort,
    kernelNote:
      profile.mode === 'sidecar TPROXY'
        ? 'In TPROXY mode only self-calls come here: inbound traffic is taken in mangle before nat sees it.'
        : 'Arriving traffic keeps the pod as destination: the address becomes the first one of the interface it ' +
          'came by. From OUTPUT it becomes 127.0.0.1 (::1 for IPv6).',
  });
}

function tracingRule(shape: RuleShape): RuleKnowledge {
  const prefix = (shape.targetOptions.get('--nflog-prefix') ?? '').replaceAll('"', '');
  return say(`Logs what the next rule is about to take (${prefix})`, {
    variant: 'any: NFLOG tracing',
    details: [
      text(
        'The first 20 bytes of the packet go to NFLOG group 1337, where the agent reads them. NFLOG does not ' +
          'end the chain.',
      ),
    ],
    changedBy: settings.tracing,
  });
}
