import { defineTarget } from '../extension';
import { flag, invalid, option, problem, type InvalidValue, type ValueType, refusedByKernel } from '../option';
import { number32, numberRange } from '../values/number32';

interface NfqueueData {
  readonly first: number;
  readonly last: number;
  readonly bypass: boolean;
  readonly cpuFanout: boolean;
}

const anyRange = numberRange('first:last', 65535n);
const queueRange: ValueType<readonly [number, number]> = {
  metavariable: 'first:last',
  parse(text, context): readonly [number, number] | InvalidValue {
    if (!text.includes(':'))
      return invalid(`"${text}" is one queue; a range is first:last, for one queue use --queue-num`);
    const range = anyRange.parse(text, context);
    if ('kind' in range) return range;
    const [first, last] = [Number(range[0]), Number(range[1])];
    if (first >= last) return invalid(`${first} should be less than ${last}`);
    // The kernel counts the queues in 16 bits.
    return last - first === 65535
      ? refusedByKernel([first, last], '65536 queues are one more than is allowed')
      : [first, last];
  },
};

const queueNum = option('--queue-num', number32('number', 0, 65535), 'The queue, 0 to 65535.', {
  excludes: ['--queue-balance'],
});
const queueBalance = option('--queue-balance', queueRange, 'Spreads connections over these queues by a hash.', {
  excludes: ['--queue-num'],
});
const queueBypass = flag('--queue-bypass', 'If no program listens, the packet is accepted instead of dropped.');
const queueCpuFanout = flag(
  '--queue-cpu-fanout',
  'Spreads by the processor that handles the packet instead of a hash.',
);

/** `-j NFQUEUE`: hands the packet to a program. Source: extensions/libxt_NFQUEUE.c, net/netfilter/xt_NFQUEUE.c. */
export const NFQUEUE = defineTarget<NfqueueData>({
  kind: 'target',
  name: 'NFQUEUE',
  families: [4, 6],
  options: [queueNum, queueBalance, queueBypass, queueCpuFanout],
  terminates: 'always',
  documentation: {
    summary: 'Hands the packet to a program in user space, which decides.',
    details:
      'If no program listens, the packet is dropped, or with --queue-bypass accepted in this table. The rules ' +
      'after it are not evaluated in either case.',
    source: 'iptables-extensions(8), NFQUEUE; net/netfilter/xt_NFQUEUE.c',
  },
  build(options) {
    const fanout = options.get(queueCpuFanout);
    if (fanout && !options.has(queueBalance)) return problem('--queue-cpu-fanout needs --queue-balance', fanout);
    const [first, last] = options.get(queueBalance)?.value ?? [
      options.get(queueNum)?.value ?? 0,
      options.get(queueNum)?.value ?? 0,
    ];
    return { first, last, bypass: options.has(queueBypass), cpuFanout: fanout !== undefined };
  },
  print: ({ first, last, bypass, cpuFanout }) =>
    `${first === last ? ` --queue-num ${first}` : ` --queue-balance ${first}:${last}`}` +
    `${bypass ? ' --queue-bypass' : ''}${cpuFanout ? ' --queue-cpu-fanout' : ''}`,
  describe: ({ first, last, bypass }) =>
    'hands the packet to the program that listens to ' +
    `${first === last ? `queue ${first}` : `one of the queues ${first} to ${last}`}; if none listens, it is ` +
    `${bypass ? 'accepted' : 'dropped'}`,
  apply: ({ first, last, bypass }) => ({ kind: 'queue', numbers: [first, last], bypass }),
});
