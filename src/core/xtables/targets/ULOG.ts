import { defineTarget } from '../extension';
import { option, type BuildProblem } from '../option';
import { number32, number64 } from '../values/number32';
import { logPrefix, savedString } from '../values/savedString';

interface UlogData {
  readonly group: number;
  readonly prefix: string;
  /** Bytes copied of each packet; 0 is all. */
  readonly copyRange: bigint;
  readonly threshold: number;
}

const group = option(
  '--ulog-nlgroup',
  number32('number', 1, 32),
  'The netlink group that programs listen to, 1 to 32.',
);
const prefix = option('--ulog-prefix', logPrefix(31), 'Text that goes along with the packet, up to 31 bytes.');
const copyRange = option('--ulog-cprange', number64('bytes'), 'How many bytes of the packet are copied.');
const threshold = option(
  '--ulog-qthreshold',
  number32('packets', 1, 50),
  'How many packets are collected before they are sent.',
);

/** `-j ULOG`: the predecessor of NFLOG. Gone since Linux 3.17. Source: extensions/libipt_ULOG.c. */
export const ULOG = defineTarget<UlogData>({
  kind: 'target',
  name: 'ULOG',
  families: [4],
  options: [group, prefix, copyRange, threshold],
  terminates: 'never',
  documentation: {
    summary: 'Hands a copy of the packet to a logging program; use NFLOG instead.',
    details: 'Linux 3.17 removed it: iptables still accepts the rule, but the kernel refuses it.',
    source: 'iptables-extensions(8), ULOG',
  },
  build: (options) => ({
    group: options.get(group)?.value ?? 1,
    prefix: options.get(prefix)?.value ?? '',
    copyRange: options.get(copyRange)?.value ?? 0n,
    threshold: options.get(threshold)?.value ?? 1,
  }),
  check: (): readonly BuildProblem[] => [
    {
      kind: 'problem',
      message: 'Linux 3.17 and newer have no ULOG: iptables-restore fails; use NFLOG',
      severity: 'warning',
    },
  ],
  print: (data) =>
    `${data.prefix === '' ? '' : ` --ulog-prefix${savedString(data.prefix)}`}` +
    `${data.group === 1 ? '' : ` --ulog-nlgroup ${data.group}`}` +
    `${data.copyRange === 0n ? '' : ` --ulog-cprange ${data.copyRange}`}` +
    `${data.threshold === 1 ? '' : ` --ulog-qthreshold ${data.threshold}`}`,
  describe: (data) => `hands a copy of the packet to the programs that listen to group ${data.group}`,
  apply: () => ({ kind: 'continue', note: 'logged' }),
});
