import { masked } from '../../net/fields/fieldTest';
import { EVERY_PACKET, NO_PACKET } from '../../net/fields/packetSet';
import { fieldCondition, shownField } from '../fieldCondition';
import { printTcpFlags, TCP_FLAG_NAMES } from '../values/tcpFlags';
import { PROTOCOL, TCP_FLAGS } from '../../net/packet';
import { defineMatch, type Condition } from '../extension';
import { flag, invalid, option, type InvalidValue, type ValueType } from '../option';
import { missing, shownText } from '../shown';
import { unsigned } from '../values/integer';
import { keep, type Inverted } from '../values/inverted';
import { portRange, type PortRange } from '../values/port';
import { orFirstFragment, portCondition, portOptionText } from '../values/portCondition';
import { tcpOptionPlaces } from '../values/tcpOptions';
import { asksNoPort, translatedPortConditions } from '../values/translatedPorts';
import { cutShort, malformed } from '../values/transport';
import type { PacketView } from '../view';

interface Flags {
  readonly mask: number;
  readonly set: number;
}

interface TcpData {
  readonly sourcePorts: Inverted<PortRange> | undefined;
  readonly destinationPorts: Inverted<PortRange> | undefined;
  readonly option: Inverted<number> | undefined;
  readonly flags: Inverted<Flags> | undefined;
}

const FLAG_WORDS = ['SYN', 'ACK', 'FIN', 'RST', 'URG', 'PSH', 'ALL', 'NONE'];

const flagLists: ValueType<Flags> = {
  metavariable: 'mask comp',
  completions: FLAG_WORDS,
  secondCompletions: FLAG_WORDS,
  parse(text): Flags | InvalidValue {
    const [maskText = '', setText = ''] = text.split(' ');
    const mask = readFlags(maskText);
    const set = readFlags(setText);
    if (typeof mask !== 'number') return mask;
    if (typeof set !== 'number') return set;
    return { mask, set };
  },
};

function readFlags(text: string): number | InvalidValue {
  let bits = 0;
  for (const word of text.split(',')) {
    const upper = word.toUpperCase();
    if (upper === 'ALL') bits |= 0x3f;
    else if (upper !== 'NONE' && upper !== '') {
      const known = TCP_FLAG_NAMES.find(([name]) => name === upper);
      if (known === undefined)
        return invalid(`"${word}" is not a TCP flag; the flags are ${FLAG_WORDS.slice(0, -1).join(', ')} and NONE`);
      bits |= known[1];
    }
  }
  return bits;
}

const sourcePort = option('--sport', portRange(PROTOCOL.TCP), 'Source port or range of ports.', {
  aliases: ['--source-port'],
  invertible: true,
});
const destinationPort = option('--dport', portRange(PROTOCOL.TCP), 'Destination port or range of ports.', {
  aliases: ['--destination-port'],
  invertible: true,
});
const tcpFlags = option(
  '--tcp-flags',
  flagLists,
  'Of the flags in the first list, exactly those in the second are set.',
  { invertible: true, words: 2, excludes: ['--syn'] },
);
const syn = flag('--syn', 'A packet that opens a connection: SYN set; ACK, RST and FIN clear.', {
  invertible: true,
  excludes: ['--tcp-flags'],
});
const tcpOption = option('--tcp-option', unsigned('number', 1, 255), 'The TCP option of this number is present.', {
  invertible: true,
});

/**
 * `-m tcp`: ports, flags and options of TCP. Source: iptables-extensions(8) "tcp", net/netfilter/xt_tcpudp.c tcp_mt.
 */
export const tcp = defineMatch<TcpData>({
  kind: 'match',
  name: 'tcp',
  families: [4, 6],
  protocols: [PROTOCOL.TCP],
  options: [sourcePort, destinationPort, tcpFlags, syn, tcpOption],
  documentation: {
    summary: 'Matches the ports, flags and options of a TCP packet.',
    details:
      'Loaded automatically where a rule has -p tcp and uses one of its options. None of its options matches, ' +
      'negated or not, later fragments, which carry no TCP header. iptables-nft reads the data of a later ' +
      'fragment instead, and compares two negated single ports together: ! --sport 1 ! --dport 2 fails only if ' +
      'both ports are as written.',
    source: 'iptables-extensions(8), tcp; net/netfilter/xt_tcpudp.c',
  },
  build(options) {
    const flags = keep(options.get(tcpFlags)) ?? synAsFlags(options.get(syn));
    return {
      sourcePorts: keep(options.get(sourcePort)),
      destinationPorts: keep(options.get(destinationPort)),
      option: keep(options.get(tcpOption)),
      flags,
    };
  },
  print(data) {
    return (
      portOptionText('--sport', data.sourcePorts) +
      portOptionText('--dport', data.destinationPorts) +
      optionText(data.option) +
      flagsText(data.flags)
    );
  },
  conditions(data) {
    const { sourcePorts, destinationPorts, flags, option: number } = data;
    if (isTranslated(data))
      return [
        ...translatedPortConditions(sourcePorts, destinationPorts),
        ...(flags ? [translatedFlagsCondition(flags)] : []),
      ];
    return orFirstFragment([
      ...(sourcePorts ? [portCondition('source', sourcePorts)] : []),
      ...(destinationPorts ? [portCondition('destination', destinationPorts)] : []),
      ...(flags ? [flagsCondition(flags)] : []),
      ...(number ? [optionCondition(number)] : []),
    ]);
  },
  translated: isTranslated,
  drops(data, { packet, backend }) {
    if (backend === 'nft' && isTranslated(data)) return undefined;
    // A fragment of 8 bytes in front would let this one overwrite the flags.
    if (packet.family === 4 && packet.fragmentOffset === 1)
      return malformed('it is a fragment that begins within the TCP header');
    return cutShort(packet, data.option ? 20 + packet.tcpOptions.length : 20, 'TCP');
  },
});

function synAsFlags(given: { readonly inverted: boolean } | undefined): Inverted<Flags> | undefined {
  if (given === undefined) return undefined;
  return {
    value: { mask: TCP_FLAGS.SYN | TCP_FLAGS.RST | TCP_FLAGS.ACK | TCP_FLAGS.FIN, set: TCP_FLAGS.SYN },
    inverted: given.inverted,
  };
}

/** iptables-save omits an empty mask that is not negated. */
function flagsText(flags: Inverted<Flags> | undefined): string {
  return flags && (flags.value.mask !== 0 || flags.inverted)
    ? `${flags.inverted ? ' !' : ''} --tcp-flags ${printTcpFlags(flags.value.mask)} ${printTcpFlags(flags.value.set)}`
    : '';
}

function optionText(given: Inverted<number> | undefined): string {
  return given ? `${given.inverted ? ' !' : ''} --tcp-option ${given.value}` : '';
}

/**
 * True where iptables-nft translates the match instead of handing it to the kernel's xt_tcpudp. Source: iptables 1.8.9,
 * nft-shared.c add_nft_tcp.
 */
function isTranslated({ option: number, sourcePorts, destinationPorts, flags }: TcpData): boolean {
  if (number !== undefined) return false;
  return (
    !asksNoPort(sourcePorts) ||
    !asksNoPort(destinationPorts) ||
    (flags !== undefined && (flags.inverted || flags.value.mask !== 0 || flags.value.set !== 0))
  );
}

function flagsCondition(flags: Inverted<Flags>, field: 'tcpFlags' | 'tcpFlagsRead' = 'tcpFlags'): Condition {
  const { value, inverted } = flags;
  return fieldCondition(
    { field, values: masked(value.mask, value.set), negated: inverted },
    {
      option: '--tcp-flags',
      wanted: `${printTcpFlags(value.mask)} ${printTcpFlags(value.set)}`,
      denial: (view) => flagsDenial(flags, shownText(shownField({ field }, view))),
    },
  );
}

/** As iptables-nft asks: nothing where no flag is compared, and in later fragments whatever is in their place. */
function translatedFlagsCondition(flags: Inverted<Flags>): Condition {
  if (flags.value.mask !== 0) return flagsCondition(flags, 'tcpFlagsRead');
  const legacy = flagsCondition(flags);
  const isNft = ({ backend }: PacketView): boolean => backend === 'nft';
  return {
    text: legacy.text,
    test: (view) => isNft(view) || legacy.test(view),
    actual: (view) =>
      isNft(view) ? missing('no flag to compare: iptables-nft does not compare any') : legacy.actual(view),
    denial: (view) => legacy.denial?.(view),
    bounds: () => ({ over: EVERY_PACKET, under: legacy.asks ? [[legacy.asks]] : NO_PACKET }),
  };
}

/** `--syn`, as iptables spells it out. */
const SYN_ONLY: Flags = { mask: TCP_FLAGS.FIN | TCP_FLAGS.SYN | TCP_FLAGS.RST | TCP_FLAGS.ACK, set: TCP_FLAGS.SYN };

function flagsDenial({ value: { mask, set }, inverted }: Inverted<Flags>, actual: string): string {
  if (mask === SYN_ONLY.mask && set === SYN_ONLY.set)
    return inverted ? `${actual}: opens a connection` : `${actual}: opens no connection`;
  return `${actual} ${inverted ? 'match' : 'do not match'} ${printTcpFlags(mask)} ${printTcpFlags(set)}`;
}

function optionCondition(given: Inverted<number>): Condition {
  return {
    text: optionText(given).trim(),
    test: ({ packet }) =>
      packet.fragmentOffset === 0 && optionKinds(packet.tcpOptions).includes(given.value) !== given.inverted,
    actual: ({ packet }) =>
      packet.tcpOptions.length === 0
        ? missing('no TCP options')
        : `TCP options ${optionKinds(packet.tcpOptions).join(', ')}`,
  };
}

function optionKinds(bytes: Uint8Array): readonly number[] {
  return tcpOptionPlaces(bytes).map((place) => bytes[place] as number);
}
