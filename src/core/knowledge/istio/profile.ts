import { condition, isMark, shapeOf, valueOf, type RuleShape } from '../shape';
import { chainIn, ruleWithWord, type RuleSetView, type RuleView } from '../view';

type IstioMode =
  | 'sidecar REDIRECT'
  | 'sidecar TPROXY'
  | 'ambient pod'
  /** The host's network namespace with ambient: probe SNAT only. */
  | 'ambient host'
  /** Node-level redirection of 1.18 to 1.20, on the host. */
  | 'ambient node'
  /** The same inside ztunnel's own namespace. */
  | 'ambient node, inside ztunnel';

/** What a rule set says of the Istio that wrote it. Ports, ids and ranges are those of the rules, not defaults. */
export interface IstioProfile {
  readonly mode: IstioMode;
  readonly dnsCapture: boolean;
  /** The addresses whose port 53 is captured; empty where all are, or none. */
  readonly dnsServers: readonly string[];
  readonly dropInvalid: boolean;
  readonly tracing: boolean;
  readonly proxyUids: readonly string[];
  readonly proxyGids: readonly string[];
  readonly outboundPort?: number;
  readonly inboundPort?: number;
  readonly tunnelPort?: number;
  /** `all`: everything but the exclusions; `ports`: only `inboundIncludes`; `none`: nothing jumps to the capture. */
  readonly inbound: 'all' | 'ports' | 'none';
  readonly inboundIncludes: readonly number[];
  readonly inboundExcludes: readonly number[];
  readonly outbound: 'all' | 'ranges' | 'none';
  readonly outboundRanges: readonly string[];
  readonly outboundExcludedRanges: readonly string[];
  readonly outboundIncludedPorts: readonly number[];
  readonly outboundExcludedPorts: readonly number[];
  readonly excludedInterfaces: readonly string[];
  readonly virtualInterfaces: readonly string[];
  /**
   * Where ztunnel is, seen from the node, in node mode: the rule for what it sends with a borrowed address names both.
   */
  readonly nodeZtunnel?: { readonly iface: string; readonly address: string };
}

const profiles = new WeakMap<RuleSetView, { readonly profile: IstioProfile | undefined }>();

/** The Istio that wrote these rules; undefined where none did. Worked out once for a rule set. */
export function istioProfile(ruleSet: RuleSetView): IstioProfile | undefined {
  const known = profiles.get(ruleSet);
  if (known !== undefined) return known.profile;
  const mode = modeOf(ruleSet);
  const profile =
    mode === undefined
      ? undefined
      : mode.startsWith('sidecar')
        ? sidecarProfile(ruleSet, mode)
        : ambientProfile(ruleSet, mode);
  profiles.set(ruleSet, { profile });
  return profile;
}

const sidecarChains = [
  'ISTIO_REDIRECT',
  'ISTIO_IN_REDIRECT',
  'ISTIO_INBOUND',
  'ISTIO_OUTPUT',
  'ISTIO_DIVERT',
  'ISTIO_TPROXY',
  'ISTIO_OUTPUT_DNS',
  'ISTIO_DROP',
];

function modeOf(ruleSet: RuleSetView): IstioMode | undefined {
  const has = (name: string): boolean => ruleSet.hasChain(name);
  if (has('ISTIO_PRERT') || (has('ISTIO_OUTPUT') && hasAmbientOutput(ruleSet))) return 'ambient pod';
  if (sidecarChains.some(has)) return isTproxy(ruleSet) ? 'sidecar TPROXY' : 'sidecar REDIRECT';
  if (has('ISTIO_POSTRT')) return 'ambient host';
  if (has('ztunnel-PREROUTING') || has('ztunnel-OUTPUT') || has('ztunnel-FORWARD')) return 'ambient node';
  const insideZtunnel = rulesOf(ruleSet, 'mangle', 'PREROUTING').some((rule) =>
    isMark(shapeOf(rule).targetOptions.get('--tproxy-mark'), 0x400, 0xfff),
  );
  return insideZtunnel ? 'ambient node, inside ztunnel' : undefined;
}

/** The mode of which the marks of a rule set have their meaning; undefined where no Istio wrote it. */
export function istioMode(ruleSet: RuleSetView): 'sidecar' | 'ambient' | 'node' | undefined {
  const mode = istioProfile(ruleSet)?.mode;
  if (mode === undefined) return undefined;
  return mode.startsWith('sidecar') ? 'sidecar' : mode.startsWith('ambient node') ? 'node' : 'ambient';
}

/** Ambient's ISTIO_OUTPUT knows processes by ztunnel's mark, the sidecar's by user and group. */
function hasAmbientOutput(ruleSet: RuleSetView): boolean {
  return ['nat', 'mangle', 'raw'].some((table) =>
    rulesOf(ruleSet, table, 'ISTIO_OUTPUT').some((rule) => isAmbientRule(shapeOf(rule))),
  );
}

export function isAmbientRule(shape: RuleShape): boolean {
  const mark = valueOf(shape, 'mark');
  return isMark(mark, 0x539, 0xfff) || isMark(mark, 0x111, 0xfff) || isMark(valueOf(shape, 'connmark'), 0x111, 0xfff);
}

/** The mangle rules of TPROXY are there also where no inbound port is captured. */
function isTproxy(ruleSet: RuleSetView): boolean {
  if (
    chainIn(ruleSet, 'mangle', 'ISTIO_TPROXY') !== undefined ||
    chainIn(ruleSet, 'mangle', 'ISTIO_DIVERT') !== undefined
  )
    return true;
  return rulesOf(ruleSet, 'mangle', 'OUTPUT').some((rule) => {
    const shape = shapeOf(rule);
    return shape.target === 'CONNMARK' && shape.form === 'connmark proto';
  });
}

function sidecarProfile(ruleSet: RuleSetView, mode: IstioMode): IstioProfile {
  const output = shapes(ruleSet, 'nat', 'ISTIO_OUTPUT');
  const inboundTable = mode === 'sidecar TPROXY' ? 'mangle' : 'nat';
  const captureChain = mode === 'sidecar TPROXY' ? 'ISTIO_TPROXY' : 'ISTIO_IN_REDIRECT';
  const inboundShapes = shapes(ruleSet, inboundTable, 'ISTIO_INBOUND');
  // Before 1.0 inbound traffic went to ISTIO_REDIRECT, also straight from PREROUTING.
  const isCapture = (shape: RuleShape): boolean => shape.target === captureChain || shape.target === 'ISTIO_REDIRECT';
  const called = (chainIn(ruleSet, inboundTable, 'ISTIO_INBOUND')?.jumpedFrom.length ?? 0) > 0;
  const oldInbound = shapes(ruleSet, 'nat', 'PREROUTING').some(
    (shape) => shape.target === 'ISTIO_REDIRECT' && shape.form === '',
  );
  const captured = called ? inboundShapes.filter(isCapture) : [];
  const inbound =
    oldInbound || captured.some((shape) => shape.form === 'proto') ? 'all' : captured.length > 0 ? 'ports' : 'none';

  const outboundCapture = output.filter((shape) => shape.target === 'ISTIO_REDIRECT');
  const outboundRanges = outboundCapture
    .filter((shape) => shape.form === 'dst')
    .map((shape) => valueOf(shape, 'dst') ?? '');
  const dns = dnsShapes(ruleSet);
  const excludesDestination = (shape: RuleShape): boolean =>
    shape.target === 'RETURN' && shape.form === 'dst' && !isLoopback(valueOf(shape, 'dst'));
  const outboundPort = redirectPort(shapes(ruleSet, 'nat', 'ISTIO_REDIRECT'));
  const inboundPort =
    mode === 'sidecar TPROXY'
      ? port(
          shapes(ruleSet, 'mangle', 'ISTIO_TPROXY')
            .find((shape) => shape.target === 'TPROXY')
            ?.targetOptions.get('--on-port'),
        )
      : (redirectPort(shapes(ruleSet, 'nat', 'ISTIO_IN_REDIRECT')) ?? outboundPort);
  const tunnelPort = tunnelPortOf(ruleSet);
  const inboundExcludes = called
    ? ports(inboundShapes.filter((shape) => shape.target === 'RETURN' && shape.form === 'dport proto'))
    : [];

  return {
    mode,
    dnsCapture: dns.length > 0,
    dnsServers: [...new Set(dns.flatMap((shape) => valueOf(shape, 'dst') ?? []))],
    dropInvalid: shapes(ruleSet, 'mangle', 'PREROUTING').some(
      (shape) =>
        shape.form === 'ctstate' &&
        valueOf(shape, 'ctstate') === 'INVALID' &&
        (shape.target === 'DROP' || shape.target === 'ISTIO_DROP'),
    ),
    tracing: ruleWithWord(ruleSet, 'NFLOG', (rule) => isTracing(shapeOf(rule))) !== undefined,
    proxyUids: distinct(
      output.filter((shape) => shape.form === 'uid' && shape.target === 'RETURN').map((shape) => valueOf(shape, 'uid')),
    ),
    proxyGids: distinct(proxyGroupShapes(output).map((shape) => valueOf(shape, 'gid'))),
    ...(outboundPort === undefined ? {} : { outboundPort }),
    ...(inboundPort === undefined ? {} : { inboundPort }),
    ...(tunnelPort === undefined ? {} : { tunnelPort }),
    inbound,
    inboundIncludes: inbound === 'ports' ? ports(captured) : [],
    inboundExcludes,
    outbound: outboundCapture.some((shape) => shape.form === '')
      ? 'all'
      : outboundRanges.length > 0
        ? 'ranges'
        : 'none',
    outboundRanges,
    outboundExcludedRanges: output.filter(excludesDestination).map((shape) => valueOf(shape, 'dst') ?? ''),
    outboundIncludedPorts: ports(outboundCapture.filter((shape) => shape.form === 'dport proto')),
    outboundExcludedPorts: ports(
      output.filter(
        (shape) => shape.target === 'RETURN' && shape.form === 'dport proto' && valueOf(shape, 'proto') === 'tcp',
      ),
    ),
    excludedInterfaces: distinct(['nat', 'mangle'].flatMap((table) => excludedInterfaces(ruleSet, table))),
    virtualInterfaces: virtualInterfaces(ruleSet),
  };
}

function ambientProfile(ruleSet: RuleSetView, mode: IstioMode): IstioProfile {
  const output = shapes(ruleSet, 'nat', 'ISTIO_OUTPUT');
  const inbound = [...shapes(ruleSet, 'nat', 'ISTIO_PRERT'), ...shapes(ruleSet, 'mangle', 'ISTIO_PRERT')];
  const plain = inbound.find(
    (shape) => (shape.target === 'REDIRECT' || shape.target === 'TPROXY') && condition(shape, 'dst')?.negated === true,
  );
  const inboundPort = port(plain?.targetOptions.get('--to-ports') ?? plain?.targetOptions.get('--on-port'));
  const catchAll = output.find((shape) => shape.form === '!dst !mark proto' && shape.target === 'REDIRECT');
  const outboundPort = port(catchAll?.targetOptions.get('--to-ports'));
  const dnsCapture =
    mode === 'ambient node'
      ? shapes(ruleSet, 'nat', 'ztunnel-PREROUTING').some((shape) => shape.target === 'DNAT')
      : output.some((shape) => shape.target === 'REDIRECT' && valueOf(shape, 'dport') === '53');
  const nodeZtunnel = mode === 'ambient node' ? nodeZtunnelOf(ruleSet) : undefined;
  const tunnel = port(inbound.map((shape) => condition(shape, 'dport')).find((each) => each !== undefined)?.values[0]);
  return {
    mode,
    dnsCapture,
    dnsServers: [],
    dropInvalid: false,
    tracing: false,
    proxyUids: [],
    proxyGids: [],
    ...(outboundPort === undefined ? {} : { outboundPort }),
    ...(inboundPort === undefined ? {} : { inboundPort }),
    ...(tunnel === undefined ? {} : { tunnelPort: tunnel }),
    ...(nodeZtunnel === undefined ? {} : { nodeZtunnel }),
    inbound: plain === undefined ? 'none' : 'all',
    inboundIncludes: [],
    inboundExcludes: [],
    outbound: catchAll === undefined ? 'none' : 'all',
    outboundRanges: [],
    outboundExcludedRanges: [],
    outboundIncludedPorts: [],
    outboundExcludedPorts: [],
    excludedInterfaces: [],
    virtualInterfaces: distinct(
      shapes(ruleSet, 'nat', 'ISTIO_PRERT')
        .filter((shape) => shape.form === 'in proto' && shape.target === 'REDIRECT')
        .map((shape) => valueOf(shape, 'in')),
    ),
  };
}

/**
 * `! -s ADDRESS -i INTERFACE -j MARK --set-xmark 0x210/0x210`. Source: cni/pkg/ambient/net_linux.go, CreateRulesOnNode.
 */
function nodeZtunnelOf(ruleSet: RuleSetView): IstioProfile['nodeZtunnel'] {
  const borrowed = shapes(ruleSet, 'mangle', 'ztunnel-PREROUTING').find(
    (shape) =>
      shape.target === 'MARK' && condition(shape, 'src')?.negated === true && condition(shape, 'in')?.negated === false,
  );
  const [iface, source] = borrowed ? [valueOf(borrowed, 'in'), condition(borrowed, 'src')?.values[0]] : [];
  return iface === undefined || source === undefined ? undefined : { iface, address: source.replace(/\/32$/, '') };
}

/**
 * What the rules of a sidecar say where they are beside those of ambient mode in a pod; undefined where they do not.
 */
export function sidecarBeside(ruleSet: RuleSetView): IstioProfile | undefined {
  if (istioProfile(ruleSet)?.mode !== 'ambient pod') return undefined;
  const named = SIDECAR_ONLY.some(([table, name]) => chainIn(ruleSet, table, name) !== undefined);
  return named
    ? sidecarProfile(
        ruleSet,
        isTproxy(ruleSet) && chainIn(ruleSet, 'mangle', 'ISTIO_TPROXY') !== undefined
          ? 'sidecar TPROXY'
          : 'sidecar REDIRECT',
      )
    : undefined;
}

/** Chains that no release of ambient mode has. */
const SIDECAR_ONLY = [
  ['nat', 'ISTIO_INBOUND'],
  ['nat', 'ISTIO_IN_REDIRECT'],
  ['nat', 'ISTIO_REDIRECT'],
  ['mangle', 'ISTIO_INBOUND'],
  ['mangle', 'ISTIO_TPROXY'],
] as const;

/**
 * The rules that show the proxy's group. `--gid-owner G -j RETURN` alone may also be an excluded owner group; the
 * proxy's comes with rules of the same group for lo. Where these are absent (1.4 and older, loopback in the include
 * list) the first one counts.
 */
function proxyGroupShapes(output: readonly RuleShape[]): readonly RuleShape[] {
  const overLo = output.filter(
    (shape) => condition(shape, 'out') !== undefined && condition(shape, 'gid') !== undefined,
  );
  return overLo.length > 0
    ? overLo
    : output.filter((shape) => shape.form === 'gid' && shape.target === 'RETURN').slice(0, 1);
}

/** The DNS rules of every generation: 15053 is their port in all of them. */
function dnsShapes(ruleSet: RuleSetView): readonly RuleShape[] {
  return ['ISTIO_OUTPUT', 'ISTIO_OUTPUT_DNS', 'OUTPUT', 'ISTIO_REDIRECT']
    .flatMap((name) => shapes(ruleSet, 'nat', name))
    .filter((shape) => valueOf(shape, 'dport') === '53' && (shape.target === 'REDIRECT' || shape.target === 'DNAT'));
}

/** The HBONE port: the first RETURN of nat ISTIO_INBOUND (1.7 and newer), also named in the lo rules since 1.18. */
function tunnelPortOf(ruleSet: RuleSetView): number | undefined {
  const lo = shapes(ruleSet, 'nat', 'ISTIO_OUTPUT').find(
    (shape) => shape.target === 'ISTIO_IN_REDIRECT' && condition(shape, 'dport')?.negated === true,
  );
  const named = condition(lo ?? emptyShape, 'dport')
    ?.values.filter((each) => each !== '53')
    .at(-1);
  if (named !== undefined) return port(named);
  const first = shapes(ruleSet, 'nat', 'ISTIO_INBOUND')[0];
  return first !== undefined && first.target === 'RETURN' && valueOf(first, 'dport') === '15008' ? 15008 : undefined;
}

const emptyShape: RuleShape = {
  conditions: [],
  target: undefined,
  isGoto: false,
  targetOptions: new Map(),
  comment: undefined,
  form: '',
};

export function isTracing(shape: RuleShape): boolean {
  return shape.target === 'NFLOG' && shape.targetOptions.get('--nflog-group') === '1337';
}

/**
 * excludeInterfaces writes a rule into PREROUTING and one into OUTPUT of the table; a virtual interface has only the
 * first.
 */
export function excludedInterfaces(ruleSet: RuleSetView, table: string): readonly string[] {
  return distinct(
    shapes(ruleSet, table, 'OUTPUT')
      .filter((shape) => shape.form === 'out' && shape.target === 'RETURN')
      .map((shape) => valueOf(shape, 'out')),
  );
}

function virtualInterfaces(ruleSet: RuleSetView): readonly string[] {
  const excluded = new Set(excludedInterfaces(ruleSet, 'nat'));
  return distinct(
    shapes(ruleSet, 'nat', 'PREROUTING')
      .filter(
        (shape) =>
          (shape.target === 'ISTIO_REDIRECT' && condition(shape, 'in') !== undefined) ||
          (shape.target === 'RETURN' && shape.form === 'in'),
      )
      .map((shape) => valueOf(shape, 'in'))
      .filter((name) => name === undefined || !excluded.has(name)),
  );
}

export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address.startsWith('127.') || address === '::1' || address === '::1/128');
}

function redirectPort(chain: readonly RuleShape[]): number | undefined {
  return port(
    chain
      .find((shape) => shape.target === 'REDIRECT' && valueOf(shape, 'dport') === undefined)
      ?.targetOptions.get('--to-ports'),
  );
}

function port(written: string | undefined): number | undefined {
  return written !== undefined && /^[0-9]{1,5}$/.test(written) ? Number(written) : undefined;
}

function ports(ofShapes: readonly RuleShape[]): readonly number[] {
  return [
    ...new Set(
      ofShapes.flatMap((shape) => condition(shape, 'dport')?.values ?? []).flatMap((value) => port(value) ?? []),
    ),
  ];
}

function distinct(values: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(values.filter((value): value is string => value !== undefined))];
}

function rulesOf(ruleSet: RuleSetView, table: string, chain: string): readonly RuleView[] {
  return chainIn(ruleSet, table, chain)?.rules ?? [];
}

function shapes(ruleSet: RuleSetView, table: string, chain: string): readonly RuleShape[] {
  return rulesOf(ruleSet, table, chain).map(shapeOf);
}
