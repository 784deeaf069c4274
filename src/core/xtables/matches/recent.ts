import { andAddress, formatAddress, prefixMask, type Address } from '../../net/address';
import { defineMatch, type Condition } from '../extension';
import {
  flag,
  invalid,
  option,
  problem,
  type BuildProblem,
  type Given,
  type GivenOptions,
  type InvalidValue,
  type Option,
  type ValueType,
  refusedByKernel,
} from '../option';
import { keptBytes } from '../values/savedString';
import { looseAddress } from '../values/looseAddress';
import { number32 } from '../values/number32';
import type { PacketView, RememberingView } from '../view';

type Command = 'set' | 'rcheck' | 'update' | 'remove';

interface RecentData {
  readonly command: Command;
  readonly inverted: boolean;
  /** 0: no limit. */
  readonly seconds: number;
  readonly reap: boolean;
  readonly hitcount: number;
  readonly rttl: boolean;
  readonly name: string;
  readonly mask: Address;
  readonly side: 'source' | 'destination';
}

/** One address of a list: the TTL of its last packet and how often it was entered. */
interface Entry {
  readonly ttl: number;
  readonly hits: number;
}
/** Least recently entered first, as in the kernel. */
type List = ReadonlyMap<string, Entry>;

const COMMANDS: readonly Command[] = ['set', 'rcheck', 'update', 'remove'];
/** xt_recent's ip_list_tot: the oldest address makes room for a new one. */
const LIST_SIZE = 100;
/** XT_RECENT_MAX_NSTAMPS. */
const MAX_HITS = 65536;
const LONGEST_NAME = 199;

const maskValue: ValueType<Address> = {
  metavariable: 'mask',
  parse: (text, { family }): Address | InvalidValue =>
    looseAddress(text, family) ??
    invalid(
      `"${text}" is not a mask in the form of an address, such as ${family === 4 ? '255.255.255.0' : 'ffff:ffff::'}`,
    ),
};
const nameValue: ValueType<string> = {
  metavariable: 'name',
  names: 'thing',
  parse(text): string | InvalidValue {
    if (text === '' || text === '.' || text === '..' || text.includes('/'))
      return refusedByKernel(text, `"${text}" cannot name a list: it is the name of a file under /proc/net/xt_recent`);
    return keptBytes(text, LONGEST_NAME);
  },
};

const others = (command: Command): string[] => COMMANDS.filter((each) => each !== command).map((each) => `--${each}`);
const commandOptions: Readonly<Record<Command, Option<true>>> = {
  set: flag('--set', 'Adds the address to the list; always matches.', {
    invertible: true,
    excludes: [...others('set'), '--rttl'],
  }),
  rcheck: flag('--rcheck', 'Matches if the address is in the list.', { invertible: true, excludes: others('rcheck') }),
  update: flag('--update', 'Matches if the address is in the list, and adds it again.', {
    invertible: true,
    excludes: others('update'),
  }),
  remove: flag('--remove', 'Matches if the address is in the list, and removes it.', {
    invertible: true,
    excludes: [...others('remove'), '--rttl'],
  }),
};
const seconds = option(
  '--seconds',
  number32('seconds', 1),
  'Count only what was added in the last n seconds (--rcheck, --update).',
);
const reap = flag('--reap', 'Forget entries older than --seconds.');
const hitcount = option('--hitcount', number32('hits'), 'The address was added at least n times (--rcheck, --update).');
const rttl = flag('--rttl', 'The TTL equals that of the packet that added the address (--rcheck, --update).');
const name = option('--name', nameValue, 'The name of the list; DEFAULT if not given.');
const rsource = flag('--rsource', 'The list is about source addresses (the default).');
const rdest = flag('--rdest', 'The list is about destination addresses.');
const mask = option('--mask', maskValue, 'Bits of the address that count.');

/**
 * `-m recent`: lists of addresses seen before, shared by name among all rules. Source: iptables-extensions(8) "recent",
 * net/netfilter/xt_recent.c recent_mt. Lists start empty, as just loaded; no time passes between the packets of a
 * trace, so everything was seen within --seconds and --reap finds nothing. The mask is that of the rule that made the
 * list: of those that name it, the first to be loaded.
 */
export const recent = defineMatch<RecentData>({
  kind: 'match',
  name: 'recent',
  families: [4, 6],
  options: [
    ...COMMANDS.map((command) => commandOptions[command]),
    seconds,
    reap,
    hitcount,
    rttl,
    name,
    rsource,
    rdest,
    mask,
  ],
  documentation: {
    summary: 'Remembers addresses in a named list and matches those seen before.',
    details:
      'Rules that name the same list share it, with the mask of the one that is loaded first. A trace starts ' +
      'with empty lists and sends its packets without delay.',
    source: 'iptables-extensions(8), recent; net/netfilter/xt_recent.c',
  },
  build: buildRecent,
  checkentry: checkRecent,
  print: (data) => optionsText(data),
  conditions: (data) => [
    {
      text: optionsText(data).trim(),
      ...openWordsOf(data),
      stateful: true,
      // --set holds whether or not the address was in the list.
      settled: data.command === 'set',
      test: (view) => run(data, view),
      actual(view) {
        const entry = readList(view, data.name).get(keyOf(data, view));
        if (entry === undefined) return `the ${data.side} is not in list ${data.name}`;
        return isFrom(entry, data, view)
          ? `the ${data.side} is in list ${data.name}, added ${entry.hits} ${entry.hits === 1 ? 'time' : 'times'}`
          : `the ${data.side} is in list ${data.name} with TTL ${entry.ttl}, and this packet has ` +
              `${ttlBeforeForwarding(view)}`;
      },
    },
  ],
});

/** Of `--update` and `--rcheck`: what they ask about the packets before. */
function openWordsOf({
  command,
  inverted,
  seconds,
  hitcount: hits,
  side,
  name,
}: RecentData): Pick<Condition, 'openWords'> {
  if (inverted || command === 'set' || command === 'remove') return {};
  const often = hits > 1 ? ` in ${hits} packets` : seconds > 0 ? '' : ' before';
  const seen = `seen${often}${seconds > 0 ? ` in the last ${duration(seconds)}` : ''} (list ${name})`;
  return {
    openWords: {
      question: `Was this ${side} ${seen}?`,
      yes: `this ${side} was ${seen}`,
      no: `this ${side} was not ${seen}`,
    },
  };
}

/** `3 h`, `30 s`. */
function duration(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

function buildRecent(options: GivenOptions, { family }: { readonly family: 4 | 6 }): RecentData | BuildProblem {
  const command = COMMANDS.find((each) => options.has(commandOptions[each]));
  if (command === undefined) return problem('recent needs one of --set, --rcheck, --update and --remove');
  const hits = options.get(hitcount);
  const time = options.get(seconds);
  if (options.has(reap) && time === undefined) return problem('--reap needs --seconds', options.get(reap));
  return {
    command,
    inverted: (options.get(commandOptions[command]) as Given<true>).inverted,
    seconds: time?.value ?? 0,
    reap: options.has(reap),
    hitcount: hits?.value ?? 0,
    rttl: options.has(rttl),
    name: options.get(name)?.value ?? 'DEFAULT',
    mask: options.get(mask)?.value ?? prefixMask(family, 128),
    side: sideOf(options),
  };
}

/** recent_mt_check of xt_recent.c. */
function checkRecent({ command }: RecentData, options: GivenOptions): BuildProblem | undefined {
  const hits = options.get(hitcount);
  const wrong = options.get(seconds) ?? (hits && hits.value !== 0 ? hits : undefined) ?? options.get(reap);
  if (wrong && (command === 'set' || command === 'remove'))
    return problem(
      `${wrong.optionWord.text} is for --rcheck and --update; the kernel refuses it with --${command}`,
      wrong,
    );
  return hits && hits.value >= MAX_HITS ? problem(`the kernel counts at most ${MAX_HITS - 1} hits`, hits) : undefined;
}

/** Of --rsource and --rdest the later one counts. */
function sideOf(options: GivenOptions): 'source' | 'destination' {
  const source = options.get(rsource);
  const destination = options.get(rdest);
  return destination && (source === undefined || source.optionWord.start < destination.optionWord.start)
    ? 'destination'
    : 'source';
}

/** iptables-save prints seconds and hits as signed numbers. */
function optionsText(data: RecentData): string {
  return (
    `${data.inverted ? ' !' : ''} ` +
    `--${data.command}${data.seconds ? ` --seconds ${data.seconds | 0}` : ''}${data.reap ? ' --reap' : ''}` +
    `${data.hitcount ? ` --hitcount ${data.hitcount}` : ''}${data.rttl ? ' --rttl' : ''} --name ${data.name} ` +
    `--mask ${formatAddress(data.mask)}` +
    ` ${data.side === 'source' ? '--rsource' : '--rdest'}`
  );
}

const listKey = (listName: string): string => `recent ${listName}`;

function readList({ memory }: PacketView, listName: string): List {
  return (memory.get(listKey(listName)) as List | undefined) ?? new Map();
}

function keyOf(data: RecentData, { packet, matchesNamed }: PacketView): string {
  const maker =
    (matchesNamed?.('recent') as readonly RecentData[] | undefined)?.find(({ name }) => name === data.name) ?? data;
  return formatAddress(andAddress(packet[data.side], maker.mask));
}

/** recent_mt, with all stamps at one moment. */
function run(data: RecentData, view: RememberingView): boolean {
  const list = readList(view, data.name);
  const key = keyOf(data, view);
  const ttl = ttlBeforeForwarding(view);
  const found = list.get(key);
  const entry = found && isFrom(found, data, view) ? found : undefined;
  const change = (next: Entry | undefined): void => {
    const changed = new Map(list);
    changed.delete(key);
    if (next) {
      if (changed.size >= LIST_SIZE) changed.delete(changed.keys().next().value as string);
      changed.set(key, next);
    }
    view.memory.set(listKey(data.name), changed);
  };
  switch (data.command) {
    case 'set':
      change({ ttl, hits: (entry?.hits ?? 0) + 1 });
      return !data.inverted;
    case 'remove':
      if (entry) change(undefined);
      return (entry !== undefined) !== data.inverted;
    case 'rcheck':
      return enough(entry, data) !== data.inverted;
    case 'update': {
      const fits = enough(entry, data) !== data.inverted;
      if (fits && entry) change({ ttl, hits: entry.hits + 1 });
      return fits;
    }
  }
}

/** With `--rttl` only packets that have come as far are of the same host. */
function isFrom({ ttl: before }: Entry, { rttl: compared }: RecentData, view: PacketView): boolean {
  const ttl = ttlBeforeForwarding(view);
  return !compared || before === ttl || before === 0 || ttl === 0;
}

function enough(entry: Entry | undefined, { hitcount: wanted }: RecentData): boolean {
  return entry !== undefined && entry.hits >= wanted;
}

/**
 * Forwarding takes one off the TTL before the packet reaches FORWARD; the kernel adds it again so that a host is
 * recognised.
 */
function ttlBeforeForwarding({ packet, outInterface, socket }: PacketView): number {
  return outInterface !== '' && socket === undefined ? (packet.ttl + 1) % 256 : packet.ttl;
}
