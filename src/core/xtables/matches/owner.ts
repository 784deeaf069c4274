import { oneValue, span, testHolds, type FieldTest } from '../../net/fields/fieldTest';
import { EVERY_PACKET, exactly, NOTHING_SAID } from '../../net/fields/packetSet';
import type { Host } from '../../net/host';
import type { SocketOwner } from '../../net/packet';
import { unknown } from '../answer';
import { defineMatch, type Condition } from '../extension';
import { fieldCondition } from '../fieldCondition';
import { readField } from '../fields';
import { flag, option, problem, type BuildProblem, type Given, type GivenOptions } from '../option';
import { openFor } from '../premise';
import { missing, type Shown } from '../shown';
import { among, being } from '../values/denials';
import type { Inverted } from '../values/inverted';
import { groupRange, printOwner, userRange, type OwnerRange } from '../values/ownerRange';
import type { PacketView } from '../view';

interface OwnerData {
  /** Inverted: `! --socket-exists`. */
  readonly socket: Inverted<true> | undefined;
  readonly user: Inverted<OwnerRange> | undefined;
  readonly group: Inverted<OwnerRange> | undefined;
  readonly supplementary: boolean;
}

const uidOwner = option('--uid-owner', userRange, 'User of the process that sent the packet.', { invertible: true });
const gidOwner = option('--gid-owner', groupRange, 'Group of the process that sent the packet.', { invertible: true });
const socketExists = flag('--socket-exists', 'A socket on this host sent the packet.', { invertible: true });
const supplGroups = flag('--suppl-groups', 'Let --gid-owner compare the supplementary groups as well.');

/**
 * `-m owner`: who on this host sent the packet; the ids are those of the process when it made the socket. Source:
 * iptables-extensions(8) "owner", net/netfilter/xt_owner.c owner_mt. A packet without a socket (forwarded, or come back
 * over lo) or with a socket that no process holds (the kernel's own) has no user and no group: plain options are false
 * for it and negated ones true.
 */
export const owner = defineMatch<OwnerData>({
  kind: 'match',
  name: 'owner',
  families: [4, 6],
  hooks: ['OUTPUT', 'POSTROUTING'],
  options: [uidOwner, gidOwner, socketExists, supplGroups],
  documentation: {
    summary: 'Matches the user and group of the process that sent the packet.',
    details:
      'Only for packets that this host sends. Packets that the kernel makes (RST, ICMP errors, echo replies) ' +
      'and forwarded ones have no owner: ' +
      '--uid-owner does not match them and ! --uid-owner does.',
    source: 'iptables-extensions(8), owner; net/netfilter/xt_owner.c',
  },
  build: buildOwner,
  checkentry(_data, options) {
    const backwards = [options.get(uidOwner), options.get(gidOwner)].find(
      (given) => given?.value.kind === 'ids' && given.value.first > given.value.last,
    );
    return backwards && problem('the range is descending, which the kernel refuses', backwards);
  },
  print: (data) =>
    texts(data)
      .map(([, text]) => text)
      .join('') + (data.supplementary ? ' --suppl-groups' : ''),
  conditions: ({ socket, user, group, supplementary }) => [
    ...(socket ? [socketCondition(socket)] : []),
    ...(user ? [idCondition('user', user)] : []),
    ...(group ? [supplementary ? anyGroupCondition(group) : idCondition('group', group)] : []),
  ],
});

type OwnerPart = 'socket' | 'user' | 'group';

function buildOwner(options: GivenOptions): OwnerData | BuildProblem {
  const group = options.get(gidOwner);
  const supplementary = options.get(supplGroups);
  if (supplementary && (group === undefined || group.optionWord.start > supplementary.optionWord.start)) {
    return problem('--suppl-groups needs --gid-owner before it', supplementary);
  }
  const user = options.get(uidOwner);
  if (options.count === 0) return problem('owner needs at least one of --uid-owner, --gid-owner and --socket-exists');
  const socket = options.get(socketExists);
  return { socket: strip(socket), user: strip(user), group: strip(group), supplementary: supplementary !== undefined };
}

function strip<V>(given: Given<V> | undefined): Inverted<V> | undefined {
  return given && { value: given.value, inverted: given.inverted };
}

function texts(data: OwnerData): readonly (readonly [OwnerPart, string])[] {
  const list: (readonly [OwnerPart, string])[] = [];
  const bang = (given: Inverted<unknown>): string => (given.inverted ? ' !' : '');
  if (data.socket) list.push(['socket', `${bang(data.socket)} --socket-exists`]);
  if (data.user) list.push(['user', `${bang(data.user)} --uid-owner ${printOwner(data.user.value)}`]);
  if (data.group) list.push(['group', `${bang(data.group)} --gid-owner ${printOwner(data.group.value)}`]);
  return list;
}

function socketCondition({ inverted }: Inverted<true>): Condition {
  return fieldCondition(
    { field: 'hasSocket', values: oneValue(1), negated: inverted },
    {
      option: '--socket-exists',
      wanted: '',
      shown: ({ socket }) => describeSocket(socket, false),
      denial: () => undefined,
    },
  );
}

/** One of the ids of the process; what has no process has none. */
function idCondition(part: 'user' | 'group', { value, inverted }: Inverted<OwnerRange>): Condition {
  const [field, option] = part === 'user' ? (['uid', '--uid-owner'] as const) : (['gid', '--gid-owner'] as const);
  const asks = (first: number, last: number): FieldTest => ({
    field,
    values: span(first, last),
    negated: inverted,
    lacking: inverted,
  });
  const words = {
    option,
    wanted: printOwner(value),
    shown: ({ socket }: PacketView): Shown => describeSocket(socket, false),
    denial: ({ socket }: PacketView): string | undefined => idDenial(field, value, inverted, socket),
    // A group that does not match leaves it to the others, where they are tested.
    ...(part === 'group' && { premises: (view: PacketView) => openFor(view, 'group') }),
  };
  if (value.kind === 'ids') return fieldCondition(asks(value.first, value.last), words);
  const idOf = ({ users }: Host): number | undefined => (part === 'user' ? users.get(value.name) : undefined);
  return {
    text: `${inverted ? '! ' : ''}${option} ${value.name}`,
    actual: words.shown,
    denial: words.denial,
    ...(part === 'group' && { premises: words.premises }),
    test(view) {
      const id = idOf(view.host);
      if (lacksOwner(view.socket)) return inverted;
      if (id === undefined) return unknown(`the number of the ${part} "${value.name}" is not in the file`);
      return testHolds(asks(id, id), readField(field, view));
    },
    bounds(host) {
      const id = idOf(host);
      return id === undefined ? NOTHING_SAID : exactly([[asks(id, id)]]);
    },
  };
}

/** `--gid-owner` with `--suppl-groups`: the group of the process, or one of its supplementary groups. */
function anyGroupCondition({ value, inverted }: Inverted<OwnerRange>): Condition {
  return {
    text: `${inverted ? '! ' : ''}--gid-owner ${printOwner(value)} --suppl-groups`,
    test({ socket }) {
      // xt_owner counts --suppl-groups, which is never negated, as one more wish that a packet without any socket
      // cannot fulfil.
      if (socket === undefined) return false;
      if (socket.kind === 'kernel') return inverted;
      if (value.kind === 'name') return unknown(`the number of the group "${value.name}" is not in the file`);
      return [socket.gid, ...socket.groups].some((id) => id >= value.first && id <= value.last) !== inverted;
    },
    actual: ({ socket }) => describeSocket(socket, true),
    denial: ({ socket }) => (socket?.kind === 'kernel' ? NO_OWNER : undefined),
    premises: (view) => openFor(view, 'group', 'groups'),
    ...(value.kind === 'ids' &&
      !inverted && {
        bounds: () => ({
          over: EVERY_PACKET,
          under: [[{ field: 'gid', values: span(value.first, value.last), negated: false }]],
        }),
      }),
  };
}

const NO_OWNER = 'sent by the kernel, no owner';

function lacksOwner(socket: SocketOwner | undefined): boolean {
  return socket === undefined || socket.kind === 'kernel';
}

function describeSocket(socket: SocketOwner | undefined, groups: boolean): Shown {
  if (socket === undefined) return missing('no socket');
  if (socket.kind === 'kernel') return NO_OWNER;
  return (
    `uid ${socket.uid} gid ` +
    `${socket.gid}${groups ? ` groups ${socket.groups.length === 0 ? 'none' : socket.groups.join(',')}` : ''}`
  );
}

function idDenial(
  label: 'uid' | 'gid',
  value: OwnerRange,
  inverted: boolean,
  socket: SocketOwner | undefined,
): string | undefined {
  if (!socket) return undefined;
  if (socket.kind === 'kernel') return NO_OWNER;
  const found = `${label} ${socket[label]}`;
  if (value.kind === 'name') return being(found, value.name, inverted);
  if (value.first !== value.last) return among(found, printOwner(value), inverted);
  return inverted ? `${label} is ${value.first}` : `${found} ≠ ${value.first}`;
}
