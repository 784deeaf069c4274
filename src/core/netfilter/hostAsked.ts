import type { Host } from '../net/host';
import { matchesInLoadOrder } from '../ruleset/loadOrder';
import type { RuleSet } from '../ruleset/ruleSet';
import type { PacketView } from '../xtables/view';
import { tproxySocket } from './tproxySocket';
import type { Remembered } from './world';

/**
 * What rules may test of the host, wherever the packet is: the part of a view that stays the same until something is
 * remembered.
 */
export type HostAsked = Required<Pick<PacketView, 'memory' | 'findConnection' | 'findSocket' | 'findTransparent'>> & {
  readonly remembered: Remembered;
};

export function hostAsked(remembered: Remembered, { host }: { readonly host: Host }): HostAsked {
  return {
    remembered,
    memory: remembered,
    findConnection: (tuple, zone) => remembered.find(tuple, zone)?.entry,
    findSocket: (packet) => remembered.socketOf(packet),
    findTransparent: (packet, target, inInterface) =>
      tproxySocket(host, packet, target, inInterface, remembered.socketOf(packet)),
  };
}

export function matchesNamed({
  ruleSet,
}: {
  readonly ruleSet: RuleSet | undefined;
}): NonNullable<PacketView['matchesNamed']> {
  const inBoth = (name: string): readonly unknown[] =>
    [ruleSet, ruleSet?.beside].flatMap((each) => (each ? matchesInLoadOrder(each, name) : []));
  return (name) => (ruleSet?.beside ? inBoth(name) : ruleSet ? matchesInLoadOrder(ruleSet, name) : []);
}
