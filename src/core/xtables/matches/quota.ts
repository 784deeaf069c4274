import { defineMatch } from '../extension';
import { option } from '../option';
import { invertedText, keep, type Inverted } from '../values/inverted';
import { number64 } from '../values/number32';

const quotaBytes = option('--quota', number64('bytes'), 'The number of bytes that may pass in total.', {
  invertible: true,
  required: true,
});

/**
 * `-m quota`: matches until a number of bytes has passed this rule. Source: iptables-extensions(8) "quota",
 * net/netfilter/xt_quota.c quota_mt. Starts full, as just loaded. The first packet that is larger than the rest uses it
 * up, so that no smaller one slips through later.
 */
export const quota = defineMatch<Inverted<bigint>>({
  kind: 'match',
  name: 'quota',
  families: [4, 6],
  options: [quotaBytes],
  documentation: {
    summary: 'Matches until this many bytes have passed the rule.',
    details:
      'Counts whole IP packets. iptables-save prints the given quota, not what is left of it. A trace starts ' +
      'from a freshly loaded rule.',
    source: 'iptables-extensions(8), quota; net/netfilter/xt_quota.c',
  },
  build: (options) => keep(options.get(quotaBytes)),
  print: (data) => invertedText('--quota', data, String),
  conditions(data, self) {
    const left = (stored: unknown): bigint => (typeof stored === 'bigint' ? stored : data.value);
    return [
      {
        text: invertedText('--quota', data, String).trim(),
        stateful: true,
        test({ memory, packet }) {
          const before = left(memory.get(self));
          const length = BigInt(packet.length);
          memory.set(self, before >= length ? before - length : 0n);
          return before >= length !== data.inverted;
        },
        actual: ({ memory, packet }) => `${left(memory.get(self))} bytes left, packet of ${packet.length}`,
      },
    ];
  },
});
