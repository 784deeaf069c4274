import { defineTarget } from '../extension';
import { option, type BuildProblem } from '../option';
import { number32 } from '../values/number32';
import { logPrefix, savedString } from '../values/savedString';

interface NflogData {
  readonly group: number;
  readonly prefix: string;
  readonly size: number | undefined;
  /** `--nflog-range`, stored and without effect. */
  readonly range: number;
  /** How many packets are collected before a message goes out; 0 is the listener's choice. */
  readonly threshold: number;
}

const group = option('--nflog-group', number32('number', 0, 65535), 'The netlink group that programs listen to.');
const prefix = option('--nflog-prefix', logPrefix(63), 'Text that goes along with the packet, up to 63 bytes.');
const range = option('--nflog-range', number32('bytes'), 'Never had an effect; use --nflog-size.', {
  excludes: ['--nflog-size'],
});
const size = option('--nflog-size', number32('bytes'), 'How many bytes of the packet are copied.', {
  excludes: ['--nflog-range'],
});
const threshold = option(
  '--nflog-threshold',
  number32('packets', 0, 65535),
  'How many packets are collected before they are sent.',
);

/**
 * `-j NFLOG`: hands a copy of the packet to a logging program. Source: extensions/libxt_NFLOG.c,
 * net/netfilter/xt_NFLOG.c.
 */
export const NFLOG = defineTarget<NflogData>({
  kind: 'target',
  name: 'NFLOG',
  families: [4, 6],
  options: [group, prefix, range, size, threshold],
  terminates: 'never',
  documentation: {
    summary: 'Hands a copy of the packet to a logging program and goes on.',
    details: 'The next rule is evaluated as well, whether a program listens or not.',
    source: 'iptables-extensions(8), NFLOG; net/netfilter/xt_NFLOG.c',
  },
  build: (options) => ({
    group: options.get(group)?.value ?? 0,
    prefix: options.get(prefix)?.value ?? '',
    size: options.get(size)?.value,
    range: options.get(range)?.value ?? 0,
    threshold: options.get(threshold)?.value ?? 0,
  }),
  check: (data): readonly BuildProblem[] =>
    data.range === 0
      ? []
      : [{ kind: 'problem', message: '--nflog-range has no effect; use --nflog-size', severity: 'warning' }],
  print(data) {
    const copied =
      data.size !== undefined ? ` --nflog-size ${data.size}` : data.range ? ` --nflog-range ${data.range}` : '';
    return (
      `${data.prefix === '' ? '' : ` --nflog-prefix${savedString(data.prefix)}`}` +
      `${data.group ? ` --nflog-group ${data.group}` : ''}${copied}` +
      `${data.threshold ? ` --nflog-threshold ${data.threshold}` : ''}`
    );
  },
  describe: (data) =>
    'hands a copy of the packet to the programs that listen to log group ' +
    `${data.group}${data.prefix === '' ? '' : `, with "${data.prefix}"`}`,
  apply: (data) => ({
    kind: 'continue',
    note: `logged to group ${data.group}${data.prefix === '' ? '' : ` with "${data.prefix}"`}`,
  }),
});
