import type { Backend } from '../xtables/backend';
import type { BaseChain } from '../ruleset/ruleSet';
import type { Hook, TableName } from '../xtables/view';

export type HookStage = TableName | 'defragment' | 'conntrack' | 'confirm';

/**
 * What a packet meets in each hook, in order of priority. Source: include/uapi/linux/netfilter_ipv4.h (raw -300,
 * conntrack -200, mangle -150, nat -100 or 100, filter 0, security 50), observed on Linux 6.18.
 */
const LEGACY: Readonly<Record<Hook, readonly HookStage[]>> = {
  PREROUTING: ['defragment', 'raw', 'conntrack', 'mangle', 'nat'],
  INPUT: ['mangle', 'filter', 'security', 'nat', 'confirm'],
  FORWARD: ['mangle', 'filter', 'security'],
  OUTPUT: ['defragment', 'raw', 'conntrack', 'mangle', 'nat', 'filter', 'security'],
  POSTROUTING: ['mangle', 'nat', 'confirm'],
};

/** iptables-nft registers security at 150, after nat INPUT. */
const NFT: Readonly<Record<Hook, readonly HookStage[]>> = {
  ...LEGACY,
  INPUT: ['mangle', 'filter', 'nat', 'security', 'confirm'],
};

export function stepsOf(hook: Hook, backend: Backend): readonly HookStage[] {
  return (backend === 'nft' ? NFT : LEGACY)[hook];
}

/**
 * A step, and whose rules it evaluates where it is a table. nat is one step, because both back ends are registered at
 * one hook of connection tracking.
 */
export interface HostStep {
  readonly step: HookStage;
  readonly backend: Backend | undefined;
}

/**
 * What a packet meets in a hook where both back ends have tables. Of two tables with the same priority the one that was
 * made later goes first; legacy's security (50) goes before that of nft (150). Source: net/netfilter/core.c
 * nf_hook_entries_grow; observed on Linux 6.18 with both orders, in every table and hook.
 */
export function stepsOfBoth(hook: Hook, newer: Backend): readonly HostStep[] {
  const order: readonly Backend[] = newer === 'nft' ? ['nft', 'legacy'] : ['legacy', 'nft'];
  const steps = LEGACY[hook].flatMap((step): readonly HostStep[] => {
    if (step === 'security') return [{ step, backend: 'legacy' }];
    return TABLE_STEPS.has(step) ? order.map((backend) => ({ step, backend })) : [{ step, backend: undefined }];
  });
  if (!LEGACY[hook].includes('security')) return steps;
  const security: HostStep = { step: 'security', backend: 'nft' };
  const confirm = steps.findIndex(({ step }) => step === 'confirm');
  return confirm < 0 ? [...steps, security] : [...steps.slice(0, confirm), security, ...steps.slice(confirm)];
}

const TABLE_STEPS: ReadonlySet<HookStage> = new Set<HookStage>(['raw', 'mangle', 'filter']);

/**
 * What of the rules of a host was made later than the rest: of two chains with the same priority that one goes first.
 */
export interface HookOrder {
  /** Where both back ends of iptables have tables, the one whose tables were made later. */
  readonly newer: Backend | undefined;
  /** The tables of nftables were made later than those of iptables. */
  readonly nativeNewer: boolean;
}

/**
 * The priority at which a step is registered at a hook. Source: include/uapi/linux/netfilter_ipv4.h, netfilter_ipv6.h.
 */
export function priorityOf(step: HookStage, hook: Hook, backend: Backend | undefined): number {
  switch (step) {
    case 'defragment':
      return -400;
    case 'raw':
      return -300;
    case 'conntrack':
      return -200;
    case 'mangle':
      return -150;
    case 'nat':
      return natHalf(hook) === 'destination' ? -100 : 100;
    case 'filter':
      return 0;
    case 'security':
      return backend === 'nft' ? 150 : 50;
    case 'confirm':
      return Infinity;
  }
}

/**
 * Puts the base chains of nftables between the steps of iptables, each at its priority. Chains of type nat are in the
 * step nat, wherever their priority would put them (nf_nat_core.c nf_nat_register_fn), and are not among them.
 */
export function withBaseChains(
  steps: readonly HostStep[],
  hook: Hook,
  chains: readonly BaseChain[],
  nativeNewer: boolean,
): readonly (HostStep | BaseChain)[] {
  const own = chains.filter((chain) => chain.hook === hook && chain.base.type !== 'nat');
  if (own.length === 0) return steps;
  const merged: (HostStep | BaseChain)[] = [];
  let next = 0;
  for (const step of steps) {
    const priority = priorityOf(step.step, hook, step.backend);
    const first = nativeNewer && step.step !== 'nat' && step.step !== 'conntrack' && step.step !== 'defragment';
    for (
      let chain = own[next];
      chain && (chain.base.priority < priority || (first && chain.base.priority === priority));
      chain = own[++next]
    )
      merged.push(chain);
    merged.push(step);
  }
  return [...merged, ...own.slice(next)];
}

/** The base chains of type nat of a hook and the nat tables of iptables, in the order in which NAT asks them. */
export function natChains(
  hook: Hook,
  chains: readonly BaseChain[],
  tables: readonly HostStep[],
  nativeNewer: boolean,
): readonly (HostStep | BaseChain)[] {
  const own = chains.filter((chain) => chain.hook === hook && chain.base.type === 'nat');
  const priority = priorityOf('nat', hook, undefined);
  const before = own.filter(({ base }) => base.priority < priority || (nativeNewer && base.priority === priority));
  return [...before, ...tables, ...own.slice(before.length)];
}

/** The hooks whose nat chain decides about the destination; the others decide about the source. */
export function natHalf(hook: Hook): 'source' | 'destination' {
  return hook === 'PREROUTING' || hook === 'OUTPUT' ? 'destination' : 'source';
}
