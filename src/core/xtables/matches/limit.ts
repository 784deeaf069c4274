import type { Backend } from '../backend';
import { defineMatch } from '../extension';
import { option, problem, type BuildProblem, type GivenOptions } from '../option';
import { number32 } from '../values/number32';
import { packetRate, printPeriod, RATE_SCALE } from '../values/rate';
import type { OpenWords } from '../openWords';
import type { PacketView } from '../view';
import { packetsLeft } from '../values/packetsLeft';

/** `period`: time from packet to packet, in 1/10000 s. */
interface LimitData {
  readonly period: number;
  readonly burst: number;
}

const DEFAULT_PERIOD = (RATE_SCALE * 3600) / 3;
const DEFAULT_BURST = 5;
/** Credits that the kernel gives in a second: HZ * CREDITS_PER_JIFFY, 32000 where HZ is 250 or 1000. */
const CREDITS_PER_SECOND = 32000;

const limitRate = option(
  '--limit',
  packetRate,
  'Packets per second, minute, hour or day in the long run (3/hour if not given).',
);
const limitBurst = option(
  '--limit-burst',
  number32('packets', 0, 10000),
  'How many packets may come at once (5 if not given).',
);

/**
 * `-m limit`: matches until the rate is used up. Source: iptables-extensions(8) "limit", net/netfilter/xt_limit.c
 * limit_mt. Starts with all its credit, as just loaded. No time passes between the packets of a trace, so no credit
 * comes back.
 */
export const limit = defineMatch<LimitData>({
  kind: 'match',
  name: 'limit',
  families: [4, 6],
  options: [limitRate, limitBurst],
  documentation: {
    summary: 'Matches as many packets as the rate and the burst allow.',
    details:
      'Each rule counts all packets that reach it. A trace starts from freshly loaded rules and sends its ' +
      'packets without delay.',
    source: 'iptables-extensions(8), limit; net/netfilter/xt_limit.c',
  },
  build: (options, { backend }) => ({
    period: options.get(limitRate)?.value ?? DEFAULT_PERIOD,
    burst: burstOf(options, backend),
  }),
  checkentry: (_data, options) => checkentry(options),
  translated: () => true,
  print: ({ period, burst }) =>
    ` --limit ${printPeriod(BigInt(period), BigInt(RATE_SCALE))}` +
    `${burst === DEFAULT_BURST ? '' : ` --limit-burst ${burst}`}`,
  conditions(data, self) {
    // iptables-nft hands the limit to nf_tables, which counts in packets (net/netfilter/nft_limit.c).
    const cost = ({ backend }: PacketView): number => (backend === 'nft' ? 1 : credits(data.period));
    const full = ({ backend }: PacketView): number =>
      backend === 'nft' ? data.burst : credits(data.period * data.burst);
    const read = (view: PacketView, stored = view.memory.get(self)): number =>
      typeof stored === 'number' ? stored : full(view);
    return [
      {
        text: `--limit ${printPeriod(BigInt(data.period), BigInt(RATE_SCALE))} --limit-burst ${data.burst}`,
        openWords: openWordsOf(data),
        stateful: true,
        test(view) {
          const credit = read(view);
          const enough = credit >= cost(view);
          view.memory.set(self, enough ? credit - cost(view) : credit);
          return enough;
        },
        actual: (view) => packetsLeft(Math.floor(read(view) / cost(view))),
      },
    ];
  },
});

function openWordsOf({ period, burst }: LimitData): OpenWords {
  const limit = `${printPeriod(BigInt(period), BigInt(RATE_SCALE))} (burst ${burst})`;
  return {
    question: `Is the rate still within ${limit}?`,
    yes: `the rate is within ${limit}`,
    no: `the rate is over ${limit}`,
  };
}

/** nf_tables takes 0 for the default (net/netfilter/nft_limit.c nft_limit_init). */
function burstOf(options: GivenOptions, backend: Backend): number {
  const burst = options.get(limitBurst)?.value ?? DEFAULT_BURST;
  return burst === 0 && backend === 'nft' ? DEFAULT_BURST : burst;
}

/** net/netfilter/xt_limit.c limit_mt_check. */
function checkentry(options: GivenOptions): BuildProblem | undefined {
  const period = options.get(limitRate)?.value ?? DEFAULT_PERIOD;
  const burst = burstOf(options, 'legacy');
  if (burst === 0) return problem('a burst of 0 is refused by the kernel', options.get(limitBurst));
  if (credits(period * burst) >= credits(period)) return undefined;
  return problem(
    'the rate is too slow for this burst in the kernel: give a faster rate or a smaller burst',
    options.get(limitBurst) ?? options.get(limitRate),
  );
}

/** user2credits of xt_limit.c, with its 32-bit overflow. */
function credits(period: number): number {
  const user = period % 2 ** 32;
  return user > Math.floor(0xffffffff / CREDITS_PER_SECOND)
    ? (Math.floor(user / RATE_SCALE) * CREDITS_PER_SECOND) % 2 ** 32
    : Math.floor((user * CREDITS_PER_SECOND) / RATE_SCALE);
}
