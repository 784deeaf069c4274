import type { SocketOwner } from '../../net/packet';
import { unknown, type Answer } from '../answer';
import { defineMatch, type Condition, type PacketSuggestion } from '../extension';
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
const supplGroups = flag('--suppl-groups', 'Let --gid-owner look at the supplementary groups as well.');

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
    summary: 'Looks at the user and group of the process that sent the packet.',
    details:
      'For what this host sends only. Packets that the kernel makes (RST, ICMP errors, echo replies) and forwarded ones have no owner: ' +
      '--uid-owner is false for them and ! --uid-owner true.',
    source: 'iptables-extensions(8), owner; net/netfilter/xt_owner.c',
  },
  build: buildOwner,
  checkentry(_data, options) {
    const backwards = [options.get(uidOwner), options.get(gidOwner)].find(
      (given) => given?.value.kind === 'ids' && given.value.first > given.value.last,
    );
    return backwards && problem('the range runs backwards, which the kernel refuses', backwards);
  },
  print: (data) =>
    texts(data)
      .map(([, text]) => text)
      .join('') + (data.supplementary ? ' --suppl-groups' : ''),
  conditions: (data) =>
    texts(data).map(([part, text]): Condition => ({
      text: text.trim() + (part === 'group' && data.supplementary ? ' --suppl-groups' : ''),
      test: (view) => testPart(data, part, view),
      actual: ({ socket }) => describeSocket(socket, part === 'group' && data.supplementary),
      denial: ({ socket }) => ownerDenial(data, part, socket),
      // A group that does not fit leaves it to the others, where they are asked.
      ...(part === 'group' && {
        premises: (view: PacketView) => openFor(view, 'group', ...(data.supplementary ? (['groups'] as const) : [])),
      }),
    })),
  suggest(data): PacketSuggestion {
    return {
      ...(data.user && !data.user.inverted && data.user.value.kind === 'ids' ? { uid: data.user.value.first } : {}),
      ...(data.group && !data.group.inverted && data.group.value.kind === 'ids' ? { gid: data.group.value.first } : {}),
    };
  },
});

type Part = 'socket' | 'user' | 'group';

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

function texts(data: OwnerData): readonly (readonly [Part, string])[] {
  const list: (readonly [Part, string])[] = [];
  const bang = (given: Inverted<unknown>): string => (given.inverted ? ' !' : '');
  if (data.socket) list.push(['socket', `${bang(data.socket)} --socket-exists`]);
  if (data.user) list.push(['user', `${bang(data.user)} --uid-owner ${printOwner(data.user.value)}`]);
  if (data.group) list.push(['group', `${bang(data.group)} --gid-owner ${printOwner(data.group.value)}`]);
  return list;
}

function testPart(data: OwnerData, part: Part, { socket, host }: PacketView): Answer {
  if (part === 'socket') return (socket !== undefined) !== (data.socket as Inverted<true>).inverted;
  const wanted = (part === 'user' ? data.user : data.group) as Inverted<OwnerRange>;
  if (socket === undefined || socket.kind === 'kernel') {
    // xt_owner counts --suppl-groups, which is never negated, as one more wish that a packet without any socket cannot
    // fulfil.
    return wanted.inverted && !(socket === undefined && part === 'group' && data.supplementary);
  }
  let range = wanted.value;
  if (range.kind === 'name') {
    const id = part === 'user' ? host.users.get(range.name) : undefined;
    if (id === undefined) return unknown(`the number of the ${part} "${range.name}" is not in the file`);
    range = { kind: 'ids', first: id, last: id };
  }
  const { first, last } = range;
  const ids = part === 'user' ? [socket.uid] : data.supplementary ? [socket.gid, ...socket.groups] : [socket.gid];
  return ids.some((id) => id >= first && id <= last) !== wanted.inverted;
}

function describeSocket(socket: SocketOwner | undefined, groups: boolean): Shown {
  if (socket === undefined) return missing('no socket');
  if (socket.kind === 'kernel') return 'sent by the kernel, no owner';
  return `uid ${socket.uid} gid ${socket.gid}${groups ? ` groups ${socket.groups.length === 0 ? 'none' : socket.groups.join(',')}` : ''}`;
}

/** undefined: what it asks and what the packet has say it best. */
function ownerDenial(
  { user, group, supplementary }: OwnerData,
  part: Part,
  socket: SocketOwner | undefined,
): string | undefined {
  const wanted = part === 'user' ? user : part === 'group' ? group : undefined;
  if (!wanted || !socket || (part === 'group' && supplementary)) return undefined;
  if (socket.kind === 'kernel') return 'sent by the kernel, no owner';
  const label = part === 'user' ? 'uid' : 'gid';
  const found = `${label} ${part === 'user' ? socket.uid : socket.gid}`;
  const { value, inverted } = wanted;
  if (value.kind === 'name') return being(found, value.name, inverted);
  if (value.first !== value.last) return among(found, printOwner(value), inverted);
  return inverted ? `${label} is ${value.first}` : `${found} ≠ ${value.first}`;
}
