import { counted, joined, short } from '../../text/counted';
import { condition, shapeOf, valueOf } from '../shape';
import { chainIn, type ChainView, type RuleSetView } from '../view';
import { istioChainNames } from './chains';
import { istioProfile, type IstioProfile } from './profile';

/** What a chain of Istio holds; undefined where nothing better can be said of it than of any chain. */
export function istioSentence(ruleSet: RuleSetView, view: ChainView): string | undefined {
  const profile = istioChainNames.includes(view.name) ? istioProfile(ruleSet) : undefined;
  return profile && sentenceOf(ruleSet, view, profile);
}

function sentenceOf(ruleSet: RuleSetView, view: ChainView, profile: IstioProfile): string | undefined {
  switch (view.name) {
    case 'ISTIO_INBOUND':
      return view.table === 'raw' ? undefined : inboundSentence(view, profile);
    case 'ISTIO_OUTPUT':
      return view.table === 'nat'
        ? profile.mode.startsWith('sidecar')
          ? outputSentence(view, profile)
          : ambientOutputSentence(profile)
        : undefined;
    case 'ISTIO_REDIRECT':
    case 'ISTIO_IN_REDIRECT':
      return redirectSentence(view);
    case 'ISTIO_TPROXY': {
      const rule = view.rules.map(shapeOf).find((shape) => shape.target === 'TPROXY');
      return rule === undefined
        ? undefined
        : `TCP that is not for ${valueOf(rule, 'dst') ?? 'localhost'} goes to port ` +
            `${rule.targetOptions.get('--on-port') ?? '?'}, addresses kept`;
    }
    case 'ISTIO_PRERT':
      return view.table === 'nat' || (view.table === 'mangle' && inPodTproxy(ruleSet))
        ? ambientInboundSentence(profile)
        : undefined;
    default:
      return undefined;
  }
}

function inPodTproxy(ruleSet: RuleSetView): boolean {
  return (chainIn(ruleSet, 'mangle', 'ISTIO_PRERT')?.rules ?? []).some((rule) => shapeOf(rule).target === 'TPROXY');
}

/** `5 exclusions (15008, 22, …), then everything to 15006`. */
function inboundSentence(view: ChainView, profile: IstioProfile): string {
  const shapes = view.rules.map(shapeOf);
  const excluded = shapes
    .filter((shape) => shape.target === 'RETURN' && shape.form === 'dport proto')
    .flatMap((shape) => condition(shape, 'dport')?.values ?? []);
  const captured = shapes.filter(
    (shape) =>
      shape.target === 'ISTIO_IN_REDIRECT' || shape.target === 'ISTIO_TPROXY' || shape.target === 'ISTIO_REDIRECT',
  );
  const parts = excluded.length === 0 ? [] : [`${counted(excluded.length, 'exclusion')} (${short(excluded)})`];
  const port = profile.inboundPort ?? 15006;
  if (captured.some((shape) => condition(shape, 'dport') === undefined))
    parts.push(`${parts.length > 0 ? 'then everything' : 'everything'} to ${port}`);
  else if (captured.length > 0)
    parts.push(
      `only ${captured.length === 1 ? 'port' : 'ports'} ` +
        `${short(captured.flatMap((shape) => condition(shape, 'dport')?.values ?? []))} to ${port}`,
    );
  else parts.push('nothing is captured');
  return parts.join(', ');
}

/** `user 1337 and group 1337 pass, 2 ports and 1 range excluded, DNS to 15053, then everything to 15001`. */
function outputSentence(view: ChainView, profile: IstioProfile): string {
  const parts: string[] = [];
  if (profile.outboundExcludedPorts.length > 0)
    parts.push(
      `${counted(profile.outboundExcludedPorts.length, 'port')} excluded ` +
        `(${short(profile.outboundExcludedPorts.map(String))})`,
    );
  const owners = [...profile.proxyUids.map((uid) => `user ${uid}`), ...profile.proxyGids.map((gid) => `group ${gid}`)];
  if (owners.length > 0) parts.push(`${joined(owners)} ${owners.length === 1 ? 'passes' : 'pass'} (the proxy)`);
  if (profile.outboundExcludedRanges.length > 0)
    parts.push(
      `${counted(profile.outboundExcludedRanges.length, 'range')} excluded (${short(profile.outboundExcludedRanges)})`,
    );
  if (profile.dnsCapture)
    parts.push(profile.dnsServers.length === 0 ? 'DNS to 15053' : `DNS of ${short(profile.dnsServers)} to 15053`);
  const port = profile.outboundPort ?? 15001;
  if (profile.outboundIncludedPorts.length > 0 && profile.outbound !== 'all')
    parts.push(
      `TCP ${profile.outboundIncludedPorts.length === 1 ? 'port' : 'ports'} ` +
        `${short(profile.outboundIncludedPorts.map(String))} to ${port}`,
    );
  if (profile.outbound === 'all') parts.push(`then all other TCP to ${port}`);
  else if (profile.outbound === 'ranges') parts.push(`then TCP to ${short(profile.outboundRanges)} to ${port}`);
  else if (profile.outboundIncludedPorts.length === 0) parts.push('no outbound traffic is captured');
  return parts.length === 0 ? counted(view.rules.length, 'rule') : parts.join(', ');
}

function ambientOutputSentence(profile: IstioProfile): string {
  const dns = profile.dnsCapture ? 'DNS to 15053, ' : '';
  return profile.outbound === 'all'
    ? `${dns}TCP without ztunnel’s mark to ${profile.outboundPort ?? 15001}`
    : `${dns}no outbound capture`;
}

function ambientInboundSentence(profile: IstioProfile): string {
  if (profile.inbound === 'none') return 'inbound traffic is left alone';
  const virtual = profile.virtualInterfaces.length === 0 ? '' : `${short(profile.virtualInterfaces)} as outbound, `;
  return `${virtual}kubelet probes pass, other TCP without ztunnel’s mark to ${profile.inboundPort ?? 15006}`;
}

function redirectSentence(view: ChainView): string | undefined {
  const ports = view.rules.map(shapeOf).flatMap((shape) => shape.targetOptions.get('--to-ports') ?? []);
  return ports.length === 0 ? undefined : `TCP to local port ${joined([...new Set(ports)])}`;
}
