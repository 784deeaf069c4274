import { condition, isMark, shapeOf, valueOf, type RuleShape } from '../shape';
import { chainIn, ruleWithWord, type RuleSetView, type RuleView } from '../view';

/** The versions of Istio that write such rules, as `1.13`; an end is absent where nothing in the rules bounds it. */
export interface VersionRange {
  readonly from?: string;
  readonly to?: string;
  /** True where the findings exclude each other: two installations, or rules changed by hand. */
  readonly contradictory: boolean;
  readonly evidence: readonly VersionEvidence[];
}

/** One finding; `line` is the 0-based line of the rule that shows it. */
export interface VersionEvidence {
  readonly text: string;
  readonly from?: string;
  readonly to?: string;
  readonly line?: number;
}

type Side = 'sidecar' | 'ambient';

/**
 * What the shapes of the rules say of the version; Istio's own files were compared at each release
 * (istio/istio:tools/istio-iptables, cni/pkg/iptables, before 1.5 the shell scripts). The absence of a rule counts only
 * where the rule does not depend on a setting and the part of the rule set that would hold it is there.
 */
export function versionEvidence(ruleSet: RuleSetView, mode: string): VersionRange {
  const side: Side = mode.startsWith('sidecar') ? 'sidecar' : 'ambient';
  const evidence = side === 'sidecar' ? sidecarEvidence(ruleSet) : ambientEvidence(ruleSet, mode);
  const froms = evidence.flatMap((each) => each.from ?? []);
  const tos = evidence.flatMap((each) => each.to ?? []);
  const from = froms.length === 0 ? undefined : froms.reduce((a, b) => (order(a) >= order(b) ? a : b));
  const to = tos.length === 0 ? undefined : tos.reduce((a, b) => (order(a) <= order(b) ? a : b));
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    contradictory: from !== undefined && to !== undefined && order(from) > order(to),
    evidence,
  };
}

/** `1.5 to 1.12`, `1.25 or newer`, `1.4 or older`. */
export function rangeText(range: VersionRange): string {
  if (range.contradictory) return `mixed: ${range.from ?? ''} or newer, but also ${range.to ?? ''} or older`;
  if (range.from !== undefined && range.to !== undefined) return range.from === range.to ? range.from : `${range.from} to ${range.to}`;
  if (range.from !== undefined) return `${range.from} or newer`;
  return range.to === undefined ? 'any version' : `${range.to} or older`;
}

function order(version: string): number {
  const [major, minor] = version.split('.');
  return Number(major) * 1000 + Number(minor);
}

function sidecarEvidence(ruleSet: RuleSetView): readonly VersionEvidence[] {
  const found: VersionEvidence[] = [];
  const say = (text: string, range: { readonly from?: string; readonly to?: string }, rule?: RuleView): void => {
    found.push({ text, ...range, ...(rule === undefined ? {} : { line: rule.line }) });
  };
  const find = (table: string, chain: string, test: (shape: RuleShape, rule: RuleView) => boolean): RuleView | undefined =>
    chainIn(ruleSet, table, chain)?.rules.find((rule) => test(shapeOf(rule), rule));

  const output = chainIn(ruleSet, 'nat', 'ISTIO_OUTPUT');
  const inbound = chainIn(ruleSet, 'nat', 'ISTIO_INBOUND');
  const jump = find('nat', 'OUTPUT', (shape) => shape.target === 'ISTIO_OUTPUT' && valueOf(shape, 'proto') !== 'udp');
  if (jump !== undefined) {
    if (valueOf(shapeOf(jump), 'proto') === undefined) say('all protocols enter ISTIO_OUTPUT', { from: '1.25' }, jump);
    else say('only TCP enters ISTIO_OUTPUT by this jump', { to: '1.24' }, jump);
  }
  const udpJump = find('nat', 'OUTPUT', (shape) => shape.target === 'ISTIO_OUTPUT' && valueOf(shape, 'proto') === 'udp');
  if (udpJump !== undefined) say('UDP has its own jump to ISTIO_OUTPUT', { from: '1.23', to: '1.24' }, udpJump);

  if (output !== undefined && output.rules.length > 0) outputEvidence(output.rules, say);

  const commented = ruleWithWord(ruleSet, 'istio/', (rule) => shapeOf(rule).comment?.startsWith('istio/') === true);
  if (commented !== undefined) say('comments that begin with istio/', { from: '0.3', to: '0.7' }, commented);

  if (inbound === undefined) {
    if (chainIn(ruleSet, 'nat', 'ISTIO_REDIRECT') !== undefined && chainIn(ruleSet, 'mangle', 'ISTIO_INBOUND') === undefined) say('no chain ISTIO_INBOUND', { to: '0.4' });
  } else {
    inboundEvidence(ruleSet, inbound.rules, say);
  }

  const inRedirect = find('nat', 'ISTIO_IN_REDIRECT', (shape) => shape.target === 'REDIRECT');
  const outRedirect = find('nat', 'ISTIO_REDIRECT', (shape) => shape.target === 'REDIRECT' && valueOf(shape, 'dport') === undefined);
  if (inRedirect !== undefined) {
    const [inPort, outPort] = [inRedirect, outRedirect].map((rule) => (rule === undefined ? undefined : shapeOf(rule).targetOptions.get('--to-ports')));
    if (inPort === outPort) say('inbound traffic goes to the same port as outbound', { from: '1.0', to: '1.2' }, inRedirect);
    else say(`inbound traffic has a port of its own, ${inPort ?? ''}`, { from: '1.3' }, inRedirect);
  } else if (inbound !== undefined && chainIn(ruleSet, 'nat', 'ISTIO_IN_REDIRECT') === undefined) {
    say('no chain ISTIO_IN_REDIRECT', { to: '0.8' });
  }

  dnsEvidence(ruleSet, find, say);
  tproxyEvidence(ruleSet, find, say);

  const drop = chainIn(ruleSet, 'mangle', 'ISTIO_DROP');
  if (drop !== undefined) say('chain ISTIO_DROP', { from: '1.24' }, drop.rules[0]);
  const invalid = find('mangle', 'PREROUTING', (shape) => shape.form === 'ctstate' && valueOf(shape, 'ctstate') === 'INVALID' && shape.target === 'DROP');
  if (invalid !== undefined) say('INVALID is dropped without a chain of its own', { from: '1.13', to: '1.23' }, invalid);
  const traced = ruleWithWord(ruleSet, 'NFLOG', (rule) => shapeOf(rule).targetOptions.get('--nflog-group') === '1337');
  if (traced !== undefined) say('NFLOG group 1337 (IPTABLES_TRACE_LOGGING)', { from: '1.12', to: '1.24' }, traced);
  const excluded = find('nat', 'OUTPUT', (shape) => shape.form === 'out' && shape.target === 'RETURN');
  if (excluded !== undefined) say('excluded interfaces', { from: '1.12' }, excluded);
  return found;
}

type Say = (text: string, range: { readonly from?: string; readonly to?: string }, rule?: RuleView) => void;
type Find = (table: string, chain: string, test: (shape: RuleShape, rule: RuleView) => boolean) => RuleView | undefined;

function outputEvidence(rules: readonly RuleView[], say: Say): void {
  const find = (test: (shape: RuleShape) => boolean): RuleView | undefined => rules.find((rule) => test(shapeOf(rule)));

  const passthrough = find((shape) => shape.form === 'out src' && shape.target === 'RETURN');
  if (passthrough !== undefined) say('the inbound passthrough source 127.0.0.6 (::6)', { from: '1.3' }, passthrough);
  else say('no rule for the inbound passthrough source 127.0.0.6', { to: '1.2' });

  const ownerless = find((shape) => shape.form === '!dst out' && (shape.target === 'ISTIO_REDIRECT' || shape.target === 'ISTIO_IN_REDIRECT'));
  if (ownerless !== undefined) say('the lo rule asks for no owner', { to: '1.2' }, ownerless);

  const byUser = find((shape) => shape.target === 'ISTIO_IN_REDIRECT' && condition(shape, 'uid') !== undefined);
  const byGroup = find((shape) => shape.target === 'ISTIO_IN_REDIRECT' && condition(shape, 'gid') !== undefined);
  if (byGroup !== undefined) say('lo rules by group', { from: '1.5' }, byGroup);
  else if (byUser !== undefined) say('lo rules by user only', { from: '1.3', to: '1.4' }, byUser);
  const lo = byUser ?? byGroup;
  if (lo !== undefined) {
    const shape = shapeOf(lo);
    const names15008 = condition(shape, 'dport')?.values.some((value) => value !== '53') === true;
    if (names15008) say('the lo rule leaves out the HBONE port', { from: '1.18' }, lo);
    else say('the lo rule does not leave out the HBONE port', { to: '1.17' }, lo);
  }

  const ranges = rules.filter((rule) => shapeOf(rule).target === 'ISTIO_REDIRECT' && shapeOf(rule).form === 'dst');
  const finalReturn = find((shape) => shape.form === '' && shape.target === 'RETURN');
  if (finalReturn !== undefined) say('a last RETURN behind the list of ranges', { to: '1.22' }, finalReturn);
  else if (ranges.length > 0) say('no last RETURN behind the list of ranges', { from: '1.23' }, ranges.at(-1));

  const udpTwin = find((shape) => shape.form === 'dport proto' && shape.target === 'RETURN' && valueOf(shape, 'proto') === 'udp');
  if (udpTwin !== undefined) say('excluded outbound ports also for UDP', { from: '1.25' }, udpTwin);
  const includedPort = find((shape) => shape.form === 'dport proto' && shape.target === 'ISTIO_REDIRECT');
  if (includedPort !== undefined) say('included outbound ports', { from: '1.7' }, includedPort);
  const groups = find((shape) => shape.form === '!gid' || shape.form === '!gid !gid');
  if (groups !== undefined) say('owner groups', { from: '1.14' }, groups);
  const wideLoopback = find((shape) => shape.form === 'dst' && shape.target === 'RETURN' && /^127\.[0-9.]+\/(?!32$)/.test(valueOf(shape, 'dst') ?? ''));
  if (wideLoopback !== undefined) say('localhost is a wider range than 127.0.0.1/32', { from: '1.21' }, wideLoopback);
}

function inboundEvidence(ruleSet: RuleSetView, rules: readonly RuleView[], say: Say): void {
  const returnsPort = (rule: RuleView | undefined, port: string): boolean =>
    rule !== undefined && shapeOf(rule).form === 'dport proto' && shapeOf(rule).target === 'RETURN' && valueOf(shapeOf(rule), 'dport') === port;
  const tunnel = rules.find((rule) => returnsPort(rule, '15008'));
  if (tunnel !== undefined && tunnel.number === 1) say('the HBONE port 15008 is left alone', { from: '1.7' }, tunnel);
  else if (chainIn(ruleSet, 'nat', 'ISTIO_OUTPUT') !== undefined) say('port 15008 is not left alone', { to: '1.6' }, rules[0]);

  const table = chainIn(ruleSet, 'mangle', 'ISTIO_INBOUND') === undefined ? 'nat' : 'mangle';
  const capturing = chainIn(ruleSet, table, 'ISTIO_INBOUND')?.rules ?? [];
  const wildcard = capturing.some((rule) => shapeOf(rule).form === 'proto' && ['ISTIO_IN_REDIRECT', 'ISTIO_TPROXY', 'ISTIO_REDIRECT'].includes(shapeOf(rule).target ?? ''));
  if (!wildcard) return;
  // Istio wrote its own port-22 rule before those of the user, so a 22 further down is an annotation's.
  const firstPort = capturing.find((rule) => shapeOf(rule).form === 'dport proto' && shapeOf(rule).target === 'RETURN' && !returnsPort(rule, '15008'));
  if (returnsPort(firstPort, '22')) say('SSH, port 22, is left alone', { from: '0.5', to: '1.12' }, firstPort);
  else say('no rule of Istio for port 22', { from: '1.13' });
}

function dnsEvidence(ruleSet: RuleSetView, find: Find, say: Say): void {
  const dnsChain = chainIn(ruleSet, 'nat', 'ISTIO_OUTPUT_DNS') ?? chainIn(ruleSet, 'raw', 'ISTIO_OUTPUT_DNS');
  if (dnsChain !== undefined) say('chain ISTIO_OUTPUT_DNS', { from: '1.25' }, dnsChain.rules[0]);
  const oldForm =
    find('nat', 'ISTIO_REDIRECT', (shape) => valueOf(shape, 'dport') === '53') ??
    find('nat', 'OUTPUT', (shape) => shape.target === 'DNAT' && valueOf(shape, 'dport') === '53');
  if (oldForm !== undefined) say('the first form of DNS capture', { from: '1.8', to: '1.8' }, oldForm);
  const udp = find('nat', 'OUTPUT', (shape) => shape.target === 'REDIRECT' && valueOf(shape, 'dport') === '53');
  if (udp !== undefined) say('DNS over UDP is captured in OUTPUT itself', { from: '1.9', to: '1.22' }, udp);
  const inOutput = find('nat', 'ISTIO_OUTPUT', (shape) => shape.target === 'REDIRECT' && valueOf(shape, 'dport') === '53');
  if (inOutput !== undefined) say('DNS is captured in ISTIO_OUTPUT itself', { from: '1.9', to: '1.24' }, inOutput);
  const zoneInOutput = find('raw', 'OUTPUT', (shape) => shape.target === 'CT' && shape.targetOptions.has('--zone'));
  if (zoneInOutput !== undefined) say('conntrack zones are set in OUTPUT itself', { from: '1.11', to: '1.22' }, zoneInOutput);
  const zoneChain = find('raw', 'OUTPUT', (shape) => shape.target === 'ISTIO_OUTPUT');
  if (zoneChain !== undefined) say('conntrack zones are set in ISTIO_OUTPUT', { from: '1.23', to: '1.24' }, zoneChain);
  const answers = find('raw', 'PREROUTING', (shape) => shape.target === 'CT' && valueOf(shape, 'sport') === '53');
  if (answers !== undefined) {
    const shape = shapeOf(answers);
    if (condition(shape, 'dst') !== undefined) say('answers of a nameserver are looked for by destination', { from: '1.11', to: '1.19' }, answers);
    else if (condition(shape, 'src') !== undefined) say('answers of a nameserver are looked for by source', { from: '1.20', to: '1.24' }, answers);
  }
  const rawInbound = chainIn(ruleSet, 'raw', 'ISTIO_INBOUND');
  if (rawInbound !== undefined) say('chain ISTIO_INBOUND in raw', { from: '1.25' }, rawInbound.rules[0]);
}

function tproxyEvidence(ruleSet: RuleSetView, find: Find, say: Say): void {
  const socket = find('mangle', 'ISTIO_INBOUND', (shape) => condition(shape, 'socket') !== undefined);
  if (socket !== undefined) say('TPROXY knows its connections by `-m socket`', { from: '0.8', to: '1.5' }, socket);
  const conntrack = find('mangle', 'ISTIO_INBOUND', (shape) => shape.target === 'ISTIO_DIVERT' && condition(shape, 'ctstate') !== undefined);
  if (conntrack !== undefined) say('TPROXY knows its connections by conntrack', { from: '1.6' }, conntrack);
  const marks = find('mangle', 'OUTPUT', (shape) => shape.target === 'MARK' && isMark(shape.targetOptions.get('--set-xmark') ?? shape.targetOptions.get('--set-mark'), 1338));
  if (marks !== undefined) say('mark 1338', { from: '1.11' }, marks);
  const tproxy = find('mangle', 'ISTIO_TPROXY', (shape) => shape.target === 'TPROXY');
  if (tproxy === undefined) return;
  const port = shapeOf(tproxy).targetOptions.get('--on-port');
  const outbound = find('nat', 'ISTIO_REDIRECT', (shape) => shape.target === 'REDIRECT');
  if (port !== undefined && outbound !== undefined) {
    if (shapeOf(outbound).targetOptions.get('--to-ports') === port) say('TPROXY to the outbound port', { to: '1.8' }, tproxy);
    else say('TPROXY to the inbound port', { from: '1.9' }, tproxy);
  }
  if (ruleSet.family === 6) say('TPROXY for IPv6', { from: '1.12' }, tproxy);
}

function ambientEvidence(ruleSet: RuleSetView, mode: string): readonly VersionEvidence[] {
  const found: VersionEvidence[] = [];
  const say: Say = (text, range, rule) => found.push({ text, ...range, ...(rule === undefined ? {} : { line: rule.line }) });
  const find: Find = (table, chain, test) => chainIn(ruleSet, table, chain)?.rules.find((rule) => test(shapeOf(rule), rule));

  if (mode.startsWith('ambient node')) {
    const first = ruleSet.chains.find(({ name, rules }) => name.startsWith('ztunnel-') && rules.length > 0)?.rules[0]
      ?? ruleWithWord(ruleSet, 'TPROXY', (rule) => isMark(shapeOf(rule).targetOptions.get('--tproxy-mark'), 0x400));
    say('redirection at the node', { from: '1.18', to: '1.20' }, first);
    return found;
  }
  const probe = find('nat', 'ISTIO_POSTRT', (shape) => shape.target === 'SNAT');
  if (mode === 'ambient host') {
    say('probe addresses are set on the host, in ISTIO_POSTRT', { from: '1.21' }, probe);
    const set = probe === undefined ? undefined : valueOf(shapeOf(probe), 'set');
    if (set === 'istio-inpod-probes') say('one set istio-inpod-probes', { to: '1.21' }, probe);
    else if (set?.startsWith('istio-inpod-probes-v') === true) say('a set for each IP version', { from: '1.22' }, probe);
    return found;
  }
  say('redirection inside the pod', { from: '1.21' });
  const tproxy = find('mangle', 'ISTIO_PRERT', (shape) => shape.target === 'TPROXY');
  if (tproxy !== undefined) say('inbound capture by TPROXY', { from: '1.21', to: '1.24' }, tproxy);
  const redirect = find('nat', 'ISTIO_PRERT', (shape) => shape.target === 'REDIRECT' && condition(shape, 'dst') !== undefined);
  if (redirect !== undefined) say('inbound capture by REDIRECT', { from: '1.24' }, redirect);
  const raw = find('raw', 'ISTIO_PRERT', (shape) => shape.target === 'CT');
  if (raw !== undefined) say('a conntrack zone for DNS', { from: '1.22' }, raw);
  return found;
}
