import type { Backend } from '../xtables/backend';
import type { Hook, TableName } from '../xtables/view';

export type Step = TableName | 'defragment' | 'conntrack' | 'confirm';

/**
 * What a packet meets in each hook, in order of priority. Source: include/uapi/linux/netfilter_ipv4.h (raw -300, conntrack -200,
 * mangle -150, nat -100 or 100, filter 0, security 50), observed on Linux 6.18.
 */
const LEGACY: Readonly<Record<Hook, readonly Step[]>> = {
  PREROUTING: ['defragment', 'raw', 'conntrack', 'mangle', 'nat'],
  INPUT: ['mangle', 'filter', 'security', 'nat', 'confirm'],
  FORWARD: ['mangle', 'filter', 'security'],
  OUTPUT: ['defragment', 'raw', 'conntrack', 'mangle', 'nat', 'filter', 'security'],
  POSTROUTING: ['mangle', 'nat', 'confirm'],
};

/** iptables-nft hangs security at 150, behind nat INPUT. */
const NFT: Readonly<Record<Hook, readonly Step[]>> = { ...LEGACY, INPUT: ['mangle', 'filter', 'nat', 'security', 'confirm'] };

export function stepsOf(hook: Hook, backend: Backend): readonly Step[] {
  return (backend === 'nft' ? NFT : LEGACY)[hook];
}

/** A step, and whose rules it asks where it is a table. nat is one step, because both back ends hang in the same hook of connection tracking. */
export interface HostStep {
  readonly step: Step;
  readonly backend: Backend | undefined;
}

/**
 * What a packet meets in a hook where both back ends have tables. Of two tables with the same priority the one that was made later goes first; legacy's
 * security (50) goes before that of nft (150). Source: net/netfilter/core.c nf_hook_entries_grow; observed on Linux 6.18 with both orders, in every table and hook.
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

const TABLE_STEPS: ReadonlySet<Step> = new Set<Step>(['raw', 'mangle', 'filter']);

/** The hooks whose nat chain decides about the destination; the others decide about the source. */
export function natHalf(hook: Hook): 'source' | 'destination' {
  return hook === 'PREROUTING' || hook === 'OUTPUT' ? 'destination' : 'source';
}
