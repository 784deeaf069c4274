import { formatAddress } from '../../net/address';
import type { ConntrackEntry, Direction, Tuple } from '../../net/conntrack';
import { PROTOCOL } from '../../net/packet';
import { protocolName } from '../../net/protocols';
import { unknown, type Answer } from '../answer';
import { defineMatch, type Condition, type PacketSuggestion } from '../extension';
import { invalid, option, problem, type InvalidValue, type ValueType } from '../option';
import { missing } from '../shown';
import {
  actualStates,
  packetStates,
  printStates,
  readNames,
  stateList,
  STATE_BITS,
  statesDenial,
} from '../values/conntrackState';
import { invertedText, keep, type Inverted } from '../values/inverted';
import { hostMask, printHostMask, sameUnderMask, type HostMask } from '../values/looseAddress';
import { numberRange, printNumberRange, type NumberRange } from '../values/number32';
import type { PortRange } from '../values/port';
import { protocolNumberValue } from '../values/protocolNumber';
import { printResolvedRange, resolvedPortRange } from '../values/resolvedPort';
import type { PacketView } from '../view';

type Way = 'original' | 'reply';
type Side = 'source' | 'destination';
/** `origsrc` … `repldst`: which address or port of which direction. */
type Place = 'origsrc' | 'origdst' | 'replsrc' | 'repldst';

interface ConntrackData {
  readonly states: Inverted<number> | undefined;
  readonly protocol: Inverted<number> | undefined;
  readonly addresses: Readonly<Partial<Record<Place, Inverted<HostMask>>>>;
  readonly ports: Readonly<Partial<Record<Place, Inverted<PortRange>>>>;
  readonly status: Inverted<number> | undefined;
  readonly expires: Inverted<NumberRange<bigint>> | undefined;
  readonly direction: Direction | undefined;
}

const PLACES: readonly (readonly [Place, Way, Side])[] = [
  ['origsrc', 'original', 'source'],
  ['origdst', 'original', 'destination'],
  ['replsrc', 'reply', 'source'],
  ['repldst', 'reply', 'destination'],
];

/** Bits of `--ctstatus`, in printing order (IPS_* of nf_conntrack_common.h). */
const STATUS_BITS: Readonly<Record<string, number>> = { EXPECTED: 1, SEEN_REPLY: 2, ASSURED: 4, CONFIRMED: 8, NONE: 0 };

const statusList: ValueType<number> = {
  metavariable: 'status[,status…]',
  completions: ['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'],
  parse: (text) => readNames(text, ['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'], STATUS_BITS),
};

const directionValue: ValueType<Direction> = {
  metavariable: 'ORIGINAL|REPLY',
  completions: ['ORIGINAL', 'REPLY'],
  parse(text): Direction | InvalidValue {
    const upper = text.toUpperCase();
    return upper === 'ORIGINAL' || upper === 'REPLY' ? upper : invalid(`"${text}" is neither ORIGINAL nor REPLY`);
  },
};

const WORDS: Readonly<Record<Place, string>> = {
  origsrc: 'source of the first packet',
  origdst: 'destination of the first packet, before NAT',
  replsrc: 'source of the replies',
  repldst: 'destination of the replies',
};

const ctstate = option(
  '--ctstate',
  stateList(true),
  'What connection tracking says of the packet; SNAT and DNAT: the connection is translated.',
  { invertible: true },
);
const ctproto = option('--ctproto', protocolNumberValue, 'The transport protocol of the connection.', {
  invertible: true,
});
const addressOptions = PLACES.map(([place]) =>
  option(`--ct${place}`, hostMask, `Address: ${WORDS[place]}.`, { invertible: true }),
);
const portOptions = PLACES.map(([place]) =>
  option(`--ct${place}port`, resolvedPortRange, `Port or range of ports: ${WORDS[place]}.`, { invertible: true }),
);
const ctstatus = option('--ctstatus', statusList, 'Flags of the connection, of which one has to be set.', {
  invertible: true,
});
const ctexpire = option(
  '--ctexpire',
  numberRange('seconds[:seconds]', 0xffffffffn),
  'Seconds until the connection is forgotten.',
  { invertible: true },
);
const ctdir = option(
  '--ctdir',
  directionValue,
  'Whether the packet goes the way of the first packet of its connection or back.',
);

/**
 * `-m conntrack`: the connection that a packet belongs to. Source: iptables-extensions(8) "conntrack",
 * net/netfilter/xt_conntrack.c conntrack_mt. A packet without a connection (INVALID, UNTRACKED) is asked for its state
 * only: where --ctstate fits, the other options are not looked at; without --ctstate all of them are false, negated or
 * not.
 */
export const conntrack = defineMatch<ConntrackData>({
  kind: 'match',
  name: 'conntrack',
  families: [4, 6],
  options: [ctstate, ctproto, ...addressOptions, ...portOptions, ctstatus, ctexpire, ctdir],
  needsConntrack: true,
  documentation: {
    summary: 'Looks at the connection that the packet belongs to.',
    details:
      'A connection keeps the addresses of its first packet (original) and those that replies have (reply); NAT shows as the difference. ' +
      'A packet without a connection, which is INVALID or UNTRACKED, is asked for --ctstate only: where that fits, the other options do not count, and without it they are all false, negated or not.',
    source: 'iptables-extensions(8), conntrack; net/netfilter/xt_conntrack.c',
  },
  build(options) {
    if (options.count === 0) return problem('conntrack needs at least one option, such as --ctstate');
    const addresses: Partial<Record<Place, Inverted<HostMask>>> = {};
    const ports: Partial<Record<Place, Inverted<PortRange>>> = {};
    PLACES.forEach(([place], i) => {
      const address = keep(options.get(addressOptions[i]!));
      const port = keep(options.get(portOptions[i]!));
      if (address) addresses[place] = address;
      if (port) ports[place] = port;
    });
    return {
      states: keep(options.get(ctstate)),
      protocol: keep(options.get(ctproto)),
      addresses,
      ports,
      status: keep(options.get(ctstatus)),
      expires: keep(options.get(ctexpire)),
      direction: options.get(ctdir)?.value,
    };
  },
  print: (data) => partTexts(data).join(''),
  conditions: makeConditions,
  suggest(data): PacketSuggestion {
    const first = data.direction === 'REPLY' ? undefined : data.addresses.origsrc;
    const protocol = data.protocol && !data.protocol.inverted ? data.protocol.value : undefined;
    const port = data.ports.origdst;
    const hasPorts = protocol === undefined || protocol === PROTOCOL.TCP || protocol === PROTOCOL.UDP;
    return {
      ...(protocol === undefined ? {} : { protocol: protocolName(protocol) }),
      ...(first && !first.inverted ? { source: formatAddress(first.value.address) } : {}),
      ...(port && !port.inverted && hasPorts ? { destinationPort: port.value[0] } : {}),
      ...(data.states ? suggestedState(data.states) : {}),
    };
  },
});

function suggestedState({ value, inverted }: Inverted<number>): PacketSuggestion {
  const wanted = inverted ? ~value : value;
  const name = (['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'] as const).find(
    (each) => wanted & STATE_BITS[each],
  );
  return name === undefined ? {} : { state: name };
}

function partTexts(data: ConntrackData): string[] {
  return [
    invertedText('--ctstate', data.states, printStates),
    invertedText('--ctproto', data.protocol, String),
    ...PLACES.map(([place]) => invertedText(`--ct${place}`, data.addresses[place], printHostMask)),
    ...PLACES.map(([place]) => invertedText(`--ct${place}port`, data.ports[place], printResolvedRange)),
    invertedText('--ctstatus', data.status, printStatus),
    invertedText('--ctexpire', data.expires, printNumberRange),
    data.direction === undefined ? '' : ` --ctdir ${data.direction}`,
  ];
}

function printStatus(mask: number): string {
  return mask === 0
    ? 'NONE'
    : Object.entries(STATUS_BITS)
        .filter(([, bit]) => mask & bit)
        .map(([name]) => name)
        .join(',');
}

function makeConditions(data: ConntrackData): readonly Condition[] {
  const withoutEntry = data.states !== undefined;
  const conditions: Condition[] = [];
  const onEntry = (
    text: string,
    test: (entry: ConntrackEntry, view: PacketView) => Answer,
    actual: (entry: ConntrackEntry, view: PacketView) => string,
    denial?: Condition['denial'],
  ): void => {
    conditions.push({
      text: text.trim(),
      test: (view) => (view.conntrack?.entry ? test(view.conntrack.entry, view) : withoutEntry),
      actual: (view) => (view.conntrack?.entry ? actual(view.conntrack.entry, view) : missing('no connection')),
      ...(denial && { denial }),
    });
  };
  const { states, protocol, status, expires, direction } = data;
  if (states) {
    conditions.push({
      text: invertedText('--ctstate', states, printStates).trim(),
      test: ({ conntrack: view }) => ((packetStates(view) & states.value) !== 0) !== states.inverted,
      actual: ({ conntrack: view }) => actualStates(view),
      denial: ({ conntrack: view }) => statesDenial(view, states),
    });
  }
  if (direction)
    onEntry(
      `--ctdir ${direction}`,
      (_, view) => view.conntrack?.direction === direction,
      (_, view) => directionOf(view),
      (view) => `${directionOf(view)} ≠ ${direction}`,
    );
  for (const [place, way, side] of PLACES) {
    const block = data.addresses[place];
    if (!block) continue;
    onEntry(
      invertedText(`--ct${place}`, block, printHostMask),
      (entry) => sameUnderMask(entry[way][side], block.value) !== block.inverted,
      (entry) => `${place} ${formatAddress(entry[way][side])}`,
    );
  }
  if (protocol) {
    onEntry(
      invertedText('--ctproto', protocol, String),
      (entry) => (entry.original.protocol === protocol.value) !== protocol.inverted,
      (entry) => `protocol ${protocolName(entry.original.protocol)}`,
    );
  }
  for (const [place, way, side] of PLACES) {
    const ports = data.ports[place];
    if (!ports) continue;
    const [first, last] = ports.value;
    onEntry(
      invertedText(`--ct${place}port`, ports, printResolvedRange),
      (entry) => {
        const port = tuplePort(entry[way], side);
        return (port >= first && port <= last) !== ports.inverted;
      },
      (entry) => `${place}port ${tuplePort(entry[way], side)}`,
    );
  }
  if (status) {
    onEntry(
      invertedText('--ctstatus', status, printStatus),
      (entry) => ((statusBits(entry) & status.value) !== 0) !== status.inverted,
      (entry) => `status ${printStatus(statusBits(entry))}`,
    );
  }
  if (expires)
    onEntry(
      invertedText('--ctexpire', expires, printNumberRange),
      (entry) => expiresWithin(entry, expires),
      (entry) => (entry.expires === undefined ? 'expiry not known' : `expires in ${entry.expires} s`),
    );
  return conditions;
}

function directionOf({ conntrack }: PacketView): string {
  return `direction ${conntrack?.direction ?? 'none'}`;
}

/**
 * The 16 bits that the kernel keeps where ports would be: for ICMP the id on the source's side, type and code on the
 * other.
 */
function tuplePort({ icmp, sourcePort, destinationPort }: Tuple, side: Side): number {
  if (icmp) return side === 'source' ? icmp.id : icmp.type * 256 + icmp.code;
  return side === 'source' ? sourcePort : destinationPort;
}

function statusBits(entry: ConntrackEntry): number {
  return (entry.expected ? 1 : 0) | (entry.seenReply ? 2 : 0) | (entry.assured ? 4 : 0) | (entry.confirmed ? 8 : 0);
}

function expiresWithin(
  entry: ConntrackEntry,
  { value: [first, last], inverted }: Inverted<NumberRange<bigint>>,
): Answer {
  if (entry.expires === undefined) return unknown('how many seconds the connection has left is not in the file');
  return (entry.expires >= first && entry.expires <= last) !== inverted;
}
