import { utf8Length } from '../../text/utf8';
import { defineTarget } from '../extension';
import { flag, invalid, option, type BuildProblem, type InvalidValue, type ValueType } from '../option';
import { wholeNumber } from '../values/strtoul';

interface LedData {
  readonly id: string;
  /** Milliseconds that the light stays on; `inf`: until it is switched off. */
  readonly delay: number | 'inf';
  readonly alwaysBlink: boolean;
}

const triggerId: ValueType<string> = {
  metavariable: 'name',
  names: 'thing',
  parse: (text): string | InvalidValue =>
    utf8Length(text) > 16 ? invalid('the name can have 16 bytes at most') : text,
};
const delayValue: ValueType<number | 'inf'> = {
  metavariable: 'ms|inf',
  completions: ['inf'],
  parse(text): number | 'inf' | InvalidValue {
    if (text.toLowerCase().startsWith('inf')) return 'inf';
    const value = wholeNumber(text, 0n, 0xffffffffn);
    if (value === undefined) return invalid(`"${text}" is neither a number of milliseconds nor "inf"`);
    return value === 0xffffffffn ? 'inf' : Number(value);
  },
};

const id = option('--led-trigger-id', triggerId, 'The trigger of the LED is called netfilter-NAME.', {
  required: true,
});
const delay = option('--led-delay', delayValue, 'How long the LED stays on, in milliseconds.');
const alwaysBlink = flag('--led-always-blink', 'Blinks for packets that come while the LED is on.');

/** `-j LED`: switches a light on. Source: extensions/libxt_LED.c, net/netfilter/xt_LED.c. */
export const LED = defineTarget<LedData>({
  kind: 'target',
  name: 'LED',
  families: [4, 6],
  options: [id, delay, alwaysBlink],
  terminates: 'never',
  documentation: {
    summary: 'Switches on an LED of the machine when a packet matches.',
    details: 'Needs a kernel with LED triggers. The packet is not changed.',
    source: 'iptables-extensions(8), LED; net/netfilter/xt_LED.c',
  },
  build: (options) => ({
    id: options.get(id).value,
    delay: options.get(delay)?.value ?? 0,
    alwaysBlink: options.has(alwaysBlink),
  }),
  check: (): readonly BuildProblem[] => [
    {
      kind: 'problem',
      message: 'many kernels are built without LED: iptables-restore fails there',
      severity: 'warning',
    },
  ],
  print: (data) =>
    ` --led-trigger-id "${data.id.replace(/["\\]/g, '\\$&')}"${delayText(data.delay)}` +
    `${data.alwaysBlink ? ' --led-always-blink' : ''}`,
  describe: (data) => `switches on the LED netfilter-${data.id}`,
  apply: (data) => ({ kind: 'continue', note: `light netfilter-${data.id}` }),
});

/** iptables-save prints the delay as a signed number and omits 0 and what is below. */
function delayText(value: number | 'inf'): string {
  if (value === 'inf') return ' --led-delay inf';
  return value > 0 && value <= 0x7fffffff ? ` --led-delay ${value}` : '';
}
