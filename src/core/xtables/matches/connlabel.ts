import { unknown, type Answer } from '../answer';
import { isTemplate } from '../../net/conntrack';
import { defineMatch } from '../extension';
import { flag, invalid, option, type InvalidValue, type ValueType, refusedByKernel } from '../option';
import { missing } from '../shown';
import { wholeNumber } from '../values/strtoul';
import type { PacketView, RememberingView } from '../view';

/** A label by its bit, 0–127, or by a name that only connlabel.conf of the host resolves. */
type Label = { readonly kind: 'bit'; readonly bit: number } | { readonly kind: 'name'; readonly name: string };

interface ConnlabelData {
  readonly label: Label;
  readonly inverted: boolean;
  readonly set: boolean;
}

const labelValue: ValueType<Label> = {
  metavariable: 'label',
  names: 'thing',
  parse(text): Label | InvalidValue {
    // iptables reads it into an int, which must not be negative, and keeps the lowest 16 bits.
    const number = wholeNumber(text, 0n, 0xffff_ffff_ffff_fffen);
    const low = number === undefined || BigInt(number) & 0x8000_0000n ? undefined : Number(BigInt(number) & 0xffffn);
    const bit = low !== undefined && low <= 127 ? low : undefined;
    if (bit !== undefined) return { kind: 'bit', bit };
    if (low !== undefined) return refusedByKernel({ kind: 'bit', bit: low }, `the kernel has labels from 0 to 127`);
    return /^[A-Za-z_][^"\s]*$/.test(text)
      ? { kind: 'name', name: text }
      : invalid(`"${text}" is neither a label from 0 to 127 nor the name of one`);
  },
};

const labelOption = option('--label', labelValue, 'The label, a number from 0 to 127 or a name of connlabel.conf.', {
  invertible: true,
  required: true,
});
const setOption = flag('--set', 'Set the label on the connection if it is not set.');

/**
 * `-m connlabel`: labels that a connection carries. Source: iptables-extensions(8) "connlabel",
 * net/netfilter/xt_connlabel.c connlabel_mt. With --set the label is put on and the match holds. Without a connection
 * there is no label: plain is false, negated true.
 */
export const connlabel = defineMatch<ConnlabelData>({
  kind: 'match',
  name: 'connlabel',
  families: [4, 6],
  options: [labelOption, setOption],
  needsConntrack: true,
  documentation: {
    summary: 'Matches a label of the connection, and sets it with --set.',
    details: 'A connection has room for 128 labels. Packets without a connection have none, so ! --label matches them.',
    source: 'iptables-extensions(8), connlabel; net/netfilter/xt_connlabel.c',
  },
  build(options) {
    const given = options.get(labelOption);
    return { label: given.value, inverted: given.inverted, set: options.has(setOption) };
  },
  print: optionsText,
  conditions: (data) => [
    {
      text: optionsText(data).trim(),
      stateful: data.set,
      settled: data.set,
      test: (view) => run(data, view),
      actual({ conntrack, memory }) {
        if (!conntrack?.entry) return missing('no connection');
        const labels = [...conntrack.entry.labels, ...added(memory, conntrack.entry.id)];
        return labels.length === 0 ? missing('no label') : `labels ${labels.sort((a, b) => a - b).join(',')}`;
      },
    },
  ],
});

function optionsText({ label, inverted, set }: ConnlabelData): string {
  return `${inverted ? ' !' : ''} --label "${label.kind === 'bit' ? label.bit : label.name}"${set ? ' --set' : ''}`;
}

/** Labels that --set has put on since the trace began; a match cannot change the connection itself. */
function added(memory: PacketView['memory'], id: number): ReadonlySet<number> {
  return (memory.get(`connlabel ${id}`) as ReadonlySet<number> | undefined) ?? new Set();
}

function run({ label, inverted, set }: ConnlabelData, { conntrack, memory }: RememberingView): Answer {
  const entry = conntrack?.entry;
  // What a CT rule has made has no room for labels.
  if (entry === undefined || isTemplate(entry)) return inverted;
  if (label.kind === 'name')
    return set ? !inverted : unknown(`the number of the label "${label.name}" is not in the file`);
  const put = added(memory, entry.id);
  if (entry.labels.has(label.bit) || put.has(label.bit)) return !inverted;
  if (!set) return inverted;
  memory.set(`connlabel ${entry.id}`, new Set(put).add(label.bit));
  return !inverted;
}
