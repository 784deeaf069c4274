import { PROTOCOL, TCP_FLAGS } from '../../net/packet';
import { defineMatch, type Condition, type PacketSuggestion } from '../extension';
import { flag, invalid, option, type InvalidValue, type ValueType } from '../option';
import { missing } from '../shown';
import { unsigned } from '../values/integer';
import { keep, type Inverted } from '../values/inverted';
import { portRange, type PortRange } from '../values/port';
import { orFirstFragment, portCondition, portOptionText } from '../values/portCondition';
import { tcpOptionPlaces } from '../values/tcpOptions';
import { asksNoPort, translatedPortConditions, unsignedAsNft } from '../values/translatedPorts';
import { cutShort, malformed, transportLength } from '../values/transport';
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

const NAMES: readonly (readonly [string, number])[] = [
  ['FIN', TCP_FLAGS.FIN],
  ['SYN', TCP_FLAGS.SYN],
  ['RST', TCP_FLAGS.RST],
  ['PSH', TCP_FLAGS.PSH],
  ['ACK', TCP_FLAGS.ACK],
  ['URG', TCP_FLAGS.URG],
];

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
      const known = NAMES.find(([name]) => name === upper);
      if (known === undefined)
        return invalid(`"${word}" is no TCP flag; there are ${FLAG_WORDS.slice(0, -1).join(', ')} and NONE`);
      bits |= known[1];
    }
  }
  return bits;
}

function printFlags(bits: number): string {
  const names = NAMES.filter(([, bit]) => bits & bit).map(([name]) => name);
  return names.length === 0 ? 'NONE' : names.join(',');
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
    summary: 'Looks at the ports, flags and options of a TCP packet.',
    details:
      'Loaded by itself where a rule says -p tcp and uses one of its options. All of its options are false, negated or not, for later fragments, which carry no TCP header. iptables-nft reads the data of a later fragment in their place, and takes two negated single ports together: ! --sport 1 ! --dport 2 is false only where both fit.',
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
  suggest(data): PacketSuggestion {
    return {
      protocol: 'tcp',
      ...(data.destinationPorts && !data.destinationPorts.inverted
        ? { destinationPort: data.destinationPorts.value[0] }
        : {}),
      ...(data.sourcePorts && !data.sourcePorts.inverted ? { sourcePort: data.sourcePorts.value[0] } : {}),
      ...(data.flags && !data.flags.inverted
        ? { tcpFlags: NAMES.filter(([, bit]) => data.flags!.value.set & bit).map(([name]) => name) }
        : {}),
    };
  },
});

function synAsFlags(given: { readonly inverted: boolean } | undefined): Inverted<Flags> | undefined {
  if (given === undefined) return undefined;
  return {
    value: { mask: TCP_FLAGS.SYN | TCP_FLAGS.RST | TCP_FLAGS.ACK | TCP_FLAGS.FIN, set: TCP_FLAGS.SYN },
    inverted: given.inverted,
  };
}

/** iptables-save leaves out an empty mask that is not negated. */
function flagsText(flags: Inverted<Flags> | undefined): string {
  return flags && (flags.value.mask !== 0 || flags.inverted)
    ? `${flags.inverted ? ' !' : ''} --tcp-flags ${printFlags(flags.value.mask)} ${printFlags(flags.value.set)}`
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

function flagsCondition(flags: Inverted<Flags>): Condition {
  return {
    text: flagsText(flags).trim(),
    test: ({ packet }) => packet.fragmentOffset === 0 && flagsFit(flags, packet.tcpFlags),
    actual: ({ packet }) =>
      packet.fragmentOffset > 0
        ? missing('no TCP header: not the first fragment')
        : `flags ${printFlags(packet.tcpFlags & 0x3f)}`,
    denial: ({ packet }) => flagsDenial(flags, packet.tcpFlags),
  };
}

/** As iptables-nft asks: nothing where no flag is looked at, and in later fragments whatever stands in their place. */
function translatedFlagsCondition(flags: Inverted<Flags>): Condition {
  const legacy = flagsCondition(flags);
  const flagsOf = (view: PacketView): number | undefined =>
    view.packet.protocol === PROTOCOL.TCP &&
    view.packet.fragmentOffset === 0 &&
    transportLength(view.packet) > FLAGS_OFFSET
      ? view.packet.tcpFlags
      : unsignedAsNft(view, FLAGS_OFFSET, 1);
  return {
    text: legacy.text,
    test(view) {
      if (view.backend !== 'nft') return legacy.test(view);
      if (flags.value.mask === 0) return true;
      const set = flagsOf(view);
      return set !== undefined && flagsFit(flags, set);
    },
    actual(view) {
      if (view.backend !== 'nft') return legacy.actual(view);
      const set = flagsOf(view);
      if (flags.value.mask === 0) return missing('no flag to look at: iptables-nft does not ask');
      return set === undefined ? missing('no flags: the packet is too short') : `flags ${printFlags(set & 0x3f)}`;
    },
    denial: (view) => flagsDenial(flags, view.backend === 'nft' ? (flagsOf(view) ?? 0) : view.packet.tcpFlags),
  };
}

/** `--syn`, as iptables spells it out. */
const SYN_ONLY: Flags = { mask: TCP_FLAGS.FIN | TCP_FLAGS.SYN | TCP_FLAGS.RST | TCP_FLAGS.ACK, set: TCP_FLAGS.SYN };

function flagsDenial({ value: { mask, set }, inverted }: Inverted<Flags>, bits: number): string {
  const actual = `flags ${printFlags(bits & 0x3f)}`;
  if (mask === SYN_ONLY.mask && set === SYN_ONLY.set)
    return inverted ? `${actual}: opens a connection` : `${actual}: opens no connection`;
  return `${actual} ${inverted ? 'fit' : 'do not fit'} ${printFlags(mask)} ${printFlags(set)}`;
}

const FLAGS_OFFSET = 13;

function flagsFit({ value: { mask, set }, inverted }: Inverted<Flags>, bits: number): boolean {
  return ((bits & mask) === set) !== inverted;
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
