import { not } from './values';
import type { ListedForm, ListedPart } from './form';

/** Bytes with -n, `625`, and bits without, `5000bit`. */
const bits = (rate: string | undefined): string =>
  rate && /^\d+$/.test(rate) ? `${BigInt(rate) * 8n}bit` : (rate ?? '');

/** How `iptables -L` prints the matches that count packets, bytes or connections: see MATCH_FORMS. */
export const RATE_MATCH_FORMS: Readonly<Record<string, ListedForm>> = {
  connbytes: {
    parts: [
      ['connbytes mode (\\S+)', '--connbytes-mode $1'],
      ['connbytes direction (\\S+)', '--connbytes-dir $1'],
      ['~connbytes (\\d+(?::\\d*)?)', '~1 --connbytes $2'],
    ],
  },
  connlimit: {
    parts: [
      ['#conn src/(\\S+) > (\\d+)', '--connlimit-above $2 --connlimit-mask $1 --connlimit-saddr'],
      ['#conn src/(\\S+) <= (\\d+)', '--connlimit-upto $2 --connlimit-mask $1 --connlimit-saddr'],
      ['#conn dst/(\\S+) > (\\d+)', '--connlimit-above $2 --connlimit-mask $1 --connlimit-daddr'],
      ['#conn dst/(\\S+) <= (\\d+)', '--connlimit-upto $2 --connlimit-mask $1 --connlimit-daddr'],
      ['#conn/(\\S+) > (\\d+)', '--connlimit-above $2 --connlimit-mask $1'],
      ['#conn/(\\S+) <= (\\d+)', '--connlimit-upto $2 --connlimit-mask $1'],
    ],
  },
  // The name of the table is not printed: which rules share one is not known, so each has its own (`readText.ts`).
  hashlimit: {
    head: [
      'limit: (up to|above) (\\S+)',
      ([limit, rate = '']) => [limit === 'above' ? '--hashlimit-above' : '--hashlimit-upto', rate],
    ],
    parts: [
      ['burst (\\S+)', '--hashlimit-burst $1'],
      ['mode (\\S+)', ([mode = '']) => ['--hashlimit-mode', mode.replaceAll('-', ',')]],
      ...['htable-size', 'htable-max', 'htable-gcinterval', 'htable-expire', 'srcmask', 'dstmask', 'rate-interval'].map(
        (name): ListedPart => [`${name} (\\d+)`, `--hashlimit-${name} $1`],
      ),
      ['rate-match', '--hashlimit-rate-match'],
    ],
  },
  limit: { parts: [['limit: avg (\\S+) burst (\\d+)', '--limit $1 --limit-burst $2']] },
  quota: { parts: [['quota: (\\d+) bytes', '--quota $1']] },
  rateest: {
    head: ['rateest match (\\S+)', '--rateest1 $1'],
    parts: [
      ['delta', '--rateest-delta'],
      // Of both kinds of rate the sign is said twice.
      [
        'bps (\\d\\S*) (\\d\\S*) ~(eq|lt|gt) pps (\\d+) (?:! )?(?:eq|lt|gt) (\\d+)',
        ([one, two, sign, mode, three = '', four = '']) => [
          '--rateest-bps1',
          bits(one),
          ...not(sign),
          `--rateest-${mode}`,
          '--rateest-bps2',
          bits(two),
          '--rateest-pps1',
          three,
          '--rateest-pps2',
          four,
        ],
      ],
      [
        'bps (\\d\\S*) ~(eq|lt|gt) pps (?:! )?(?:eq|lt|gt) (\\d+)',
        ([rate, sign, mode, packets = '']) => [
          ...not(sign),
          `--rateest-${mode}`,
          '--rateest-bps',
          bits(rate),
          '--rateest-pps',
          packets,
        ],
      ],
      [
        'bps (\\d\\S*) (\\d\\S*) ~(eq|lt|gt)',
        ([one, two, sign, mode]) => [
          '--rateest-bps1',
          bits(one),
          ...not(sign),
          `--rateest-${mode}`,
          '--rateest-bps2',
          bits(two),
        ],
      ],
      [
        'bps (\\d\\S*) ~(eq|lt|gt) (\\S+) bps (\\d\\S*)',
        ([one, sign, mode, other = '', two]) => [
          '--rateest-bps1',
          bits(one),
          ...not(sign),
          `--rateest-${mode}`,
          '--rateest2',
          other,
          '--rateest-bps2',
          bits(two),
        ],
      ],
      [
        'bps (\\d\\S*) ~(eq|lt|gt)',
        ([rate, sign, mode]) => [...not(sign), `--rateest-${mode}`, '--rateest-bps', bits(rate)],
      ],
      ['bps ~(eq|lt|gt) (\\S+) bps', '~1 --rateest-$2 --rateest-bps --rateest2 $3'],
      ['pps (\\d+) ~(eq|lt|gt) (\\S+) pps (\\d+)', '--rateest-pps1 $1 ~2 --rateest-$3 --rateest2 $4 --rateest-pps2 $5'],
      ['pps (\\d+) ~(eq|lt|gt) (\\d+)', '--rateest-pps1 $1 ~2 --rateest-$3 --rateest-pps2 $4'],
      ['pps ~(eq|lt|gt) (\\S+) pps', '~1 --rateest-$2 --rateest-pps --rateest2 $3'],
      ['pps ~(eq|lt|gt) (\\d+)', '~1 --rateest-$2 --rateest-pps $3'],
    ],
  },
  statistic: {
    parts: [
      ['statistic mode random ~probability (\\S+)', '--mode random ~1 --probability $2'],
      ['statistic mode nth ~every (\\d+) packet (\\d+)', '--mode nth ~1 --every $2 --packet $3'],
      ['statistic mode nth ~every (\\d+)', '--mode nth ~1 --every $2 --packet 0'],
    ],
  },
};
