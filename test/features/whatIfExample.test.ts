import { expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { groundOf } from '../../src/features/whatIf/ground';
import { splitTyped } from '../../src/features/whatIf/splitTyped';
import { whatIfExample } from '../../src/features/whatIf/whatIfExample';

test.each<[string, string, string]>([
  ['a dump', '*filter\n:INPUT DROP [0:0]\nCOMMIT\n', 'iptables -I INPUT -p tcp --dport 443 -j ACCEPT'],
  ['a dump of IPv6', 'ip6tables -A INPUT -j DROP\n', 'ip6tables -I INPUT -p tcp --dport 443 -j ACCEPT'],
  [
    'nft, at the hook input',
    'table inet f {\n\tchain out {\n\t\ttype filter hook output priority 0;\n\t}\n\tchain in {\n\t\ttype filter hook input priority 0;\n\t}\n}\n',
    'nft insert rule inet f in tcp dport 443 accept',
  ],
  [
    'nft, where nothing is filtered there',
    'table ip f {\n\tchain fwd {\n\t\ttype filter hook forward priority 0;\n\t}\n}\n',
    'nft insert rule ip f fwd tcp dport 443 accept',
  ],
  [
    'nft without a filter',
    'table ip n {\n\tchain post {\n\t\ttype nat hook postrouting priority 100;\n\t\tmasquerade\n\t}\n}\n',
    'line 12 off',
  ],
])('%s', (_, text, expected) => {
  const model = modelOf(parseSourceFile(text, { fileName: 'rules' }));
  if (!model.defaultDump) throw new Error('there are no rules');
  const example = whatIfExample(model.defaultDump);
  expect(example).toBe(expected);
  // It can be tried.
  if (example.startsWith('line')) return;
  const { made } = groundOf(model, model.defaultDump, splitTyped(example, model.file));
  expect(made.flatMap(({ problems }) => problems)).toEqual([]);
});
