import { formatAddress, prefixBlock, type Address } from '../../net/address';
import { PROTOCOL, type Packet } from '../../net/packet';
import { unknown, type Answer } from '../answer';
import { defineMatch } from '../extension';
import { flag, option } from '../option';
import { freshBucket, leftInBucket, mostEntries, spend, type Bucket } from '../values/hashlimitBucket';
import { buildHashlimit, checkHashlimit, printHashlimit, type HashlimitData } from '../values/hashlimitData';
import { burstValue, hashlimitRate, hashModes, intervalValue, maskLength, tableName } from '../values/hashlimitRate';
import { number32 } from '../values/number32';
import { malformed } from '../values/transport';
import type { PacketView, RememberingView } from '../view';
import { packetsLeft } from '../values/packetsLeft';

const rate = { invertible: true };
const upto = option('--hashlimit-upto', hashlimitRate, 'Matches while the rate is at or below this.', {
  ...rate,
  aliases: ['--hashlimit'],
  excludes: ['--hashlimit-above'],
});
const above = option('--hashlimit-above', hashlimitRate, 'Matches once the rate is above this.', {
  ...rate,
  excludes: ['--hashlimit-upto'],
});
const srcmask = option(
  '--hashlimit-srcmask',
  maskLength,
  'Source addresses with the same prefix of this length are counted together.',
);
const dstmask = option(
  '--hashlimit-dstmask',
  maskLength,
  'Destination addresses with the same prefix of this length are counted together.',
);
const burst = option(
  '--hashlimit-burst',
  burstValue,
  'How much may come at once: packets (5 if not given), or bytes for a rate in bytes.',
);
const size = option('--hashlimit-htable-size', number32('n'), 'Buckets of the hash table.');
const max = option('--hashlimit-htable-max', number32('n'), 'Most entries of the hash table.');
const gcinterval = option(
  '--hashlimit-htable-gcinterval',
  number32('ms'),
  'Milliseconds from one clean-up to the next.',
);
const expire = option(
  '--hashlimit-htable-expire',
  number32('ms'),
  'Milliseconds after which an idle entry is dropped.',
);
const mode = option(
  '--hashlimit-mode',
  hashModes,
  'What is counted separately: srcip, srcport, dstip, dstport in any combination; without it, all packets together.',
);
const name = option('--hashlimit-name', tableName, 'Name of the table, also under /proc/net/ipt_hashlimit.', {
  required: true,
});
const rateMatch = flag('--hashlimit-rate-match', 'Compare the rate, without using up a budget.');
const rateInterval = option(
  '--hashlimit-rate-interval',
  intervalValue,
  'Seconds over which the rate is taken (--hashlimit-rate-match).',
);

/**
 * `-m hashlimit`: a rate limit for each address, port or combination of them. Source: iptables-extensions(8)
 * "hashlimit", net/netfilter/xt_hashlimit.c. Tables start empty, as just loaded; no time passes between the packets of
 * a trace, so no credit comes back. Of rules that share a table, the first to be loaded has made it: what is counted
 * apart, rate and burst are its, what the limit means (above or below, bytes, rate match) is each rule's own.
 */
export const hashlimit = defineMatch<HashlimitData>({
  kind: 'match',
  name: 'hashlimit',
  families: [4, 6],
  options: [upto, above, srcmask, dstmask, burst, size, max, gcinterval, expire, mode, name, rateMatch, rateInterval],
  documentation: {
    summary: 'Limits the rate of packets or bytes, separately for each address or port.',
    details:
      'Rules that name the same table share it, with the mode, masks, rate and burst of the one that is loaded ' +
      'first. A trace starts with empty tables and sends its packets without delay.',
    source: 'iptables-extensions(8), hashlimit; net/netfilter/xt_hashlimit.c',
  },
  build: (options, context) =>
    buildHashlimit(
      {
        upto: options.get(upto),
        above: options.get(above),
        sourceLength: options.get(srcmask),
        destinationLength: options.get(dstmask),
        burst: options.get(burst),
        size: options.get(size),
        max: options.get(max),
        gcInterval: options.get(gcinterval),
        expire: options.get(expire),
        modes: options.get(mode)?.value,
        name: options.get(name).value,
        rateMatch: options.has(rateMatch),
        interval: options.get(rateInterval)?.value,
      },
      context.family,
    ),
  checkentry: (data, options) =>
    checkHashlimit(data, {
      upto: options.get(upto),
      above: options.get(above),
      burst: options.get(burst),
      gcInterval: options.get(gcinterval),
      expire: options.get(expire),
    }),
  print: (data, { family }) => printHashlimit(data, family),
  drops: (data, view) => {
    const { packet } = view;
    const maker = makerOf(data, view);
    const ported = maker.modes.has('srcport') || maker.modes.has('dstport');
    if (packet.family === 6 && packet.protocol === PROTOCOL.IPV6_NONE && ported)
      return malformed('nothing follows its IPv6 headers that could have a port');
    const table = readTable(data, view);
    return table.size < mostEntries(maker) || table.has(keyOf(maker, view))
      ? undefined
      : malformed(`the hashlimit table ${data.name} is full`);
  },
  conditions: (data, _self, { family }) => [
    {
      text: printHashlimit(data, family).trim(),
      stateful: true,
      test: (view) => run(data, view),
      actual(view) {
        const maker = makerOf(data, view);
        const key = keyOf(maker, view);
        const found = readTable(data, view).get(key);
        const who = key === '' ? 'all packets together' : key;
        const borrowed =
          maker === data ? '' : ` (the table ${data.name} is that of the rule with${printHashlimit(maker, family)})`;
        return found === undefined
          ? `${who}: nothing seen before${borrowed}`
          : `${who}: ${leftOver(data, found)}${borrowed}`;
      },
    },
  ],
});

function leftOver(data: HashlimitData, bucket: Bucket): string {
  const left = leftInBucket(data, bucket);
  if (left.kind === 'came') return `${left.count} ${data.bytes ? 'bytes' : 'packets'} in this interval`;
  return left.kind === 'bytes'
    ? `${left.refills} refills and ${left.percent} % of one second left`
    : packetsLeft(left.count);
}

/** The rule whose table it is. */
function makerOf(data: HashlimitData, { matchesNamed }: PacketView): HashlimitData {
  return (
    (matchesNamed?.('hashlimit') as readonly HashlimitData[] | undefined)?.find(({ name }) => name === data.name) ??
    data
  );
}

type BucketTable = ReadonlyMap<string, Bucket>;

function readTable(data: HashlimitData, { memory, packet }: PacketView): BucketTable {
  return (memory.get(tableKey(data, packet.family)) as BucketTable | undefined) ?? new Map();
}

const tableKey = (data: HashlimitData, family: 4 | 6): string => `hashlimit ${family} ${data.name}`;

/** hashlimit_mt_common. */
function run(data: HashlimitData, view: RememberingView): Answer {
  const maker = makerOf(data, view);
  const key = keyOf(maker, view);
  const table = readTable(data, view);
  const [next, below] = spend(data, table.get(key) ?? freshBucket(maker), BigInt(view.packet.length));
  view.memory.set(tableKey(data, view.packet.family), new Map(table).set(key, next));
  return below === 'unknown'
    ? unknown('the kernel compares with memory that the rule which made the table has left unset')
    : below !== data.above;
}

/** The fields that count, as one text. */
function keyOf({ modes, sourceLength, destinationLength }: HashlimitData, { packet }: PacketView): string {
  const parts: string[] = [];
  const network = (address: Address, length: number): string => formatAddress(prefixBlock(address, length).address);
  if (modes.has('srcip')) parts.push(`src ${network(packet.source, sourceLength)}`);
  if (modes.has('dstip')) parts.push(`dst ${network(packet.destination, destinationLength)}`);
  if (!modes.has('srcport') && !modes.has('dstport')) return parts.join(' ');
  const [source, destination] = portsOf(packet);
  if (modes.has('srcport')) parts.push(`sport ${source}`);
  if (modes.has('dstport')) parts.push(`dport ${destination}`);
  return parts.join(' ');
}

const WITH_PORTS: ReadonlySet<number> = new Set([
  PROTOCOL.TCP,
  PROTOCOL.UDP,
  PROTOCOL.DCCP,
  PROTOCOL.SCTP,
  PROTOCOL.UDPLITE,
]);
/** What a packet is filled up with after its known payload. */
const FILL = 0x78;

/**
 * The 32 bits where ports stand: for ESP and AH the SPI, 0 for other protocols. In a later IPv4 fragment, which has no
 * transport header, the kernel takes the first bytes of the fragment for ports.
 */
function portsOf({
  family,
  protocol,
  fragmentOffset,
  payload,
  sourcePort,
  destinationPort,
  spi,
}: Packet): readonly [number, number] {
  const secure = protocol === PROTOCOL.ESP || protocol === PROTOCOL.AH;
  if (!secure && !WITH_PORTS.has(protocol)) return [0, 0];
  if (fragmentOffset > 0) {
    if (family === 6) return [0, 0];
    const at = protocol === PROTOCOL.AH ? 4 : 0;
    const pair = (i: number): number => (payload[at + i] ?? FILL) * 256 + (payload[at + i + 1] ?? FILL);
    return [pair(0), pair(2)];
  }
  return secure ? [spi >>> 16, spi & 0xffff] : [sourcePort, destinationPort];
}
