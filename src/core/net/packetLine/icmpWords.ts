/** ICMP types and codes by the words that tcpdump and tshark write. */

interface IcmpFields {
  readonly icmpType?: number;
  readonly icmpCode?: number;
  readonly icmpId?: number;
  readonly icmpSeq?: number;
}

const ICMP: readonly (readonly [pattern: RegExp, type: number, code?: number])[] = [
  [/^echo request|^echo \(ping\) request/i, 8],
  [/^echo reply|^echo \(ping\) reply/i, 0],
  [/admin(?:istratively)? (?:filter|prohibited)/i, 3, 13],
  [/need to frag|fragmentation needed/i, 3, 4],
  [/port \S+ unreachable|port unreachable/i, 3, 3],
  [/protocol \S+ unreachable|protocol unreachable/i, 3, 2],
  [/^net \S+ unreachable|network unreachable/i, 3, 0],
  [/^host \S+ unreachable|host unreachable/i, 3, 1],
  [/unreachable/i, 3],
  [/^ip reassembly time exceeded|fragment reassembly time exceeded/i, 11, 1],
  [/^time exceeded in-transit|time to live exceeded in transit/i, 11, 0],
  [/^time-to-live exceeded/i, 11],
  [/^redirect/i, 5],
  [/^source quench/i, 4],
  [/^time ?stamp (?:query|request)/i, 13],
  [/^time ?stamp reply/i, 14],
  [/^parameter problem/i, 12],
];

const ICMP6: readonly (readonly [pattern: RegExp, type: number, code?: number])[] = [
  [/^echo request|^echo \(ping\) request/i, 128],
  [/^echo reply|^echo \(ping\) reply/i, 129],
  [/^neighbor solicitation/i, 135],
  [/^neighbor advertisement/i, 136],
  [/^router solicitation/i, 133],
  [/^router advertisement/i, 134],
  [/^redirect/i, 137],
  [/^packet too big/i, 2],
  [/^time exceeded/i, 3],
  [/^parameter problem/i, 4],
  [/unreachable (?:port)|port unreachable/i, 1, 4],
  [/unreachable address|address unreachable/i, 1, 3],
  [/prohibited/i, 1, 1],
  [/unreachable route|no route/i, 1, 0],
  [/unreachable/i, 1],
  [/^multicast listener query/i, 130],
  [/^multicast listener report(?: v2|, v2|, max)?/i, 131],
  [/^multicast listener done/i, 132],
];

/** `echo request, id 7, seq 1, length 64`, `10.0.0.1 udp port 53 unreachable, length 36`. */
export function icmpOfWords(text: string): IcmpFields {
  return find(ICMP, text);
}

export function icmp6OfWords(text: string): IcmpFields {
  return find(ICMP6, text);
}

function find(list: typeof ICMP, text: string): IcmpFields {
  const words = text.slice(0, 300);
  const [, type, code] = list.find(([pattern]) => pattern.test(words)) ?? [];
  const id = /\bid[= ](0x[\da-f]{1,4}|\d{1,5})\b/i.exec(words)?.[1];
  const sequence = /\bseq[= ](\d{1,5})\b/i.exec(words)?.[1];
  return {
    ...(type === undefined ? {} : { icmpType: type }),
    ...(code === undefined ? {} : { icmpCode: code }),
    ...(id === undefined ? {} : { icmpId: Number(id) }),
    ...(sequence === undefined ? {} : { icmpSeq: Number(sequence) }),
  };
}
