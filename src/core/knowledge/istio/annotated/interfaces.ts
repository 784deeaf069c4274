import type { RuleCommand } from '../../../ruleset/ruleCommand';
import type { Annotated } from '../../annotated';
import { chainEdit } from '../../chainEdit';
import { shapeOf, valueOf, type RuleShape } from '../../shape';
import { chainIn, type RuleSetView } from '../../view';
import type { IstioProfile } from '../profile';
import { namesOf } from './values';

/**
 * `excludeInterfaces`: a RETURN in PREROUTING and one in OUTPUT, with TPROXY in mangle as well. Source:
 * istio/istio:tools/istio-iptables/pkg/capture/run.go, shortCircuitExcludeInterfaces.
 */
export function excludeInterfaces(rules: RuleSetView, profile: IstioProfile, value: string): Annotated {
  const names = [...new Set(namesOf(value))];
  const { excludedInterfaces: now, virtualInterfaces: virtual } = profile;
  const commands = (profile.mode === 'sidecar TPROXY' ? ['nat', 'mangle'] : ['nat']).flatMap((table) =>
    [
      { hook: 'PREROUTING', side: 'in', option: '-i' },
      { hook: 'OUTPUT', side: 'out', option: '-o' },
    ].flatMap(({ hook, side, option }): readonly RuleCommand[] => {
      const chain = chainIn(rules, table, hook);
      if (!chain) return [];
      const excluded = (shape: RuleShape): string | undefined =>
        shape.target === 'RETURN' && shape.form === side && now.includes(valueOf(shape, side) ?? '')
          ? valueOf(shape, side)
          : undefined;
      const old = chain.rules.filter((rule) => excluded(shapeOf(rule)) !== undefined);
      const before = old.at(-1) ?? chain.rules.findLast((rule) => virtual.includes(valueOf(shapeOf(rule), 'in') ?? ''));
      return chainEdit(
        chain,
        (rule) => excluded(shapeOf(rule)) !== undefined && !names.includes(excluded(shapeOf(rule)) ?? ''),
        [
          {
            before: (before?.number ?? 0) + 1,
            rules: names.filter((name) => !now.includes(name)).map((name) => `${option} ${name} -j RETURN`),
          },
        ],
      );
    }),
  );
  return { commands };
}

/** `reroute-virtual-interfaces` and `kubevirtInterfaces`. */
export function rerouteInterfaces(rules: RuleSetView, profile: IstioProfile, value: string): Annotated {
  const names = [...new Set(namesOf(value))];
  if (names.toSorted().join() === profile.virtualInterfaces.toSorted().join()) return { commands: [] };
  const ranges = profile.outbound === 'all' ? '*' : profile.outboundRanges;
  return { commands: virtualInterfaces(rules, names, ranges, profile.virtualInterfaces) };
}

/**
 * The rules for interfaces whose arriving traffic counts as outbound, each of which Istio inserts at the top: in the
 * end those that redirect come first, and the last one is on top. Source: as above, shortCircuitKubeInternalInterface
 * and handleOutboundIncludeRules.
 */
export function virtualInterfaces(
  rules: RuleSetView,
  names: readonly string[],
  ranges: '*' | readonly string[],
  old: readonly string[] = names,
): readonly RuleCommand[] {
  const chain = chainIn(rules, 'nat', 'PREROUTING');
  if (!chain || (names.length === 0 && old.length === 0)) return [];
  const inserted = [
    ...names.map((name) => `-i ${name} -j RETURN`),
    ...(ranges === '*'
      ? names.map((name) => `-i ${name} -j ISTIO_REDIRECT`)
      : ranges.flatMap((range) => names.map((name) => `-d ${range} -i ${name} -j ISTIO_REDIRECT`))),
  ];
  return chainEdit(
    chain,
    (rule) => {
      const shape = shapeOf(rule);
      const isOne = old.includes(valueOf(shape, 'in') ?? '');
      return isOne && (shape.target === 'ISTIO_REDIRECT' || (shape.target === 'RETURN' && shape.form === 'in'));
    },
    [{ before: 1, rules: inserted.toReversed() }],
  );
}
