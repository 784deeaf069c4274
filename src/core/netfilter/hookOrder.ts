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

export function stepsOf(hook: Hook, backend: 'legacy' | 'nft'): readonly Step[] {
  return (backend === 'nft' ? NFT : LEGACY)[hook];
}

/** The hooks whose nat chain decides about the destination; the others decide about the source. */
export function natHalf(hook: Hook): 'source' | 'destination' {
  return hook === 'PREROUTING' || hook === 'OUTPUT' ? 'destination' : 'source';
}
