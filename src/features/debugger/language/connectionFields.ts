import type { ConntrackEntry, Tuple } from '../../../core/net/conntrack';
import { hasPorts } from '../../../core/net/tuple';
import type { Moment } from '../moment';
import { field, hex, type Field } from './field';
import type { Value, ValueKind } from './values';

type ReadEntry = (entry: ConntrackEntry) => Value;

function ofEntry(read: ReadEntry): (moment: Moment) => Value {
  return ({ conntrack }) => conntrack?.entry && read(conntrack.entry);
}

const ENTRY_FIELDS: readonly (readonly [
  name: string,
  aliases: string,
  kind: ValueKind,
  read: ReadEntry,
  show?: (value: number) => string,
])[] = [
  ['snat', '', 'boolean', ({ sourceNat }) => sourceNat],
  ['dnat', '', 'boolean', ({ destinationNat }) => destinationNat],
  ['mark', 'ctmark connmark', 'number', ({ mark }) => mark, hex],
  ['tcpState', '', 'text', ({ tcpState }) => tcpState],
  ['seenReply', '', 'boolean', ({ seenReply }) => seenReply],
  ['assured', '', 'boolean', ({ assured }) => assured],
  ['helper', '', 'text', ({ helper }) => helper],
  ['zone', '', 'number', ({ zone }) => zone.original],
];

/** Those of the direction in which the connection began have short names as well. */
function tupleFields(side: 'original' | 'reply'): readonly Field[] {
  const part = (name: string, kind: ValueKind, read: (tuple: Tuple) => Value): Field =>
    field(
      `connection.${side}.${name}`,
      side === 'original' ? `connection.${name}` : '',
      kind,
      ofEntry((entry) => read(entry[side])),
    );
  const port = (read: (tuple: Tuple) => number) => (tuple: Tuple) =>
    hasPorts(tuple.protocol) ? read(tuple) : undefined;
  return [
    part('src', 'address', ({ source }) => source),
    part('dst', 'address', ({ destination }) => destination),
    part(
      'sport',
      'number',
      port(({ sourcePort }) => sourcePort),
    ),
    part(
      'dport',
      'number',
      port(({ destinationPort }) => destinationPort),
    ),
  ];
}

/** What connection tracking says of the packet; nothing of it in raw, where it has not looked yet. */
export const CONNECTION_FIELDS: readonly Field[] = [
  field('connection.state', 'state ctstate', 'text', ({ conntrack }) => conntrack?.state),
  field('connection.direction', 'direction', 'text', ({ conntrack }) => conntrack?.entry && conntrack.direction),
  ...tupleFields('original'),
  ...tupleFields('reply'),
  ...ENTRY_FIELDS.map(([name, aliases, kind, read, show]) =>
    field(`connection.${name}`, aliases, kind, ofEntry(read), show),
  ),
];
