import { tupleText } from '../../../core/net/endpoint';
import type { Field } from '../language/field';
import { PACKET_FIELDS, FIELDS, showValue } from '../language/fields';
import { isSettable } from '../change/settable';
import type { Moment } from '../moment';
import type { Variable } from './variable';

/** Zero, which most packets have there, would only be in the way. */
const SHOWN_IF_SET: ReadonlySet<string> = new Set([
  'packet.dscp',
  'packet.priority',
  'packet.fragOffset',
  'packet.mf',
  'packet.df',
  'packet.id',
]);

/** The fields that the packet has. */
export function packetVariables(moment: Moment): readonly Variable[] {
  return PACKET_FIELDS.flatMap((field) => {
    const value = field.read(moment);
    if (value === undefined || ((value === 0 || value === false) && SHOWN_IF_SET.has(field.name))) return [];
    return [fieldVariable(field, moment)];
  });
}

function fieldVariable(field: Field, moment: Moment): Variable {
  const { name, show } = field;
  return {
    name: name.slice(name.lastIndexOf('.') + 1),
    value: showValue(field.read(moment), show),
    expression: name,
    settable: isSettable(name),
  };
}

/** What connection tracking says; where it has not looked yet, that. */
export function connectionVariables(moment: Moment): readonly Variable[] {
  const { conntrack, event } = moment;
  if (!conntrack)
    return [{ name: 'state', value: event ? 'connection tracking has not seen the packet yet' : 'not tracked' }];
  const tuple = (side: 'original' | 'reply'): readonly Variable[] =>
    conntrack.entry
      ? [
          {
            name: side,
            value: tupleText(conntrack.entry[side]),
            children: () => fieldsOf(`connection.${side}.`, moment),
          },
        ]
      : [];
  return [
    ...fieldsOf('connection.', moment).filter(({ name }) => name === 'state' || name === 'direction'),
    ...tuple('original'),
    ...tuple('reply'),
    ...fieldsOf('connection.', moment).filter(({ name }) => name !== 'state' && name !== 'direction'),
  ];
}

function fieldsOf(prefix: string, moment: Moment): readonly Variable[] {
  return FIELDS.filter(
    ({ name, read }) =>
      name.startsWith(prefix) && !name.slice(prefix.length).includes('.') && read(moment) !== undefined,
  ).map((field) => fieldVariable(field, moment));
}
