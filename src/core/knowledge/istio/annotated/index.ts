import type { RuleCommand } from '../../../ruleset/ruleCommand';
import type { Annotated, AnnotationQuestion } from '../../annotated';
import { chainEdit } from '../../chainEdit';
import type { RuleSetView } from '../../view';
import { istioProfile, type IstioProfile } from '../profile';
import { ruleOfFile } from '../ruleOfFile';
import { bypassInbound, dnsCapture, rerouteAmbient } from './ambient';
import { excludeInboundPorts, includeInboundPorts, statusPort } from './inbound';
import { excludeInterfaces, rerouteInterfaces } from './interfaces';
import { excludeOutboundPorts, excludeOutboundRanges, includeOutboundPorts, includeOutboundRanges } from './outbound';

type Effect = (rules: RuleSetView, profile: IstioProfile, value: string) => Annotated;

const SIDECAR: Readonly<Record<string, Effect>> = {
  includeInboundPorts,
  excludeInboundPorts,
  includeOutboundIPRanges: includeOutboundRanges,
  excludeOutboundIPRanges: excludeOutboundRanges,
  includeOutboundPorts,
  excludeOutboundPorts,
  excludeInterfaces,
  kubevirtInterfaces: rerouteInterfaces,
  'reroute-virtual-interfaces': rerouteInterfaces,
  'status.sidecar.istio.io/port': statusPort,
  interceptionMode: (rules, { mode }, value) =>
    value === 'NONE'
      ? withoutIstio(rules)
      : mode === `sidecar ${value}`
        ? { commands: [] }
        : { problem: `The rules of ${value} are entirely different ones, which are not tried here.` },
  inject: (rules, _, value) => (value === 'false' ? withoutIstio(rules) : { commands: [] }),
};

const AMBIENT: Readonly<Record<string, Effect>> = {
  'bypass-inbound-capture': bypassInbound,
  'dns-capture': dnsCapture,
  'reroute-virtual-interfaces': rerouteAmbient,
  'dataplane-mode': (rules, _, value) => (value === 'none' ? withoutIstio(rules) : { commands: [] }),
};

/** What an annotation of Istio makes of the rules of a pod; undefined for other rules. */
export function istioAnnotated({ name, value, rules }: AnnotationQuestion): Annotated | undefined {
  const profile = istioProfile(rules);
  if (!profile) return undefined;
  const sidecar = profile.mode.startsWith('sidecar');
  const known = sidecar ? SIDECAR : profile.mode === 'ambient pod' ? AMBIENT : {};
  const effect = [name, name.slice(name.indexOf('/') + 1)].find((each) => Object.hasOwn(known, each));
  if (effect !== undefined) return (known[effect] as Effect)(rules, profile, value);
  const elsewhere = [SIDECAR, AMBIENT].some((each) => Object.hasOwn(each, name.slice(name.indexOf('/') + 1)));
  return {
    problem: elsewhere
      ? `It is for ${sidecar ? 'ambient mode, and these are the rules of a sidecar' : 'a sidecar, and these are the rules of ambient mode'}.`
      : 'How it changes the rules is not tried here.',
  };
}

/** No rule of a built-in chain jumps to Istio's chains, which stay without packets. */
function withoutIstio(rules: RuleSetView): { readonly commands: readonly RuleCommand[] } {
  return {
    commands: rules.chains
      .filter(({ builtin }) => builtin)
      .flatMap((chain) => chainEdit(chain, (rule) => ruleOfFile(rules, rule, []) !== undefined, [])),
  };
}
