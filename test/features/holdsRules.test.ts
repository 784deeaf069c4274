import { describe, expect, test } from 'vitest';
import { hasRules } from '../../src/core/syntax/detect';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf, type FileModel } from '../../src/features/fileModel';
import { holdsRules } from '../../src/features/holdsRules';
import { sampleText } from './sample';

function read(text: string): FileModel {
  return modelOf(parseSourceFile(text, { fileName: 'notes.txt' }));
}

const RULE = '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT';

describe('whether a text that is no rules file holds rules', () => {
  test.each<[string, string, boolean]>([
    ['a dump', `*filter\n:INPUT DROP [0:0]\n${RULE}\nCOMMIT\n`, true],
    ['a dump in comments', `  # *filter\n  # :INPUT DROP [0:0]\n  # ${RULE}\n  # COMMIT\n`, true],
    ['a listing', 'Chain INPUT (policy DROP)\ntarget prot opt source destination\n', true],
    ['a script', `iptables ${RULE}\n`, true],
    ['commands behind a key', `[Interface]\nPostUp = iptables -P FORWARD DROP; iptables ${RULE}\n`, true],
    ['what a program says that it added', 'rule added {filter INPUT [-p udp --dport 5300 -j DROP]}\n', true],
    ['a table of nft', 'table inet f {\n\tchain in {\n\t\ttype filter hook input priority 0;\n\t}\n}\n', true],
    [
      'a table of nft in a note',
      '# What is there\n\n```\ntable ip nat {\n\tchain post {\n\t\ttype nat hook postrouting priority 100;\n\t\tmasquerade\n\t}\n}\n```\n',
      true,
    ],
    [
      'commands of nft',
      "nft add table ip f\nnft add chain ip f in '{ type filter hook input priority 0; }'\nnft add rule ip f in drop\n",
      true,
    ],
    [
      'JSON of nft',
      '{"nftables": [{"table": {"family": "ip", "name": "f", "handle": 1}}, {"chain": {"family": "ip", "table": "f", ' +
        '"name": "in", "handle": 1, "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}}]}\n',
      true,
    ],
    ['prose about it', 'iptables and nft see INPUT before OUTPUT.\n', false],
    ['a list of sockets', 'State Recv-Q Send-Q Local Address:Port Peer Address:Port\nLISTEN 0 128 *:22 *:*\n', false],
    ['tables of another kind', '| INPUT | OUTPUT |\n| --- | --- |\n| 1 | 2 |\n', false],
    ['nothing', '', false],
  ])('%s', (_, text, expected) => {
    expect(holdsRules(text, () => read(text))).toBe(expected);
    expect(read(text).dumps.length > 0).toBe(expected);
  });

  test.each(['istio-sidecar.md', 'docker-host.iptables-save', 'kube-node.iptables-save', 'nat-gateway.md'])(
    '%s is not read for it',
    (name) => {
      const text = sampleText(name);
      expect(hasRules(text)).toBe(true);
      expect(
        holdsRules(text, () => {
          throw new Error('it was read');
        }),
      ).toBe(true);
    },
  );

  test('a text without any of its words is not read', () => {
    const never = (): never => {
      throw new Error('it was read');
    };
    expect(holdsRules('hello\n'.repeat(1000), never)).toBe(false);
    expect(holdsRules(`INPUT ${'x'.repeat(2_000_000)}`, never)).toBe(false);
    expect(holdsRules(`${RULE}\n${'x'.repeat(20_000_000)}`, never)).toBe(false);
  });
});
