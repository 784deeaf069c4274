import type { ConntrackEntry, Direction } from '../../net/conntrack';
import type { FieldName } from '../../net/fields/fields';
import { blockValues, oneValue, span, type Values } from '../../net/fields/fieldTest';
import { unknown, type Answer } from '../answer';
import { defineMatch, type Condition } from '../extension';
import { fieldCondition, type FieldWords } from '../fieldCondition';
import { DIRECTIONS, printStatus, STATUS_BITS } from '../fields';
import { invalid, option, problem, type InvalidValue, type ValueType } from '../option';
import { missing } from '../shown';
import { printStates, readNames, stateList } from '../values/conntrackState';
import { invertedText, keep, type Inverted } from '../values/inverted';
import { hostMask, printHostMask, type HostMask } from '../values/looseAddress';
import { numberRange, printNumberRange, type NumberRange } from '../values/number32';
import type { PortRange } from '../values/port';
import { protocolNumberValue } from '../values/protocolNumber';
import { printResolvedRange, resolvedPortRange } from '../values/resolvedPort';
import { stateCondition } from '../values/stateCondition';

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

/** Each with the field that has its address; the one that has its port is called so too. */
const PLACES = [
  ['origsrc', 'originalSource'],
  ['origdst', 'originalDestination'],
  ['replsrc', 'replySource'],
  ['repldst', 'replyDestination'],
] as const;

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
  'The state of the packet in connection tracking; SNAT and DNAT: the connection is translated.',
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
const ctstatus = option('--ctstatus', statusList, 'Status flags of the connection, one of which has to be set.', {
  invertible: true,
});
const ctexpire = option(
  '--ctexpire',
  numberRange('seconds[:seconds]', 0xffffffffn),
  'Seconds until the connection expires.',
  { invertible: true },
);
const ctdir = option(
  '--ctdir',
  directionValue,
  'The direction of the packet in its connection: that of the first packet, or the reply.',
);

/**
 * `-m conntrack`: the connection that a packet belongs to. Source: iptables-extensions(8) "conntrack",
 * net/netfilter/xt_conntrack.c conntrack_mt. A packet without a connection (INVALID, UNTRACKED) is asked for its state
 * only: where --ctstate matches, the other options are ignored; without --ctstate all of them are false, negated or
 * not.
 */
export const conntrack = defineMatch<ConntrackData>({
  kind: 'match',
  name: 'conntrack',
  families: [4, 6],
  options: [ctstate, ctproto, ...addressOptions, ...portOptions, ctstatus, ctexpire, ctdir],
  needsConntrack: true,
  documentation: {
    summary: 'Matches the connection that the packet belongs to.',
    details:
      'A connection keeps the addresses of its first packet (original) and those that replies have (reply); ' +
      'NAT shows as the difference. ' +
      'A packet without a connection, which is INVALID or UNTRACKED, is compared by --ctstate only: if that ' +
      'matches, the other options are ignored; without it none of them matches, negated or not.',
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
});

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

/** In the order in which the kernel asks. Source: net/netfilter/xt_conntrack.c conntrack_mt. */
function makeConditions(data: ConntrackData): readonly Condition[] {
  const { states, protocol, status, expires, direction } = data;
  // Where the states match, the rest is not tested for a packet without a connection; without states it never matches.
  const lacking = states !== undefined;
  const conditions: Condition[] = [];
  const add = (field: FieldName, values: Values, negated: boolean, words: FieldWords): void => {
    conditions.push(fieldCondition({ field, values, negated, lacking }, words));
  };
  if (states) conditions.push(stateCondition('--ctstate', states));
  if (direction)
    add('conntrackDirection', oneValue(DIRECTIONS.indexOf(direction)), false, { option: '--ctdir', wanted: direction });
  for (const [place, field] of PLACES) {
    const block = data.addresses[place];
    if (block)
      add(field, blockValues(block.value), block.inverted, {
        option: `--ct${place}`,
        wanted: printHostMask(block.value),
      });
  }
  if (protocol)
    add('conntrackProtocol', oneValue(protocol.value), protocol.inverted, {
      option: '--ctproto',
      wanted: String(protocol.value),
    });
  for (const [place, field] of PLACES) {
    const ports = data.ports[place];
    if (ports)
      add(`${field}Port`, span(...ports.value), ports.inverted, {
        option: `--ct${place}port`,
        wanted: printResolvedRange(ports.value),
      });
  }
  if (status)
    add('conntrackStatus', { kind: 'bits', bits: status.value }, status.inverted, {
      option: '--ctstatus',
      wanted: printStatus(status.value),
      // One of no flags is never set.
      ...(status.value === 0 && { denial: () => 'NONE matches no connection' }),
    });
  if (expires) conditions.push(expiryCondition(expires, lacking));
  return conditions;
}

function expiryCondition(expires: Inverted<NumberRange<bigint>>, lacking: boolean): Condition {
  return {
    text: invertedText('--ctexpire', expires, printNumberRange).trim(),
    test: ({ conntrack: view }) => (view?.entry ? expiresWithin(view.entry, expires) : lacking),
    actual({ conntrack: view }) {
      if (!view?.entry) return missing('no connection');
      return view.entry.expires === undefined ? 'expiry not known' : `expires in ${view.entry.expires} s`;
    },
  };
}

function expiresWithin(
  entry: ConntrackEntry,
  { value: [first, last], inverted }: Inverted<NumberRange<bigint>>,
): Answer {
  if (entry.expires === undefined) return unknown('how many seconds the connection has left is not in the file');
  return (entry.expires >= first && entry.expires <= last) !== inverted;
}
