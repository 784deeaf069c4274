import { unknown, type Answer } from '../answer';
import { defineMatch } from '../extension';
import { invalid, option, type InvalidValue, type ValueType } from '../option';
import { keptBytes } from '../values/savedString';

const objectName: ValueType<string> = {
  metavariable: 'name',
  names: 'thing',
  parse: (text): string | InvalidValue =>
    text === '' ? invalid('the name must have at least one character') : keptBytes(text, 31),
};

const nfacctName = option('--nfacct-name', objectName, 'The accounting object that counts the packet.', {
  required: true,
});

/**
 * `-m nfacct`: counts the packet in an accounting object made with nfacct(8). Source: iptables-extensions(8) "nfacct",
 * net/netfilter/xt_nfacct.c nfacct_mt. Always matches, unless the object has a quota: then only once that is used up.
 */
export const nfacct = defineMatch<string>({
  kind: 'match',
  name: 'nfacct',
  families: [4, 6],
  options: [nfacctName],
  documentation: {
    summary: 'Counts the packet in an accounting object of nfacct(8).',
    details:
      'With an object that has no quota it always matches; with one that has a quota, once the quota is used up.',
    source: 'iptables-extensions(8), nfacct; net/netfilter/xt_nfacct.c',
  },
  build: (options) => options.get(nfacctName).value,
  print: (name) => ` --nfacct-name ${name}`,
  conditions: (name) => [
    {
      text: `--nfacct-name ${name}`,
      test: (): Answer =>
        unknown(`whether the accounting object ${name} has a quota is not in the file; without one the rule matches`),
      actual: () => 'accounting object not known',
    },
  ],
});
