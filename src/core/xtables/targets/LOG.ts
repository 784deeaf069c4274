import { defineTarget } from '../extension';
import { flag, invalid, option, type InvalidValue, type ValueType } from '../option';
import { logPrefix, savedString } from '../values/savedString';
import { wholeNumber } from '../values/strtoul';

interface LogData {
  readonly prefix: string;
  readonly level: number;
  /** The flags given, in iptables-save's order. */
  readonly flags: readonly string[];
}

/** Names that 1.8.9 takes; `err` and `warn` are not among them. */
const LEVELS: Readonly<Record<string, number>> = {
  emerg: 0,
  panic: 0,
  alert: 1,
  crit: 2,
  error: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
};
const DEFAULT_LEVEL = 4;

const logLevel: ValueType<number> = {
  metavariable: 'level',
  completions: Object.keys(LEVELS),
  parse(text): number | InvalidValue {
    const number = wholeNumber(text, 0n, 7n);
    if (number !== undefined) return Number(number);
    return (
      (Object.hasOwn(LEVELS, text) ? LEVELS[text] : undefined) ??
      invalid(`"${text}" is not a log level; the levels are 0 to 7, ${Object.keys(LEVELS).join(', ')}`)
    );
  },
};

const level = option('--log-level', logLevel, 'The log level, 0 (emerg) to 7 (debug); 4 (warning) if omitted.');
const prefix = option('--log-prefix', logPrefix(29), 'Text at the start of each line, up to 29 bytes.');
const FLAGS = [
  flag('--log-tcp-sequence', 'Logs TCP sequence numbers too.'),
  flag('--log-tcp-options', 'Logs the options of the TCP header too.'),
  flag('--log-ip-options', 'Logs the options of the IP header too.'),
  flag('--log-uid', 'Logs the user who owns the local socket.'),
  flag('--log-macdecode', 'Decodes link-layer addresses.'),
];

/** `-j LOG`: writes a line to the kernel log. Source: extensions/libxt_LOG.c, net/netfilter/xt_LOG.c. */
export const LOG = defineTarget<LogData>({
  kind: 'target',
  name: 'LOG',
  families: [4, 6],
  options: [level, prefix, ...FLAGS],
  terminates: 'never',
  documentation: {
    summary: 'Writes a line about the packet to the kernel log and goes on.',
    details:
      'The next rule is evaluated as well. In a network namespace nothing is logged unless ' +
      'net.netfilter.nf_log_all_netns is 1.',
    source: 'iptables-extensions(8), LOG; net/netfilter/xt_LOG.c',
  },
  build: (options) => ({
    prefix: options.get(prefix)?.value ?? '',
    level: options.get(level)?.value ?? DEFAULT_LEVEL,
    flags: FLAGS.filter((each) => options.has(each)).map(({ name }) => name),
  }),
  print: (data) =>
    `${data.prefix === '' ? '' : ` --log-prefix${savedString(data.prefix)}`}` +
    `${data.level === DEFAULT_LEVEL ? '' : ` --log-level ${data.level}`}` +
    `${data.flags.map((each) => ` ${each}`).join('')}`,
  describe: (data) =>
    `writes a line to the kernel log${data.prefix === '' ? '' : ` that begins with "${data.prefix}"`}`,
  apply: (data) => ({ kind: 'continue', note: data.prefix === '' ? 'logged' : `logged with "${data.prefix}"` }),
});
