import { istioProfile } from '../../core/knowledge/istio/profile';
import { formatAddress, formatBlock, hostBlock, isLoopback, sameAddress } from '../../core/net/address';
import { PROTOCOL, type Packet } from '../../core/net/packet';
import type { TraceEvent, Walked } from '../../core/netfilter/events';
import { isTableName, type Chain } from '../../core/ruleset/ruleSet';
import { decisiveEvent, lineSpan } from '../traceView/verdict';
import { packetMatch } from './packetMatch';
import { placeOf, type Place } from './place';
import { commandText, type Proposal, type RuleCommand, type Situation } from './remedy';
import { getsThrough, traceChanged } from './traceChanged';

/**
 * What keeps a packet from being redirected or sent to another destination: Istio's annotations, else a rule in front
 * of the one that does.
 */
export function leaveAsItIs(situation: Situation): readonly Proposal[] {
  const {
    walked,
    input: { family },
  } = situation;
  const index = takenAwayAt(walked);
  const place = index === undefined ? undefined : placeOf(walked, index);
  if (!place?.rule) return [];
  const { chain, rule, view } = place;
  const { table } = chain;
  if (!isTableName(table)) return [];
  const tried = (command: RuleCommand): readonly Walked[] | undefined => {
    const outcomes = traceChanged(situation, { commands: [command] });
    return outcomes && getsThrough(outcomes) && outcomes.every((each) => isLeft(each, view.packet))
      ? outcomes
      : undefined;
  };
  const annotated = annotations(situation, place).flatMap(({ command, ...rest }) => {
    const outcomes = tried(command);
    return outcomes
      ? [
          {
            ...rest,
            note: 'An annotation of the pod’s template, for pods that are made from then on. It makes the rule',
            makes: `-A ${command.chain} ${command.rule}`,
            rules: [command],
            outcomes,
          },
        ]
      : [];
  });
  if (annotated.length > 0) return annotated;
  const command: RuleCommand = {
    table,
    chain: chain.name,
    operation: 'I',
    position: rule.rule.number,
    rule: `${packetMatch(view.packet, { destination: true })} -j ACCEPT`,
  };
  const outcomes = tried(command);
  const line = rule.rule.line.index + 1;
  return outcomes
    ? [
        {
          title: [{ text: 'Leave it as it is, in front of ' }, lineSpan(line)],
          commands: [commandText(command, family)],
          note: '',
          rules: [command],
          outcomes,
        },
      ]
    : [];
}

/** The event of the rule that gave the packet another destination or another socket; undefined where none did. */
function takenAwayAt(walked: Walked): number | undefined {
  const index = decisiveEvent(walked);
  if (walked.end.outcome !== 'LOCAL' || index === undefined) return undefined;
  const event = walked.events[index] as TraceEvent;
  if (event.kind !== 'rule') return undefined;
  const { effect } = event;
  return effect?.kind === 'redirect' ||
    effect?.kind === 'tproxy' ||
    (effect?.kind === 'nat' && effect.half === 'destination')
    ? index
    : undefined;
}

function isLeft({ events, end }: Walked, before: Packet): boolean {
  return (
    sameAddress(end.packet.destination, before.destination) &&
    end.packet.destinationPort === before.destinationPort &&
    !events.some((event) => event.kind === 'rule' && event.matched && event.effect?.kind === 'tproxy')
  );
}

type Annotated = Pick<Proposal, 'title' | 'commands'> & { readonly command: RuleCommand };

/**
 * Source: the injector’s annotations, istio.io/latest/docs/reference/config/annotations. Each replaces the list that
 * there is, so that is repeated.
 */
function annotations({ input }: Situation, { view, rule, chain, visited }: Place): readonly Annotated[] {
  const profile = input.knowledge && istioProfile(input.knowledge);
  const { packet } = view;
  if (!profile?.mode.startsWith('sidecar') || packet.protocol !== PROTOCOL.TCP || !rule || !isTableName(chain.table))
    return [];
  const { table } = chain;
  const port = packet.destinationPort;
  const returns = { table, operation: 'I' as const, rule: `${packetMatch(packet, {})} -j RETURN` };
  const written = (name: string, values: readonly (string | number)[]): readonly string[] => [
    `traffic.sidecar.istio.io/${name}: "${values.join(',')}"`,
  ];
  if (visited.has('ISTIO_INBOUND') && profile.inbound === 'all') {
    const others = profile.inboundExcludes.filter((each) => !ALWAYS_EXCLUDED.has(each));
    return [
      {
        title: [{ text: `Keep port ${port} out of the mesh` }],
        commands: written('excludeInboundPorts', [...others, port]),
        command: { ...returns, chain: 'ISTIO_INBOUND' },
      },
    ];
  }
  if (!visited.has('ISTIO_OUTPUT') || profile.outbound !== 'all') return [];
  const range = formatBlock(hostBlock(packet.destination));
  return [
    {
      title: [{ text: `Keep what goes to port ${port} out of the mesh` }],
      commands: written('excludeOutboundPorts', [...profile.outboundExcludedPorts, port]),
      command: { ...returns, chain: 'ISTIO_OUTPUT' },
    },
    {
      title: [{ text: `Keep what goes to ${formatAddress(packet.destination)} out of the mesh` }],
      commands: written('excludeOutboundIPRanges', [...profile.outboundExcludedRanges, range]),
      command: {
        table,
        chain: 'ISTIO_OUTPUT',
        operation: 'I',
        ...behindLocalhost(input.ruleSet?.tables.get(table)?.chains.get('ISTIO_OUTPUT')),
        rule: `-d ${range} -j RETURN`,
      },
    },
  ];
}

/**
 * Ranges are left out behind what is for localhost, and so behind what Envoy sends to its own pod. Source:
 * istio/istio:tools/istio-iptables/pkg/capture/run.go.
 */
function behindLocalhost(chain: Chain | undefined): Pick<RuleCommand, 'position'> {
  const found = chain?.rules.find(({ header: { destination }, target }) => {
    const returns = target.kind === 'extension' && target.extension.name === 'RETURN';
    return returns && destination !== undefined && !destination.inverted && isLoopback(destination.value.address);
  });
  return found ? { position: found.number + 1 } : {};
}

/** Ports that Istio leaves out by itself: of ssh (up to 1.12), the tunnel, telemetry, health and the agent. */
const ALWAYS_EXCLUDED: ReadonlySet<number> = new Set([22, 15008, 15090, 15021, 15020]);
