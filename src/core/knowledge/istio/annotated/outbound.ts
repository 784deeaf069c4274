import type { Annotated } from '../../annotated';
import { chainEdit, type PutRules } from '../../chainEdit';
import { condition, shapeOf, valueOf, type RuleShape } from '../../shape';
import { chainIn, type ChainView, type RuleSetView, type RuleView } from '../../view';
import { isLoopback, type IstioProfile } from '../profile';
import { virtualInterfaces } from './interfaces';
import { isRefused, portsOf, rangesOf, type Refused } from './values';

/**
 * The order in ISTIO_OUTPUT, the source of all that follows: excluded ports, what is for the pod itself, users and
 * groups, DNS, localhost, excluded ranges, included ports, included ranges.
 * istio/istio:tools/istio-iptables/pkg/capture/run.go.
 */
function outputOf(rules: RuleSetView): ChainView | Refused {
  return (
    chainIn(rules, 'nat', 'ISTIO_OUTPUT') ?? {
      problem: 'Table nat has no chain ISTIO_OUTPUT here, into which Istio writes this.',
    }
  );
}

export function excludeOutboundPorts(rules: RuleSetView, _: IstioProfile, value: string): Annotated {
  const ports = portsOf(value);
  if (isRefused(ports)) return ports;
  const output = outputOf(rules);
  if (isRefused(output)) return output;
  const excluded = (rule: RuleView): string | undefined => {
    const shape = shapeOf(rule);
    return (shape.target === 'RETURN' || shape.target === 'NFLOG') && shape.form === 'dport proto'
      ? valueOf(shape, 'dport')
      : undefined;
  };
  const old = output.rules.filter((rule) => excluded(rule) !== undefined);
  const known = new Set(old.map(excluded));
  // Since 1.25 all protocols come here, and each port is excluded for UDP as well.
  const udp = chainIn(rules, 'nat', 'OUTPUT')?.rules.some(
    (rule) => shapeOf(rule).target === 'ISTIO_OUTPUT' && shapeOf(rule).form === '',
  );
  const made = [...new Set(ports)]
    .filter((port) => !known.has(port))
    .flatMap((port) =>
      (udp ? ['tcp', 'udp'] : ['tcp']).map((protocol) => `-p ${protocol} -m ${protocol} --dport ${port} -j RETURN`),
    );
  return {
    commands: chainEdit(output, (rule) => excluded(rule) !== undefined && !ports.includes(excluded(rule) ?? ''), [
      { before: (old.at(-1)?.number ?? 0) + 1, rules: made },
    ]),
  };
}

export function includeOutboundPorts(rules: RuleSetView, _: IstioProfile, value: string): Annotated {
  const ports = portsOf(value);
  if (isRefused(ports)) return ports;
  const output = outputOf(rules);
  if (isRefused(output)) return output;
  const included = (rule: RuleView): string | undefined => {
    const shape = shapeOf(rule);
    return shape.target === 'ISTIO_REDIRECT' && shape.form === 'dport proto' ? valueOf(shape, 'dport') : undefined;
  };
  const old = output.rules.filter((rule) => included(rule) !== undefined);
  const known = new Set(old.map(included));
  return {
    commands: chainEdit(
      output,
      (rule) => included(rule) !== undefined && !ports.includes(included(rule) ?? ''),
      [
        {
          before: (old.at(-1) ?? lastExcluded(output))?.number ?? output.rules.length,
          rules: [...new Set(ports)]
            .filter((port) => !known.has(port))
            .map((port) => `-p tcp -m tcp --dport ${port} -j ISTIO_REDIRECT`),
        },
      ].map(after),
    ),
  };
}

export function excludeOutboundRanges(rules: RuleSetView, _: IstioProfile, value: string): Annotated {
  const all = rangesOf(value);
  if (isRefused(all)) return all;
  const output = outputOf(rules);
  if (isRefused(output)) return output;
  const ranges = all.filter(({ family }) => family === rules.family).map(({ text }) => text);
  const excluded = (rule: RuleView): string | undefined => {
    const shape = shapeOf(rule);
    const range = valueOf(shape, 'dst');
    return shape.target === 'RETURN' && shape.form === 'dst' && !isLoopback(range) ? range : undefined;
  };
  const known = new Set(output.rules.map(excluded));
  return {
    commands: chainEdit(
      output,
      (rule) => excluded(rule) !== undefined && !ranges.includes(excluded(rule) ?? ''),
      [
        {
          before: lastExcluded(output)?.number ?? output.rules.length,
          rules: [...new Set(ranges)].filter((range) => !known.has(range)).map((range) => `-d ${range} -j RETURN`),
        },
      ].map(after),
    ),
  };
}

export function includeOutboundRanges(rules: RuleSetView, profile: IstioProfile, value: string): Annotated {
  const all = value === '*' ? '*' : rangesOf(value);
  if (isRefused(all)) return all;
  const output = outputOf(rules);
  if (isRefused(output)) return output;
  const ranges =
    all === '*' ? '*' : [...new Set(all.filter(({ family }) => family === rules.family).map(({ text }) => text))];
  const captures = (rule: RuleView): boolean => capturesRange(shapeOf(rule));
  const old = output.rules.filter(captures);
  const now = profile.outbound === 'all' ? '*' : profile.outboundRanges;
  const wantsLoopback = all !== '*' && all.some(({ loopback }) => loopback);
  const isSame = ranges === '*' ? now === '*' : now !== '*' && ranges.toSorted().join() === [...now].toSorted().join();
  if (isSame && sparesOwn(output) !== wantsLoopback) return { commands: [] };
  const last = [old[0], lastOf(output, includesPort), lastExcluded(output)].find((rule) => rule !== undefined);
  const place = old[0] ? old[0].number : (last?.number ?? output.rules.length) + 1;
  const made = ranges === '*' ? ['-j ISTIO_REDIRECT'] : ranges.map((range) => `-d ${range} -j ISTIO_REDIRECT`);
  // Up to 1.22 a list of ranges ended with a RETURN of everything else.
  const closes = (rule: RuleView): boolean => shapeOf(rule).target === 'RETURN' && shapeOf(rule).form === '';
  return {
    commands: [
      ...chainEdit(
        output,
        (rule) =>
          captures(rule) ||
          (closes(rule) && (ranges === '*' || ranges.length === 0)) ||
          (wantsLoopback && sparesItself(shapeOf(rule))),
        [{ before: place, rules: made }, ...(wantsLoopback || sparesOwn(output) ? [] : sparing(output, profile))],
      ),
      // The last one is on top.
      ...virtualInterfaces(rules, profile.virtualInterfaces.toReversed(), ranges),
    ],
  };
}

function capturesRange(shape: RuleShape): boolean {
  return shape.target === 'ISTIO_REDIRECT' && (shape.form === '' || shape.form === 'dst');
}

function includesPort(shape: RuleShape): boolean {
  return shape.target === 'ISTIO_REDIRECT' && shape.form === 'dport proto';
}

/** The last of the rules that exclude localhost and ranges. */
function lastExcluded(output: ChainView): RuleView | undefined {
  return lastOf(output, (shape) => shape.target === 'RETURN' && shape.form === 'dst');
}

function lastOf({ rules }: ChainView, is: (shape: RuleShape) => boolean): RuleView | undefined {
  return rules.findLast((rule) => is(shapeOf(rule)));
}

function after({ before, rules }: PutRules): PutRules {
  return { before: before + 1, rules };
}

/**
 * `-o lo -m owner ! --uid-owner 1337 -j RETURN`: what the pod sends to itself, without a loopback range in the list.
 */
function sparesItself(shape: RuleShape): boolean {
  return (
    shape.target === 'RETURN' &&
    valueOf(shape, 'out') === 'lo' &&
    (condition(shape, 'uid') ?? condition(shape, 'gid'))?.negated === true
  );
}

function sparesOwn({ rules }: ChainView): boolean {
  return rules.some((rule) => sparesItself(shapeOf(rule)));
}

/** Those rules, each after what sends the proxy's calls of its own pod inward. */
function sparing({ rules }: ChainView, { dnsCapture }: IstioProfile): readonly PutRules[] {
  return rules.flatMap((rule) => {
    const shape = shapeOf(rule);
    const owner = (['uid', 'gid'] as const).find((name) => condition(shape, name)?.negated === false);
    if (shape.target !== 'ISTIO_IN_REDIRECT' || owner === undefined) return [];
    const dns = dnsCapture ? '-p tcp -m tcp ! --dport 53 ' : '';
    return [
      {
        before: rule.number + 1,
        rules: [`-o lo ${dns}-m owner ! --${owner}-owner ${valueOf(shape, owner) ?? ''} -j RETURN`],
      },
    ];
  });
}
