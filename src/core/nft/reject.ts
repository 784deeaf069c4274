import { REJECT } from '../xtables/targets/REJECT';
import type { NftAction } from './extensions';

type IcmpReply = readonly [name: string, icmpType: number, icmpCode: number];

const PORT_UNREACHABLE: readonly [v4: IcmpReply, v6: IcmpReply] = [
  ['icmp-port-unreachable', 3, 3],
  ['icmp6-port-unreachable', 1, 4],
];

/** Source: net/netfilter/nft_reject.c nft_reject_icmp_code, nft_reject_icmpv6_code. */
const ICMPX: Readonly<Record<string, readonly [v4: IcmpReply, v6: IcmpReply]>> = {
  'no-route': [
    ['net-unreachable', 3, 0],
    ['no-route', 1, 0],
  ],
  'port-unreachable': PORT_UNREACHABLE,
  'host-unreachable': [
    ['host-unreachable', 3, 1],
    ['addr-unreachable', 1, 3],
  ],
  'admin-prohibited': [
    ['admin-prohibited', 3, 13],
    ['admin-prohibited', 1, 1],
  ],
};
const ICMP: Readonly<Record<string, number>> = {
  'net-unreachable': 0,
  'host-unreachable': 1,
  'prot-unreachable': 2,
  'port-unreachable': 3,
  'frag-needed': 4,
  'net-prohibited': 9,
  'host-prohibited': 10,
  'admin-prohibited': 13,
};
const ICMPV6: Readonly<Record<string, number>> = {
  'no-route': 0,
  'admin-prohibited': 1,
  'addr-unreachable': 3,
  'port-unreachable': 4,
  'policy-fail': 5,
  'reject-route': 6,
};

/**
 * `reject`, `reject with icmpx host-unreachable`, `reject with tcp reset`: what is sent back is REJECT's. `words` are
 * after `with`.
 */
export function rejectAction(words: readonly string[], text: string): NftAction {
  const [kind = 'icmpx', what = 'port-unreachable'] = words;
  return {
    text,
    describes:
      kind === 'tcp'
        ? 'discards the packet and sends a TCP reset back'
        : `discards the packet and sends an ICMP error (${what}) back`,
    apply(view) {
      const [name, type, code] = replyOf(kind, what, view.packet.family);
      return REJECT.apply([name, name, type, code], view, REJECT);
    },
  };
}

function replyOf(kind: string, what: string, family: 4 | 6): IcmpReply {
  if (kind === 'tcp') return ['tcp-reset', -1, 0];
  if (kind === 'icmp') return [what, 3, ICMP[what] ?? (Number(what) || 3)];
  if (kind === 'icmpv6') return [what, 1, ICMPV6[what] ?? (Number(what) || 4)];
  const replies = ICMPX[what] ?? PORT_UNREACHABLE;
  return family === 4 ? replies[0] : replies[1];
}
