import { defineTarget } from '../extension';
import { invalid, option, type InvalidValue, type ValueType } from '../option';

const NAMES: readonly string[] = ['accept', 'drop', 'reject'];
const auditType: ValueType<string> = {
  metavariable: 'accept|drop|reject',
  completions: NAMES,
  parse(text): string | InvalidValue {
    const name = text.toLowerCase();
    return NAMES.includes(name) ? name : invalid(`"${text}" is not an audit type; the types are ${NAMES.join(', ')}`);
  },
};
const type = option('--type', auditType, 'What the record states about the packet.', { required: true });

/** `-j AUDIT`: writes an audit record. Source: extensions/libxt_AUDIT.c, net/netfilter/xt_AUDIT.c. */
export const AUDIT = defineTarget<{ readonly type: string }>({
  kind: 'target',
  name: 'AUDIT',
  families: [4, 6],
  options: [type],
  terminates: 'never',
  documentation: {
    summary: 'Writes an audit record about the packet and goes on.',
    details: 'The type only appears in the record; a later rule has to accept, drop or reject the packet.',
    source: 'iptables-extensions(8), AUDIT; net/netfilter/xt_AUDIT.c',
  },
  build: (options) => ({ type: options.get(type).value }),
  print: (data) => ` --type ${data.type}`,
  describe: (data) => `writes an audit record of type ${data.type}`,
  apply: () => ({ kind: 'continue', note: 'audited' }),
});
