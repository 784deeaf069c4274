import { invalid, type InvalidValue, type ValueType } from '../option';
import { leadingNumber } from './strtoul';

/** Ids from `first` to `last`, or the name of a user or group whose number only the host knows. */
export type OwnerRange =
  | { readonly kind: 'ids'; readonly first: number; readonly last: number }
  | { readonly kind: 'name'; readonly name: string };

/** Users and groups that have the same number on every Debian system (package base-passwd); root is 0 everywhere. */
const USERS: ReadonlyMap<string, number> = new Map([
  ['root', 0],
  ['daemon', 1],
  ['bin', 2],
  ['sys', 3],
  ['sync', 4],
  ['games', 5],
  ['man', 6],
  ['lp', 7],
  ['mail', 8],
  ['news', 9],
  ['uucp', 10],
  ['proxy', 13],
  ['www-data', 33],
  ['backup', 34],
  ['list', 38],
  ['irc', 39],
  ['_apt', 42],
  ['nobody', 65534],
]);
const GROUPS: ReadonlyMap<string, number> = new Map([
  ['root', 0],
  ['daemon', 1],
  ['bin', 2],
  ['sys', 3],
  ['adm', 4],
  ['tty', 5],
  ['disk', 6],
  ['lp', 7],
  ['mail', 8],
  ['news', 9],
  ['uucp', 10],
  ['man', 12],
  ['proxy', 13],
  ['kmem', 15],
  ['dialout', 20],
  ['fax', 21],
  ['voice', 22],
  ['cdrom', 24],
  ['floppy', 25],
  ['tape', 26],
  ['sudo', 27],
  ['audio', 29],
  ['dip', 30],
  ['www-data', 33],
  ['backup', 34],
  ['operator', 37],
  ['list', 38],
  ['irc', 39],
  ['src', 40],
  ['shadow', 42],
  ['utmp', 43],
  ['video', 44],
  ['sasl', 45],
  ['plugdev', 46],
  ['staff', 50],
  ['games', 60],
  ['users', 100],
  ['nogroup', 65534],
]);

/** A user name, a uid or a range of uids `first-last` (or `first:last`), 0 to 4294967294. */
export const userRange: ValueType<OwnerRange> = {
  metavariable: 'user|uid[-uid]',
  names: 'thing',
  parse: (text) => readRange(text, USERS, 'user'),
};

/** A group name, a gid or a range of gids. */
export const groupRange: ValueType<OwnerRange> = {
  metavariable: 'group|gid[-gid]',
  names: 'thing',
  parse: (text) => readRange(text, GROUPS, 'group'),
};

export function printOwner(range: OwnerRange): string {
  if (range.kind === 'name') return range.name;
  return range.first === range.last ? String(range.first) : `${range.first}-${range.last}`;
}

/** A name that is not in the table is taken on trust: the host that the file comes from may know it. */
function readRange(text: string, names: ReadonlyMap<string, number>, what: string): OwnerRange | InvalidValue {
  const id = names.get(text);
  if (id !== undefined) return { kind: 'ids', first: id, last: id };
  if (/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/.test(text)) return { kind: 'name', name: text };
  const from = readId(text);
  if (from === undefined) return invalid(`"${text}" is neither a ${what} nor a number from 0 to 4294967294`);
  if (from.rest === '') return { kind: 'ids', first: from.id, last: from.id };
  const to = from.rest.startsWith('-') || from.rest.startsWith(':') ? readId(from.rest.slice(1)) : undefined;
  if (to === undefined || to.rest !== '') return invalid(`"${text}" is not a range: write first-last`);
  return { kind: 'ids', first: from.id, last: to.id };
}

function readId(text: string): { readonly id: number; readonly rest: string } | undefined {
  const read = leadingNumber(text);
  return read === undefined || read.value > 0xfffffffen ? undefined : { id: Number(read.value), rest: read.rest };
}
