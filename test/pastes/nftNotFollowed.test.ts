import { describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/core/netfilter/outcome';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { textOfSpans, verdictOf } from '../../src/features/traceReport/verdict';

const DUMP = '*nat\nCOMMIT\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n';

/** What is beside a dump that lets everything in, and what the verdict says of it; undefined: nothing. */
const CASES: readonly [name: string, text: string, told: RegExp | undefined][] = [
  ['nothing', '', undefined],
  [
    'a table that iptables cannot show',
    "# Table `shop-nat' is incompatible, use 'nft' tool.\n",
    /table shop-nat of nft/,
  ],
  ['a rule in a chain that the file does not show', 'nft add rule ip shop input tcp dport 22 drop\n', /\(ip shop\)/],
  ['a chain without a hook', 'table ip shop {\n\tchain input {\n\t\ttcp dport 22 drop\n\t}\n}\n', /\(ip shop\)/],
  [
    'a chain without a hook beside one with',
    'table ip shop {\n\tchain own {\n\t\ttcp dport 22 drop\n\t}\n\tchain in {\n\t\ttype filter hook input priority 0; policy accept;\n\t\tjump own\n\t}\n}\n',
    undefined,
  ],
  [
    'JSON that is read',
    '{"nftables":[{"metainfo":{"version":"1.0.6","json_schema_version":1}},{"table":{"family":"ip","name":"shop","handle":1}},{"chain":{"family":"ip","table":"shop","name":"in","handle":1,"type":"filter","hook":"input","prio":0,"policy":"accept"}}]}\n',
    undefined,
  ],
  [
    'a table of bridges',
    'table bridge shop {\n\tchain fwd {\n\t\ttype filter hook forward priority 0; policy accept;\n\t\tdrop\n\t}\n}\n',
    /bridge shop \(forward\)/,
  ],
  [
    'a table that nothing calls',
    'table bridge shop {\n\tflags dormant\n\tchain fwd {\n\t\ttype filter hook forward priority 0; policy accept;\n\t\tdrop\n\t}\n}\n',
    undefined,
  ],
  [
    'a table without rules',
    'table netdev shop {\n\tchain fwd {\n\t\ttype filter hook ingress device eth0 priority 0; policy accept;\n\t}\n}\n',
    undefined,
  ],
];

describe('rules of nft that are not followed are listed with the verdict', () => {
  test.each(CASES)('%s', (_name, text, told) => {
    const model = modelOf(parseSourceFile(DUMP + text, { fileName: 'paste.txt' }));
    const dump = model.defaultDump;
    if (!dump) throw new Error('no rules');
    const { input, assumed } = evaluate(model, dump, {
      expression: 'in eth0 tcp > :80',
      outcome: 0,
      answers: {},
      overrides: undefined,
    });
    if (!input) throw new Error('no trace');
    const verdict = textOfSpans(verdictOf(input));
    const facts = assumed.filter(({ code }) => code === 'nft');
    const assumptions = input.traced.outcomes.map((walked) => JSON.stringify(outcomeOf(walked).assumptions));
    if (!told) {
      expect(verdict).toMatch(/No rule stops or changes it\.$/);
      expect(facts).toEqual([]);
    } else {
      expect(verdict).not.toContain('No rule stops or changes it.');
      expect(verdict).toMatch(told);
      for (const each of assumptions) expect(each).toMatch(told);
    }
  });
});
