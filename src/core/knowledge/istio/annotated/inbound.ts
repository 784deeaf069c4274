import type { RuleCommand } from '../../../ruleset/ruleCommand';
import type { Annotated } from '../../annotated';
import { chainEdit } from '../../chainEdit';
import { shapeOf, valueOf, type RuleShape } from '../../shape';
import { chainIn, type ChainView, type RuleSetView } from '../../view';
import type { IstioProfile } from '../profile';
import { isRefused, portsOf, type Refused } from './values';

/** Ports that Istio excludes by itself: of ssh (up to 1.12), the tunnel, telemetry, health and the agent. */
const OWN_EXCLUSIONS: ReadonlySet<string> = new Set(['22', '15008', '15020', '15021', '15090']);

/** Those that the injector adds to the ports of the user; the CNI plugin adds the same. */
const ADDED = ['15090', '15021', '15020'] as const;

/** The ports of `excludeInboundPorts`, as far as the rules show them. */
export function userExclusions({ inboundExcludes }: IstioProfile): readonly string[] {
  return inboundExcludes.map(String).filter((port) => !OWN_EXCLUSIONS.has(port));
}

interface Inbound {
  readonly table: 'nat' | 'mangle';
  readonly chain: ChainView;
  /** The chain that takes what is captured. */
  readonly capture: string;
}

/**
 * Source of all that follows: istio/istio:tools/istio-iptables/pkg/capture/run.go, handleInboundPortsInclude.
 */
function inboundOf(rules: RuleSetView, { mode }: IstioProfile): Inbound | Refused {
  const table = mode === 'sidecar TPROXY' ? 'mangle' : 'nat';
  const chain = chainIn(rules, table, 'ISTIO_INBOUND');
  if (!chain) return { problem: `Table ${table} has no chain ISTIO_INBOUND here, into which Istio writes this.` };
  const capture =
    table === 'mangle'
      ? 'ISTIO_TPROXY'
      : chain.rules.some((rule) => shapeOf(rule).target === 'ISTIO_REDIRECT')
        ? 'ISTIO_REDIRECT'
        : 'ISTIO_IN_REDIRECT';
  return rules.chain(table, capture)
    ? { table, chain, capture }
    : { problem: `These rules capture no inbound traffic, and Istio would make the chain ${capture} first.` };
}

export function excludeInboundPorts(rules: RuleSetView, profile: IstioProfile, value: string): Annotated {
  const ports = portsOf(value);
  if (isRefused(ports)) return ports;
  if (profile.inbound === 'ports')
    return { problem: 'Istio ignores it while includeInboundPorts is a list of ports, as it is here.' };
  if (profile.inbound === 'none') return { problem: 'Istio ignores it while nothing inbound is captured, as here.' };
  const inbound = inboundOf(rules, profile);
  if (isRefused(inbound)) return inbound;
  const { chain } = inbound;
  const isUsers = (shape: RuleShape): boolean =>
    excludedPort(shape) !== undefined && !OWN_EXCLUSIONS.has(excludedPort(shape) ?? '');
  const users = chain.rules.filter((rule) => isUsers(shapeOf(rule)));
  const last = users.at(-1);
  // The injector writes its own status port last.
  const place =
    last !== undefined
      ? last.number + 1
      : (chain.rules.find((rule) => excludedPort(shapeOf(rule)) === '15020' || captures(shapeOf(rule), inbound))
          ?.number ?? chain.rules.length + 1);
  const excluded = new Set(chain.rules.map((rule) => excludedPort(shapeOf(rule))));
  return {
    commands: chainEdit(chain, (rule) => isUsers(shapeOf(rule)) && !ports.includes(excludedPort(shapeOf(rule)) ?? ''), [
      { before: place, rules: unique(ports).flatMap((each) => (excluded.has(each) ? [] : [excluding(each)])) },
    ]),
  };
}

export function includeInboundPorts(rules: RuleSetView, profile: IstioProfile, value: string): Annotated {
  const ports = value === '*' ? ['*'] : portsOf(value);
  if (isRefused(ports)) return ports;
  const inbound = inboundOf(rules, profile);
  if (isRefused(inbound)) return ports.length === 0 ? { commands: [] } : inbound;
  const { table, chain, capture } = inbound;
  const now = profile.inbound === 'all' ? ['*'] : profile.inboundIncludes.map(String);
  if (unique(ports).toSorted().join(',') === [...now].toSorted().join(',')) return { commands: [] };
  const jump = chainIn(rules, table, 'PREROUTING');
  if (!jump) return { problem: `Table ${table} has no chain PREROUTING here.` };
  const isCalled = jump.rules.some((rule) => shapeOf(rule).target === 'ISTIO_INBOUND');
  const tunnel = String(profile.tunnelPort ?? 15008);
  const isPorts = (shape: RuleShape): boolean =>
    captures(shape, inbound) ||
    (excludedPort(shape) !== undefined && !(table === 'nat' && excludedPort(shape) === tunnel));
  const first = chain.rules.find((rule) => isPorts(shapeOf(rule)));
  const divert = chain.rules.some((rule) => hasSocket(shapeOf(rule)))
    ? '-m socket'
    : '-m conntrack --ctstate RELATED,ESTABLISHED';
  const made = unique(ports).flatMap((port) => {
    const match = port === '*' ? '-p tcp' : `-p tcp -m tcp --dport ${port}`;
    return [
      ...(port === '*' ? ADDED.map(excluding) : []),
      ...(table === 'mangle' ? [`${match} ${divert} -j ISTIO_DIVERT`] : []),
      `${match} -j ${capture}`,
    ];
  });
  const call: RuleCommand = { table, chain: 'PREROUTING', operation: 'A', rule: '-p tcp -j ISTIO_INBOUND' };
  return {
    commands: [
      ...(ports.length === 0
        ? chainEdit(jump, (rule) => shapeOf(rule).target === 'ISTIO_INBOUND', [])
        : isCalled
          ? []
          : [call]),
      ...chainEdit(chain, (rule) => isPorts(shapeOf(rule)), [
        { before: first?.number ?? chain.rules.length + 1, rules: made },
      ]),
    ],
    ...(ports.includes('*') && {
      note: `With ${ADDED.join(', ')} excluded, which Istio adds; what excludeInboundPorts adds is not in these rules.`,
    }),
  };
}

/** `status.sidecar.istio.io/port`, which is excluded from capture. */
export function statusPort(rules: RuleSetView, profile: IstioProfile, value: string): Annotated {
  const ports = portsOf(value);
  if (isRefused(ports)) return ports;
  const [port] = ports;
  if (ports.length !== 1 || port === undefined) return { problem: 'It is one port, or 0 for none.' };
  if (profile.inbound !== 'all') return { problem: 'It changes no rule unless all inbound traffic is captured.' };
  const inbound = inboundOf(rules, profile);
  if (isRefused(inbound)) return inbound;
  const { chain } = inbound;
  const old = chain.rules.find((rule) => excludedPort(shapeOf(rule)) === '15020');
  if (!old) return { problem: 'These rules do not show which port the status has now: 15020 is not excluded.' };
  const known = chain.rules.some((rule) => rule !== old && excludedPort(shapeOf(rule)) === port);
  if (port === '15020') return { commands: [] };
  return {
    commands: chainEdit(chain, ({ number }) => number === old.number, [
      { before: old.number, rules: port === '0' || known ? [] : [excluding(port)] },
    ]),
  };
}

function excluding(port: string): string {
  return `-p tcp -m tcp --dport ${port} -j RETURN`;
}

/** The port of `-p tcp --dport PORT -j RETURN`, and of the rule that logs it with tracing. */
function excludedPort(shape: RuleShape): string | undefined {
  const excludes = shape.target === 'RETURN' || shape.target === 'NFLOG';
  return excludes && shape.form === 'dport proto' ? valueOf(shape, 'dport') : undefined;
}

/** Of capturing, with what sends packets of known connections the same way, and what logs either with tracing. */
function captures(shape: RuleShape, { capture }: Inbound): boolean {
  return (
    shape.target === capture || shape.target === 'ISTIO_DIVERT' || (shape.target === 'NFLOG' && shape.form === 'proto')
  );
}

function hasSocket({ conditions }: RuleShape): boolean {
  return conditions.some(({ name }) => name === 'socket');
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
