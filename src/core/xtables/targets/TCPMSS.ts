import { PROTOCOL, TCP_FLAGS } from '../../net/packet';
import { defineTarget, type Effect } from '../extension';
import { flag, invalid, option, problem, type BuildProblem, type InvalidValue, type ValueType } from '../option';
import { interfaceMtu, mtuTowards } from '../values/pathMtu';
import { wholeNumber } from '../values/strtoul';
import { tcpOptionPlaces } from '../values/tcpOptions';
import type { PacketView } from '../view';

/** The largest segment in bytes; undefined: what fits the smaller of the MTUs of both directions. */
interface TcpmssData {
  readonly mss: number | undefined;
}

/** The MSS must leave room for an IP header within 65535 bytes. */
const mssValue: ValueType<number> = {
  metavariable: 'bytes',
  parse(text, { family }): number | InvalidValue {
    const max = family === 4 ? 65515 : 65495;
    const value = wholeNumber(text, 0n, BigInt(max));
    return value === undefined ? invalid(`"${text}" is not a number of bytes from 0 to ${max}`) : Number(value);
  },
};

const setMss = option(
  '--set-mss',
  mssValue,
  'The largest segment to allow, in bytes; a smaller size in the packet is kept.',
);
const clamp = flag(
  '--clamp-mss-to-pmtu',
  'Limits it to what fits the path MTU in both directions, as far as this host knows it.',
);

/**
 * `-j TCPMSS`: lowers the maximum segment size of a SYN. Source: extensions/libxt_TCPMSS.c, net/netfilter/xt_TCPMSS.c.
 */
export const TCPMSS = defineTarget<TcpmssData>({
  kind: 'target',
  name: 'TCPMSS',
  families: [4, 6],
  protocols: [PROTOCOL.TCP],
  options: [setMss, clamp],
  terminates: 'never',
  documentation: {
    summary: 'Lowers the maximum segment size that a TCP SYN announces.',
    details:
      'Helps where ICMP "fragmentation needed" gets lost. The rule must match on SYN (--syn, --tcp-flags; ' +
      'iptables-nft does without). A SYN without the option gets it, with 536 (IPv6: 1220) at most. A value is ' +
      'never raised.',
    source: 'iptables-extensions(8), TCPMSS; net/netfilter/xt_TCPMSS.c',
  },
  build(options) {
    const set = options.get(setMss);
    const clamped = options.get(clamp);
    if (set === undefined && clamped === undefined) return problem('TCPMSS needs --set-mss or --clamp-mss-to-pmtu');
    // Both write to one field: the later counts.
    return {
      mss: clamped && (set === undefined || clamped.optionWord.start > set.optionWord.start) ? undefined : set?.value,
    };
  },
  check({ mss }, place): readonly BuildProblem[] {
    const wrong = mss === undefined ? place.hooks.filter((hook) => hook === 'PREROUTING' || hook === 'INPUT') : [];
    return [
      ...wrong.map((hook) =>
        problem(`--clamp-mss-to-pmtu needs a route and works in FORWARD, OUTPUT, POSTROUTING only, not in ${hook}`),
      ),
      ...(place.matches.some(({ name, data }) => name === 'tcp' && asksForSyn(data))
        ? []
        : [
            {
              ...problem('TCPMSS works for SYN packets only: add --syn or --tcp-flags SYN,RST SYN to the rule'),
              legacyOnly: true as const,
            },
          ]),
    ];
  },
  print: ({ mss }) => (mss === undefined ? ' --clamp-mss-to-pmtu' : ` --set-mss ${mss}`),
  describe: ({ mss }) =>
    mss === undefined
      ? 'lowers the maximum segment size to what fits the path'
      : `lowers the maximum segment size to ${mss} bytes`,
  changes: () => [
    { field: 'maximumSegment', kind: 'open' },
    { field: 'length', kind: 'open' },
  ],
  apply(data, view) {
    const { packet } = view;
    if (packet.fragmentOffset > 0) return { kind: 'continue' };
    const headers = packet.family === 4 ? 40 : 60;
    let mss = data.mss;
    if (mss === undefined) {
      const mtu = pathMtu(view);
      if (mtu === undefined) return unknownMtu();
      if (mtu <= headers)
        return { kind: 'verdict', verdict: 'DROP', note: `the path's MTU of ${mtu} leaves no room for TCP` };
      mss = mtu - headers;
    }
    return withMss(view, mss);
  },
});

/** The tcp match of the rule demands SYN, not negated: what the kernel's find_syn_match looks for. */
function asksForSyn(data: unknown): boolean {
  const flags = (
    data as { readonly flags?: { readonly value: { readonly set: number }; readonly inverted: boolean } } | undefined
  )?.flags;
  return flags !== undefined && !flags.inverted && (flags.value.set & TCP_FLAGS.SYN) !== 0;
}

/** The smaller MTU of the way on and the way back. */
function pathMtu({ packet, host, outInterface }: PacketView): number | undefined {
  const onward =
    interfaceMtu(host, outInterface) ??
    mtuTowards(host, { destination: packet.destination, source: packet.source, mark: packet.mark });
  const back = mtuTowards(host, { destination: packet.source });
  return onward === undefined ? undefined : Math.min(onward, back ?? onward);
}

function unknownMtu(): Effect {
  const reason = 'the MTU of the outgoing interface is not known';
  return {
    kind: 'choice',
    reason,
    choices: [{ text: 'the segment size fits and is kept', effect: { kind: 'continue' } }],
  };
}

/**
 * Lowers the option where it is; adds one of at most 536 (IPv6: 1220) where there is none, no data follows, and the
 * header has room.
 */
function withMss({ packet }: PacketView, mss: number): Effect {
  const options = packet.tcpOptions;
  const at = tcpOptionPlaces(options).find(
    (place) => place <= options.length - 4 && options[place] === 2 && options[place + 1] === 4,
  );
  if (at !== undefined) {
    const old = ((options[at + 2] as number) << 8) | (options[at + 3] as number);
    if (old <= mss) return { kind: 'continue', note: `the segment size ${old} is kept` };
    const changed = options.slice();
    changed.set([mss >> 8, mss & 255], at + 2);
    return { kind: 'continue', packet: { tcpOptions: changed }, note: `segment size ${old} lowered to ${mss}` };
  }
  const networkHeaders =
    packet.family === 4
      ? 20 + packet.ipOptions.length
      : 40 + packet.extensionHeaders.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const header = 20 + options.length;
  if (packet.length > networkHeaders + header || header >= 60)
    return { kind: 'continue', note: 'no room to add a segment size' };
  const added = Math.min(mss, packet.family === 4 ? 536 : 1220);
  return {
    kind: 'continue',
    packet: { tcpOptions: Uint8Array.of(2, 4, added >> 8, added & 255, ...options), length: packet.length + 4 },
    note: `segment size ${added} added`,
  };
}
