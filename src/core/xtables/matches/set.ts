import { inverseBounds, NO_PACKET, NOTHING_SAID, type PacketBounds } from '../../net/fields/packetSet';
import type { IpSet } from '../../net/ipSet';
import { setBounds } from '../values/setBounds';
import { setDimension, testSet, type SetDirection, type SetTestOptions } from '../../net/testSet';
import { unknown, type Answer } from '../answer';
import { defineMatch, type Condition } from '../extension';
import {
  flag,
  invalid,
  option,
  problem,
  type BuildProblem,
  type GivenOptions,
  type InvalidValue,
  type Option,
  type ValueType,
} from '../option';
import { countMember, countsOf, learning, liveSets, whyUnknown, type SetCounts } from '../values/liveSets';
import type { Inverted } from '../values/inverted';
import { number64 } from '../values/number32';
import { openFor, type PremiseId } from '../premise';
import { keptBytes } from '../values/savedString';
import { missing, type Shown } from '../shown';
import type { PacketView, RememberingView } from '../view';

interface SetName {
  readonly name: string;
  readonly directions: readonly SetDirection[];
}

type CounterComparison = 'eq' | 'lt' | 'gt';

/** What a counter of the entry is compared with; only `eq` can be inverted. */
interface CounterTest extends Inverted<bigint> {
  readonly comparison: CounterComparison;
}

interface SetMatchData {
  readonly set: Inverted<SetName>;
  readonly returnNomatch: boolean;
  readonly updateCounters: boolean;
  readonly updateSubcounters: boolean;
  readonly packets: CounterTest | undefined;
  readonly bytes: CounterTest | undefined;
}

/** IPSET_MAXNAMELEN less the final zero. */
const LONGEST_NAME = 31;
/** IPSET_DIM_MAX. */
const MOST_DIRECTIONS = 6;

const setName: ValueType<SetName> = {
  metavariable: 'name src|dst[,…]',
  secondCompletions: ['src', 'dst'],
  parse(text): SetName | InvalidValue {
    const blank = text.lastIndexOf(' ');
    const name = text.slice(0, blank);
    const list = text.slice(blank + 1);
    if (blank < 0 || list.startsWith('-') || list.startsWith('!'))
      return invalid('it needs two words: the name of a set, and src or dst for each of its parts');
    // A leading blank comes from an empty first word: `--match-set= "s4 src"`.
    if (name.trimStart() !== name || name === '') return invalid('the name of the set is missing');
    if (keptBytes(name, LONGEST_NAME) !== name)
      return invalid(`the name of a set has at most ${LONGEST_NAME} characters`);
    const directions: SetDirection[] = [];
    for (const word of list.split(',')) {
      const direction = word.slice(0, 3);
      if (direction !== 'src' && direction !== 'dst') return invalid(`"${word}" is neither src nor dst`);
      directions.push(direction);
    }
    return directions.length > MOST_DIRECTIONS
      ? invalid(`at most ${MOST_DIRECTIONS} of src and dst can be given`)
      : { name, directions };
  },
};

const counter = (what: string, comparison: CounterComparison, words: string): Option<bigint> =>
  option(`--${what}-${comparison}`, number64('n'), `The ${what} counter of the entry is ${words} n.`, {
    invertible: comparison === 'eq',
  });

const COMPARISONS: readonly (readonly [CounterComparison, string])[] = [
  ['eq', 'equal to'],
  ['lt', 'less than'],
  ['gt', 'greater than'],
];
const matchSet = option('--match-set', setName, 'A set, and for each part of its entries src or dst.', {
  invertible: true,
  words: 2,
  aliases: ['--set'],
});
const returnNomatch = flag('--return-nomatch', 'Matches entries that are marked nomatch, and no others.', {
  repeatable: true,
});
const updateCounters = flag('--update-counters', 'With !: does not update the counters of the entry.', {
  invertible: true,
  repeatable: true,
});
const updateSubcounters = flag('--update-subcounters', 'With !: does not update the counters of member sets.', {
  invertible: true,
  repeatable: true,
});
const packetOptions = COMPARISONS.map(([comparison, words]) => counter('packets', comparison, words));
const byteOptions = COMPARISONS.map(([comparison, words]) => counter('bytes', comparison, words));

/**
 * `-m set`: addresses, ports and so on in an IP set. Source: iptables-extensions(8) "set", net/netfilter/xt_set.c
 * set_match_v4, ipset(8).
 */
export const set = defineMatch<SetMatchData>({
  kind: 'match',
  name: 'set',
  families: [4, 6],
  options: [matchSet, returnNomatch, updateCounters, updateSubcounters, ...packetOptions, ...byteOptions],
  documentation: {
    summary: 'Matches if the packet is in an IP set (ipset).',
    details:
      'src or dst stands for each part of an entry: hash:ip,port with src,dst looks for the source address ' +
      'with the destination port. A set whose members the file does not list is unknown.',
    source: 'iptables-extensions(8), set; net/netfilter/xt_set.c; ipset(8)',
  },
  build: buildSet,
  print: optionsText,
  conditions: (data) => [
    {
      text: optionsText(data).trim(),
      ...(!comparesCounters(data) && !data.returnNomatch && { lookup: data.set.value }),
      ...openWordsOf(data),
      // The counters of an entry count every packet that was looked up.
      stateful: true,
      // The members are those that the file lists, whatever packets came before; counters go on with every packet.
      settled: !comparesCounters(data),
      test: (view) => run(data, view),
      actual: (view) => describe(data, view),
      premises: (view) => setPremises(data, view),
      bounds: ({ sets }) => boundsIn(data, sets),
    },
  ],
});

function comparesCounters({ packets, bytes }: SetMatchData): boolean {
  return packets !== undefined || bytes !== undefined;
}

function buildSet(options: GivenOptions): SetMatchData | BuildProblem {
  const given = options.get(matchSet);
  if (given === undefined) return problem('set needs --match-set with the name of a set and src or dst');
  const packets = readCounter(options, packetOptions, 'packets');
  const bytes = readCounter(options, byteOptions, 'bytes');
  if (packets !== undefined && 'kind' in packets) return packets;
  if (bytes !== undefined && 'kind' in bytes) return bytes;
  return {
    set: { value: given.value, inverted: given.inverted },
    returnNomatch: options.has(returnNomatch),
    updateCounters: !options.all(updateCounters).some(({ inverted }) => inverted),
    updateSubcounters: !options.all(updateSubcounters).some(({ inverted }) => inverted),
    packets,
    bytes,
  };
}

function readCounter(
  options: GivenOptions,
  list: readonly Option<bigint>[],
  what: string,
): CounterTest | BuildProblem | undefined {
  let found: CounterTest | undefined;
  for (const [i, each] of list.entries()) {
    const given = options.get(each);
    if (given === undefined) continue;
    if (found) return problem(`only one of --${what}-eq, --${what}-lt and --${what}-gt can be given`, given);
    found = {
      comparison: (COMPARISONS[i] as (typeof COMPARISONS)[number])[0],
      value: given.value,
      inverted: given.inverted,
    };
  }
  return found;
}

function optionsText({
  set: { value, inverted },
  returnNomatch: nomatch,
  updateCounters: counters,
  updateSubcounters: subcounters,
  packets,
  bytes,
}: SetMatchData): string {
  return (
    `${inverted ? ' !' : ''} --match-set ${value.name} ` +
    `${value.directions.join(',')}${nomatch ? ' --return-nomatch' : ''}` +
    `${counters ? '' : ' ! --update-counters'}${subcounters ? '' : ' ! --update-subcounters'}` +
    `${counterText('packets', packets)}${counterText('bytes', bytes)}`
  );
}

function counterText(what: string, test: CounterTest | undefined): string {
  return test === undefined ? '' : `${test.inverted ? ' !' : ''} --${what}-${test.comparison} ${test.value}`;
}

function run(data: SetMatchData, view: RememberingView): Answer {
  const { name, directions } = data.set.value;
  const found = testSet(liveSets(view), name, view, directions, {
    returnNomatch: data.returnNomatch,
    count: counting(data, view),
    learn: learning(view),
  });
  return found === undefined ? unknown(whyUnknown(view, name)) : found !== data.set.inverted;
}

/**
 * Members of a listed set count by `--update-subcounters`, and only the counters of the list are compared
 * (ip_set_list_set.c).
 */
function counting(data: SetMatchData, view: RememberingView): NonNullable<SetTestOptions['count']> {
  return (key, first, listed) => {
    const counts = countMember(view, key, first, data.updateCounters && (!listed || data.updateSubcounters));
    return listed || countersMatch(data, counts);
  };
}

function countersMatch({ packets, bytes }: SetMatchData, counts: SetCounts): boolean {
  return counterFits(packets, counts.packets) && counterFits(bytes, counts.bytes);
}

/** With counters nothing is certain, and with `--return-nomatch` there are no bounds. */
function boundsIn(data: SetMatchData, sets: ReadonlyMap<string, IpSet> | undefined): PacketBounds {
  const { value, inverted } = data.set;
  if (data.returnNomatch) return NOTHING_SAID;
  const { over, under } = setBounds(sets, value.name, value.directions);
  const bounds: PacketBounds = { over, under: comparesCounters(data) ? NO_PACKET : under };
  return inverted ? inverseBounds(bounds) : bounds;
}

function openWordsOf(data: SetMatchData): Pick<Condition, 'openWords'> {
  const { value, inverted } = data.set;
  if (inverted || comparesCounters(data)) return {};
  const [only, ...others] = value.directions;
  const what = others.length > 0 ? value.directions.join(',') : only === 'src' ? 'the source' : 'the destination';
  const where = `in the set ${value.name}`;
  return { openWords: { question: `Is ${what} ${where}?`, yes: `${what} is ${where}`, no: `${what} is not ${where}` } };
}

/** The file shows neither members that come and go nor link-layer addresses. */
function setPremises(data: SetMatchData, view: PacketView): readonly PremiseId[] {
  const { name, directions } = data.set.value;
  const sets = liveSets(view);
  const known = sets?.get(name);
  if (!known) return [];
  const premises: PremiseId[] = known.type.includes('mac') ? [...openFor(view, 'neighbour')] : [];
  const among = known.type === 'list:set' ? [...(sets ?? []).values()] : [known];
  if (
    among.some(({ options }) => options.includes('timeout')) &&
    testSet(sets, name, view, directions, { returnNomatch: data.returnNomatch })
  )
    premises.push('timeouts');
  return premises;
}

function counterFits(test: CounterTest | undefined, count: bigint): boolean {
  if (test === undefined) return true;
  const holds =
    test.comparison === 'eq'
      ? count === test.value
      : test.comparison === 'lt'
        ? count < test.value
        : count > test.value;
  return holds !== test.inverted;
}

function describe(data: SetMatchData, view: PacketView): Shown {
  const { name, directions } = data.set.value;
  const sets = liveSets(view);
  const known = sets?.get(name);
  if (known === undefined) return `set ${name} not known`;
  const parts = setDimension(known.type);
  if (directions.length < parts)
    return `set ${name} has entries of ${parts} parts (${known.type}), the rule has ${directions.length}`;
  const found = testSet(sets, name, view, directions, { returnNomatch: data.returnNomatch });
  if (found === undefined && known.partial) return `not among the members of set ${name} that the file shows`;
  if (found === undefined) return `set ${name} lists a set that is not known`;
  return found
    ? `in set ${name} (${known.type})${comparesCounters(data) ? counterWords(data, known, view) : ''}`
    : missing(`not in set ${name} (${known.type})`);
}

/** What the counters of the entry were compared as. */
function counterWords(data: SetMatchData, { name, options }: IpSet, view: PacketView): string {
  if (!options.includes('counters')) return ', which has no counters: they are not compared';
  let compared: SetCounts | undefined;
  testSet(liveSets(view), name, view, data.set.value.directions, {
    returnNomatch: data.returnNomatch,
    count: (key, first, listed) => {
      if (listed) return true;
      compared = countsOf(view, key, first, data.updateCounters);
      return countersMatch(data, compared);
    },
  });
  if (compared === undefined) return '';
  const { packets, bytes } = compared;
  return `, counters${data.updateCounters ? ' with this packet' : ''}: packets ${packets}, bytes ${bytes}`;
}
