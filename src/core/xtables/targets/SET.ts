import { utf8Length } from '../../text/utf8';
import type { IpSet } from '../../net/ipSet';
import type { Packet } from '../../net/packet';
import { addToSet, removeFromSet } from '../../net/changeSet';
import { isUnsure } from '../../net/setChanges';
import { compileSet } from '../../net/setEntries';
import { lookUpSet, type SetDirection } from '../../net/testSet';
import { defineTarget, type Effect } from '../extension';
import {
  flag,
  invalid,
  option,
  problem,
  type BuildProblem,
  type GivenOptions,
  type InvalidValue,
  type ValueContext,
  type ValueType,
} from '../option';
import { beginCounts, countMember, learning, liveSets, replaceSet, whyUnknown } from '../values/liveSets';
import { number32 } from '../values/number32';
import type { PacketView, RememberingView } from '../view';

interface SetUse {
  readonly name: string;
  readonly directions: readonly SetDirection[];
}

interface SetTargetData {
  readonly add: SetUse | undefined;
  readonly exist: boolean;
  /** Seconds that an added member lives. */
  readonly timeout: number | undefined;
  readonly del: SetUse | undefined;
  readonly map: SetUse | undefined;
  readonly mapMark: boolean;
  readonly mapPriority: boolean;
  readonly mapQueue: boolean;
}

const setUse: ValueType<SetUse> = {
  metavariable: 'set src|dst[,src|dst…]',
  secondCompletions: ['src', 'dst'],
  parse(text): SetUse | InvalidValue {
    const blank = text.lastIndexOf(' ');
    const [name, list] = [text.slice(0, Math.max(0, blank)), text.slice(blank + 1)];
    if (list.startsWith('-') || list.startsWith('!'))
      return invalid('two words are needed: the name of the set and its directions');
    if (name === '') return invalid('the name of the set is empty');
    if (utf8Length(name) > 31) return invalid(`"${name}" is too long: set names have at most 31 bytes`);
    const directions: SetDirection[] = [];
    for (const word of list.split(',')) {
      // Only the first three letters are compared.
      const direction = word.slice(0, 3);
      if (direction !== 'src' && direction !== 'dst') return invalid(`"${word}" is neither src nor dst`);
      directions.push(direction);
    }
    return directions.length > 6 ? invalid('more than 6 directions are too many') : { name, directions };
  },
};

// The options are of the old kind: iptables reads a "!" before them and forgets it.
const addSet = option('--add-set', setUse, "Adds the packet's address, port or other fields to a set.", {
  words: 2,
  invertible: true,
});
const delSet = option('--del-set', setUse, "Removes the packet's address, port or other fields from a set.", {
  words: 2,
  invertible: true,
});
const exist = flag('--exist', 'Restarts the timeout of a member that is already in the set.', {
  repeatable: true,
  invertible: true,
});
const timeout = option('--timeout', number32('seconds', 0, 0xfffffffe), 'How long the new member stays, in seconds.', {
  repeatable: true,
  invertible: true,
});
const mapSet = option('--map-set', setUse, 'Looks the packet up and applies what the member carries.', {
  words: 2,
  invertible: true,
});
const mapMark = flag('--map-mark', "Applies the member's mark.", { repeatable: true, invertible: true });
const mapPrio = flag('--map-prio', "Applies the member's traffic class.", { repeatable: true, invertible: true });
const mapQueue = flag('--map-queue', "Applies the member's transmit queue.", { repeatable: true, invertible: true });

/** `-j SET`: changes an ipset, or takes a mark from it. Source: extensions/libxt_SET.c, net/netfilter/xt_set.c. */
export const SET = defineTarget<SetTargetData>({
  kind: 'target',
  name: 'SET',
  families: [4, 6],
  options: [addSet, delSet, exist, timeout, mapSet, mapMark, mapPrio, mapQueue],
  terminates: 'never',
  documentation: {
    summary: 'Adds the packet to an ipset, removes it, or takes a mark from one.',
    details: 'The set must exist before the rules are loaded. What is added here is seen by -m set from then on.',
    source: 'iptables-extensions(8), SET; net/netfilter/xt_set.c',
  },
  build: buildSet,
  check(data, { hooks }): readonly BuildProblem[] {
    if (!data.mapPriority && !data.mapQueue) return [];
    return hooks
      .filter((hook) => hook === 'PREROUTING' || hook === 'INPUT')
      .map((hook) =>
        problem(`--map-prio and --map-queue can be used in FORWARD, OUTPUT, POSTROUTING only, not in ${hook}`),
      );
  },
  print(data) {
    const added =
      data.add === undefined
        ? ''
        : `${useText('--add-set', data.add)}${data.exist ? ' --exist' : ''}` +
          `${data.timeout === undefined ? '' : ` --timeout ${data.timeout}`}`;
    const mapped =
      `${data.mapMark ? ' --map-mark' : ''}${data.mapPriority ? ' --map-prio' : ''}` +
      `${data.mapQueue ? ' --map-queue' : ''}`;
    return `${added}${useText('--del-set', data.del)}${useText('--map-set', data.map)}${mapped}`;
  },
  describe(data) {
    const parts = [
      data.add ? `adds the packet's ${data.add.directions.join(' and ')} to the set ${data.add.name}` : '',
      data.del ? `removes the packet's ${data.del.directions.join(' and ')} from the set ${data.del.name}` : '',
      data.map ? `applies what the set ${data.map.name} has for the packet's ${data.map.directions.join(' and ')}` : '',
    ];
    return parts.filter((each) => each !== '').join(', ');
  },
  changes: ({ mapMark }) => (mapMark ? [{ field: 'mark', kind: 'open' }] : []),
  apply(data, view) {
    const notes = [data.add && add(data.add, view, data.exist), data.del && remove(data.del, view)].filter(
      (each) => each !== undefined,
    );
    const note = notes.length > 0 ? { note: notes.join('; ') } : {};
    if (data.map === undefined) return { kind: 'continue', ...note };
    const mapped = lookUp(data, data.map, view);
    return mapped.kind === 'continue' ? { ...note, ...mapped } : mapped;
  },
});

function buildSet(options: GivenOptions, { table }: ValueContext): SetTargetData | BuildProblem {
  const data: SetTargetData = {
    add: options.get(addSet)?.value,
    exist: options.has(exist),
    timeout: options.all(timeout).at(-1)?.value,
    del: options.get(delSet)?.value,
    map: options.get(mapSet)?.value,
    mapMark: options.has(mapMark),
    mapPriority: options.has(mapPrio),
    mapQueue: options.has(mapQueue),
  };
  if (!data.add && !data.del && !data.map) return problem('SET needs --add-set, --del-set or --map-set');
  if (!data.add && (data.exist || data.timeout !== undefined))
    return problem('--exist and --timeout can be used with --add-set only', options.get(exist) ?? options.get(timeout));
  const maps = data.mapMark || data.mapPriority || data.mapQueue;
  if (data.map && !maps) return problem('--map-set needs --map-mark, --map-prio or --map-queue', options.get(mapSet));
  if (!data.map && maps)
    return problem(
      '--map-mark, --map-prio and --map-queue can be used with --map-set only',
      options.get(mapMark) ?? options.get(mapPrio) ?? options.get(mapQueue),
    );
  if (data.map && table !== 'mangle')
    return problem('--map-set can be used in the mangle table only', options.get(mapSet));
  return data;
}

function useText(name: string, use: SetUse | undefined): string {
  return use === undefined ? '' : ` ${name} ${use.name} ${use.directions.join(',')}`;
}

function add(use: SetUse, view: RememberingView, withExist: boolean): string {
  const set = liveSets(view)?.get(use.name);
  if (set === undefined) return `the set ${use.name} is not known here, so what was added to it is not seen later`;
  let failed = `nothing of the packet matches the type of the set ${use.name}`;
  for (const target of memberSets(set, view)) {
    const result = addToSet(target, view, use.directions, withExist);
    if (result.kind === 'changed') {
      replaceSet(view, result.set);
      beginCounts(view, target, result.member.parts);
      return result.forced
        ? `the set ${target.name} is full: with forceadd, ${result.text} replaces another member or is not ` +
            'added, so which members are in the set is not known from here on'
        : `${result.text} added to the set ${target.name}`;
    }
    // Of a list, the next set is tried.
    if (result.why === 'present') failed = `${result.text ?? ''} is in the set ${target.name} already`;
    if (result.why === 'full') failed = `the set ${target.name} is full`;
  }
  return failed;
}

function remove(use: SetUse, view: RememberingView): string {
  const set = liveSets(view)?.get(use.name);
  if (set === undefined) return `the set ${use.name} is not known here, so what was removed from it is not seen later`;
  for (const target of memberSets(set, view)) {
    const result = removeFromSet(target, view, use.directions);
    if (result.kind !== 'changed') continue;
    replaceSet(view, result.set);
    return `${result.text} removed from the set ${target.name}${isUnsure(target) ? ', if it was there' : ''}`;
  }
  return `nothing of the packet is in the set ${use.name}`;
}

/** The set itself, or those that a list:set holds, in order. */
function memberSets(set: IpSet, view: PacketView): readonly IpSet[] {
  if (set.type !== 'list:set') return [set];
  return compileSet(set)
    .lists.map(({ name }) => liveSets(view)?.get(name))
    .filter((each) => each !== undefined);
}

function lookUp(data: SetTargetData, use: SetUse, view: RememberingView): Effect {
  // The look-up counts and learns like that of a match.
  const { found, info } = lookUpSet(liveSets(view), use.name, view, use.directions, {
    count(key, first) {
      countMember(view, key, first, true);
      return true;
    },
    learn: learning(view),
  });
  if (found === undefined) {
    return {
      kind: 'choice',
      reason: whyUnknown(view, use.name),
      choices: [{ text: `the set ${use.name} has no mark for the packet`, effect: { kind: 'continue' } }],
    };
  }
  if (!found) return { kind: 'continue', note: `the packet is not in the set ${use.name}` };
  const packet: { -readonly [K in 'mark' | 'priority']?: Packet[K] } = {};
  if (data.mapMark) packet.mark = ((view.packet.mark & ~info.mask) ^ info.mark) >>> 0;
  if (data.mapPriority) packet.priority = info.priority;
  return { kind: 'continue', packet };
}
