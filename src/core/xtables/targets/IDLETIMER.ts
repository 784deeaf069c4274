import { defineTarget } from '../extension';
import { flag, option, problem } from '../option';
import { number32 } from '../values/number32';
import { text } from '../values/savedString';

interface IdletimerData {
  /** Seconds. */
  readonly timeout: number;
  readonly label: string;
  readonly alarm: boolean;
}

/** The kernel counts milliseconds in 31 bits. */
const LONGEST = Math.floor(0x7fffffff / 1000) - 1;

const timeout = option(
  '--timeout',
  number32('seconds'),
  'After how many seconds without a packet the interface counts as idle.',
  { required: true },
);
const label = option('--label', text('name', 27, 'thing'), 'Names the timer; rules with the same label share it.', {
  required: true,
});
const alarm = flag('--alarm', 'Uses a timer that also runs while the machine sleeps.');

/**
 * `-j IDLETIMER`: restarts a timer that reports to user space when traffic stops. Source: libxt_IDLETIMER.c,
 * net/netfilter/xt_IDLETIMER.c.
 */
export const IDLETIMER = defineTarget<IdletimerData>({
  kind: 'target',
  name: 'IDLETIMER',
  families: [4, 6],
  options: [timeout, label, alarm],
  terminates: 'never',
  documentation: {
    summary: 'Restarts a timer that reports when no packet has come for a while.',
    details: 'The time left is in /sys/class/xt_idletimer/timers/LABEL. The packet is not changed.',
    source: 'iptables-extensions(8), IDLETIMER; net/netfilter/xt_IDLETIMER.c',
  },
  build(options) {
    const [time, name] = [options.get(timeout), options.get(label)];
    return { timeout: time.value, label: name.value, alarm: options.has(alarm) };
  },
  checkentry(data, options) {
    const name = options.get(label);
    if (data.timeout === 0 || data.timeout > LONGEST)
      return problem(`the kernel accepts 1 to ${LONGEST} seconds`, options.get(timeout));
    if (data.label === '') return problem('the label must not be empty', name);
    if (data.label.includes('/'))
      return problem('the label becomes the name of a file and cannot contain a slash', name);
    if (['.', '..', 'power', 'subsystem', 'uevent'].includes(data.label))
      return problem(`"${data.label}" is used by the kernel and cannot be a label`, name);
    return undefined;
  },
  shares: (data) => ({ what: `the timer "${data.label}"`, settings: data.alarm ? '--alarm' : 'no --alarm' }),
  print: (data) => ` --timeout ${data.timeout} --label ${data.label}${data.alarm ? ' --alarm' : ''}`,
  describe: (data) => `restarts the idle timer "${data.label}" of ${data.timeout} s`,
  apply: (data) => ({ kind: 'continue', note: `timer ${data.label} restarted` }),
});
