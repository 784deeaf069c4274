import type { Annotated } from '../../annotated';
import { chainEdit } from '../../chainEdit';
import { condition, shapeOf, valueOf, type RuleShape } from '../../shape';
import { chainIn, type RuleSetView } from '../../view';
import type { IstioProfile } from '../profile';
import { namesOf } from './values';

/** The annotations of ambient mode. Source: istio/istio:cni/pkg/iptables/iptables.go. */

export function bypassInbound(rules: RuleSetView, profile: IstioProfile, value: string): Annotated {
  const bypass = boolean(value);
  if (bypass === undefined) return { problem: 'The value is `true` or `false`.' };
  const chain = chainIn(rules, 'nat', 'ISTIO_PRERT');
  if (bypass === (profile.inbound === 'none')) return { commands: [] };
  if (!bypass || !chain)
    return { problem: 'Rules of istio-cni that capture inbound traffic again, or by TPROXY, are not tried here.' };
  const isInbound = (shape: RuleShape): boolean =>
    (shape.target === 'REDIRECT' && condition(shape, 'dport')?.negated === true) ||
    (shape.target === 'ACCEPT' && condition(shape, 'src')?.negated === false);
  return { commands: chainEdit(chain, (rule) => isInbound(shapeOf(rule)), []) };
}

export function dnsCapture(rules: RuleSetView, profile: IstioProfile, value: string): Annotated {
  const capture = boolean(value);
  if (capture === undefined) return { problem: 'The value is `true` or `false`.' };
  if (capture === profile.dnsCapture) return { commands: [] };
  if (capture) return { problem: 'Rules of istio-cni that capture DNS again are not tried here.' };
  const isDns = (shape: RuleShape): boolean =>
    (shape.target === 'REDIRECT' && valueOf(shape, 'dport') === '53') ||
    (shape.target === 'CT' && (valueOf(shape, 'dport') ?? valueOf(shape, 'sport')) === '53');
  return {
    commands: [
      ['nat', 'ISTIO_OUTPUT'],
      ['raw', 'ISTIO_OUTPUT'],
      ['raw', 'ISTIO_PRERT'],
    ].flatMap(([table = '', name = '']) => {
      const chain = chainIn(rules, table, name);
      return chain ? chainEdit(chain, (rule) => isDns(shapeOf(rule)), []) : [];
    }),
  };
}

export function rerouteAmbient(rules: RuleSetView, profile: IstioProfile, value: string): Annotated {
  const names = [...new Set(namesOf(value))];
  const chain = chainIn(rules, 'nat', 'ISTIO_PRERT');
  if (!chain || profile.outboundPort === undefined)
    return { problem: 'Table nat has no chain ISTIO_PRERT here, into which istio-cni writes this.' };
  const isVirtual = (shape: RuleShape): boolean =>
    (shape.target === 'REDIRECT' && shape.form === 'in proto') || (shape.target === 'RETURN' && shape.form === 'in');
  if (names.join() === profile.virtualInterfaces.join()) return { commands: [] };
  const made = names.flatMap((name) => [
    `-i ${name} -p tcp -j REDIRECT --to-ports ${profile.outboundPort ?? ''}`,
    `-i ${name} -j RETURN`,
  ]);
  return { commands: chainEdit(chain, (rule) => isVirtual(shapeOf(rule)), [{ before: 1, rules: made }]) };
}

function boolean(value: string): boolean | undefined {
  return value === 'true' ? true : value === 'false' ? false : undefined;
}
