import { condition, shapeOf, valueOf, type RuleShape } from './shape';
import { istioChainNames } from './istio/chains';
import { istioProfile, type IstioProfile } from './istio/profile';
import { chainIn, type ChainView, type RuleSetView, type RuleView } from './view';

/**
 * What a chain holds, in one sentence made from the rules themselves: who jumps to it, what it lets past, what it does
 * with the rest. Line numbers are 1-based, as an editor counts. Undefined where the rule set has no such chain.
 */
export function describeChainInFile(ruleSet: RuleSetView, table: string, chain: string): string | undefined {
  const view = chainIn(ruleSet, table, chain);
  if (view === undefined) return undefined;
  const profile = istioChainNames.includes(chain) ? istioProfile(ruleSet) : undefined;
  const what = (profile === undefined ? undefined : istioSentence(ruleSet, view, profile)) ?? genericSentence(view);
  return view.builtin ? `${what}; policy ${view.policy ?? 'ACCEPT'}` : `${callers(view)}; ${what}`;
}

/** `jumped to from PREROUTING line 60`, `jumped to from 12 rules of KUBE-SERVICES`, `nothing jumps to it`. */
function callers(view: ChainView): string {
  if (view.jumpedFrom.length === 0) return 'nothing jumps to it';
  const byChain = new Map<string, number[]>();
  for (const jump of view.jumpedFrom) {
    const lines = byChain.get(jump.chain);
    if (lines === undefined) byChain.set(jump.chain, [jump.line + 1]);
    else lines.push(jump.line + 1);
  }
  const named = [...byChain]
    .slice(0, 3)
    .map(([chain, lines]) =>
      lines.length > 3
        ? `${lines.length} rules of ${chain}`
        : `${chain} line${lines.length > 1 ? 's' : ''} ${joined(lines.map(String))}`,
    );
  const more = byChain.size > 3 ? ` and ${byChain.size - 3} more chains` : '';
  return `jumped to from ${named.join(', ')}${more}`;
}

function istioSentence(ruleSet: RuleSetView, view: ChainView, profile: IstioProfile): string | undefined {
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
        : `TCP that is not for ${valueOf(rule, 'dst') ?? 'localhost'} goes to port ${rule.targetOptions.get('--on-port') ?? '?'}, addresses kept`;
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
      `only ${captured.length === 1 ? 'port' : 'ports'} ${short(captured.flatMap((shape) => condition(shape, 'dport')?.values ?? []))} to ${port}`,
    );
  else parts.push('nothing is captured');
  return parts.join(', ');
}

/** `user 1337 and group 1337 pass, 2 ports and 1 range excluded, DNS to 15053, then everything to 15001`. */
function outputSentence(view: ChainView, profile: IstioProfile): string {
  const parts: string[] = [];
  if (profile.outboundExcludedPorts.length > 0)
    parts.push(
      `${counted(profile.outboundExcludedPorts.length, 'port')} excluded (${short(profile.outboundExcludedPorts.map(String))})`,
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
      `TCP ${profile.outboundIncludedPorts.length === 1 ? 'port' : 'ports'} ${short(profile.outboundIncludedPorts.map(String))} to ${port}`,
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

/** `12 rules: 3 RETURN, 9 jump to 4 chains`; for a chain of two or three rules what each does. */
function genericSentence(view: ChainView): string {
  if (view.rules.length === 0) return 'no rules';
  const counts = new Map<string, number>();
  const chains = new Map<string, number>();
  for (const rule of view.rules) {
    const shape = shapeOf(rule);
    if (isChain(rule, shape)) chains.set(shape.target ?? '', (chains.get(shape.target ?? '') ?? 0) + 1);
    else counts.set(shape.target ?? 'no target', (counts.get(shape.target ?? 'no target') ?? 0) + 1);
  }
  const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([target, count]) => `${count} ${target}`);
  const jumps = [...chains.values()].reduce((sum, count) => sum + count, 0);
  if (jumps > 0)
    parts.push(
      chains.size <= 3 ? `${jumps} jump to ${joined([...chains.keys()])}` : `${jumps} jump to ${chains.size} chains`,
    );
  return `${counted(view.rules.length, 'rule')}: ${parts.join(', ')}`;
}

/** The targets of iptables 1.8 and the kernel; any other name is a chain. */
const targets = new Set([
  'ACCEPT',
  'DROP',
  'RETURN',
  'QUEUE',
  'REJECT',
  'LOG',
  'NFLOG',
  'ULOG',
  'DNAT',
  'SNAT',
  'MASQUERADE',
  'REDIRECT',
  'NETMAP',
  'MARK',
  'CONNMARK',
  'SECMARK',
  'CONNSECMARK',
  'CT',
  'NOTRACK',
  'TPROXY',
  'TRACE',
  'TOS',
  'DSCP',
  'TTL',
  'HL',
  'TCPMSS',
  'TCPOPTSTRIP',
  'ECN',
  'CLASSIFY',
  'CHECKSUM',
  'NFQUEUE',
  'SET',
  'RATEEST',
  'IDLETIMER',
  'LED',
  'HMARK',
  'CLUSTERIP',
  'SYNPROXY',
  'TEE',
  'AUDIT',
  'DNPT',
  'SNPT',
]);

function isChain(rule: RuleView, shape: RuleShape): boolean {
  return shape.target !== undefined && !targets.has(shape.target) && rule.target !== undefined;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The first four values, then `…`. */
function short(values: readonly string[]): string {
  return values.length > 5 ? `${values.slice(0, 4).join(', ')}, …` : values.join(', ');
}

function joined(values: readonly string[]): string {
  return values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} and ${values.at(-1) ?? ''}`;
}
