import { isTemplate, type ConntrackEntry } from '../../net/conntrack';
import { defineMatch } from '../extension';
import { option, problem, type BuildProblem, type GivenOptions } from '../option';
import { missing } from '../shown';
import { numberRange, type NumberRange } from '../values/number32';
import { oneOf } from '../values/oneOf';
import { UINT64_MAX } from '../values/strtoul';
import type { PacketView } from '../view';

type Mode = 'packets' | 'bytes' | 'avgpkt';
type CountedWay = 'original' | 'reply' | 'both';

interface ConnbytesData {
  readonly range: NumberRange<bigint>;
  readonly inverted: boolean;
  readonly mode: Mode;
  readonly way: CountedWay;
}

const connbytesRange = option(
  '--connbytes',
  numberRange('from[:to]', UINT64_MAX),
  'The amount that the connection has carried; without `to`, at least `from`.',
  { invertible: true, required: true },
);
const connbytesDir = option(
  '--connbytes-dir',
  oneOf<CountedWay>(['original', 'reply', 'both']),
  'The direction that counts: original, reply, or both.',
  { required: true },
);
const connbytesMode = option(
  '--connbytes-mode',
  oneOf<Mode>(['packets', 'bytes', 'avgpkt']),
  'Count packets, bytes, or bytes in a packet on average.',
  { required: true },
);

/**
 * `-m connbytes`: how much a connection has carried so far, this packet included. Source: iptables-extensions(8)
 * "connbytes", net/netfilter/xt_connbytes.c connbytes_mt. The kernel counts only while net.netfilter.nf_conntrack_acct
 * is on, which loading such a rule does.
 */
export const connbytes = defineMatch<ConnbytesData>({
  kind: 'match',
  name: 'connbytes',
  families: [4, 6],
  options: [connbytesRange, connbytesDir, connbytesMode],
  needsConntrack: true,
  documentation: {
    summary: 'Matches by how many packets or bytes the connection has carried so far.',
    details: 'The current packet is already counted. Does not match, negated or not, packets without a connection.',
    source: 'iptables-extensions(8), connbytes; net/netfilter/xt_connbytes.c',
  },
  build: buildConnbytes,
  print: optionsText,
  conditions: (data) => [
    {
      text: optionsText(data).trim(),
      test: (view) => {
        const entry = countedEntry(view);
        return entry !== undefined && within(amount(entry, data), data);
      },
      actual: (view) => {
        const entry = countedEntry(view);
        return entry ? `${amount(entry, data)} ${data.mode}` : missing('no connection that is counted');
      },
    },
  ],
});

/**
 * A negated range is kept with its ends swapped; one of a single value is its own swap and loses the `!`, in iptables
 * as here.
 */
function buildConnbytes(options: GivenOptions): ConnbytesData | BuildProblem {
  const given = options.get(connbytesRange);
  const [from] = given.value;
  const to = given.valueWord?.text.includes(':') ? given.value[1] : UINT64_MAX;
  if (from > to) return problem(`the range is descending: ${from} is more than ${to}`, given);
  return {
    range: [from, to],
    inverted: given.inverted && from !== to,
    way: options.get(connbytesDir).value,
    mode: options.get(connbytesMode).value,
  };
}

function optionsText({ range: [from, to], inverted, mode, way }: ConnbytesData): string {
  return (
    `${inverted ? ' !' : ''} --connbytes ${from}${to === UINT64_MAX || to === 0n ? '' : `:${to}`} ` +
    `--connbytes-mode ${mode} --connbytes-dir ${way}`
  );
}

/** What CT attaches in the raw table counts nothing (net/netfilter/nf_conntrack_core.c nf_ct_tmpl_alloc). */
function countedEntry({ conntrack }: PacketView): ConntrackEntry | undefined {
  return conntrack?.entry && !isTemplate(conntrack.entry) ? conntrack.entry : undefined;
}

function within(value: bigint, { range: [from, to], inverted }: ConnbytesData): boolean {
  return (value >= from && value <= to) !== inverted;
}

function amount({ counts }: ConntrackEntry, { mode, way }: ConnbytesData): bigint {
  const sum = (field: 'packets' | 'bytes'): bigint =>
    BigInt((way === 'reply' ? 0 : counts.original[field]) + (way === 'original' ? 0 : counts.reply[field]));
  if (mode !== 'avgpkt') return sum(mode);
  const packets = sum('packets');
  return packets === 0n ? 0n : sum('bytes') / packets;
}
