import { describe, expect, it } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import type { Line } from '../../src/core/syntax/tree';

function line(text: string): Line {
  const found = parseSourceFile(text).lines[0];
  if (!found) throw new Error('a file has a line');
  return found;
}

/** The parts of a command, `|` between them: program, -t, operation, chain, position, argument, counters, words. */
function parts(text: string): string {
  const { node } = line(text);
  if (node.kind !== 'command') return node.kind;
  const counters = node.counters && `${node.counters.packets}:${node.counters.bytes}`;
  return [
    node.program?.text,
    node.table?.text,
    node.operation,
    node.chain?.text,
    node.position?.text,
    node.argument?.text,
    counters,
    node.words.map((word) => word.text).join(' '),
  ]
    .map((part) => part ?? '')
    .join('|');
}

describe('commands', () => {
  it.each([
    ['-A INPUT -j DROP', '||A|INPUT||||-j DROP'],
    ['[1:2] -A INPUT -j DROP', '||A|INPUT|||1:2|-j DROP'],
    ['[1:2]-A INPUT', '||A|INPUT|||1:2|'],
    ['[99999999999999999999:1] -A INPUT', '||A|INPUT|||99999999999999999999:1|'],
    ['-I INPUT 3 -j DROP', '||I|INPUT|3|||-j DROP'],
    ['-I INPUT -j DROP', '||I|INPUT||||-j DROP'],
    ['-D INPUT 3', '||D|INPUT|3|||'],
    ['-R INPUT 1 -p tcp', '||R|INPUT|1|||-p tcp'],
    ['-N X', '||N|X||||'],
    ['-P INPUT DROP', '||P|INPUT||DROP||'],
    ['-E OLD NEW', '||E|OLD||NEW||'],
    ['-F', '||F|||||'],
    ['-X FOO', '||X|FOO||||'],
    ['-Z INPUT 2', '||Z|INPUT|2|||'],
    ['--append INPUT -j X', '||A|INPUT||||-j X'],
    ['--append=INPUT -j X', '||A|INPUT||||-j X'],
    ['--new-chain X', '||N|X||||'],
    ['-t nat -A OUTPUT -j X', '|nat|A|OUTPUT||||-j X'],
    ['-A OUTPUT -t nat -j X', '|nat|A|OUTPUT||||-j X'],
    ['--table=nat -A OUTPUT', '|nat|A|OUTPUT||||'],
    ['-6 -A INPUT -j X', '||A|INPUT||||-6 -j X'],
    ['-w -A INPUT -j X', '||A|INPUT||||-w -j X'],
    ['-A INPUT -c 7 8 -j X', '||A|INPUT||||-c 7 8 -j X'],
    ['-A INPUT ! -s 1.2.3.4 --comment -t', '||A|INPUT||||! -s 1.2.3.4 --comment -t'],
    ['-A INPUT -m comment --comment -A', '||A|INPUT||||-m comment --comment -A'],
    ['-A ! -s 1.2.3.4', '||A|||||! -s 1.2.3.4'],
    ['iptables -t nat -A X -j Y', 'iptables|nat|A|X||||-j Y'],
    ['iptables -A X -t nat -j Y', 'iptables|nat|A|X||||-j Y'],
    ['ip6tables -w -A X -j Y', 'ip6tables||A|X||||-j Y'],
    ['iptables -w 5 -t nat -I X 1 -j Y', 'iptables|nat|I|X|1|||-j Y'],
    ['iptables --wait 5 -N X', 'iptables||N|X||||'],
    ['iptables --wait=5 -W 100 -v -n -N X', 'iptables||N|X||||'],
    ['iptables-legacy -P FORWARD DROP', 'iptables-legacy||P|FORWARD||DROP||'],
    ['sudo iptables-nft -F X', 'iptables-nft||F|X||||'],
    ['/usr/sbin/iptables -t nat -A X', '/usr/sbin/iptables|nat|A|X||||'],
    ['+ iptables -t nat -N X', 'iptables|nat|N|X||||'],
    ['$ sudo ip6tables -A X -j Y', 'ip6tables||A|X||||-j Y'],
    ['root@pod:/# iptables -A X -j Y', 'iptables||A|X||||-j Y'],
    ['[root@host ~]# iptables -A X', 'iptables||A|X||||'],
    ['➜  envoy sudo iptables -A X', 'iptables||A|X||||'],
    ['nsenter -t 12 -n iptables -A X', 'iptables||A|X||||'],
    ['kubectl exec -it a -- iptables -t nat -S', 'iptables|nat|S|||||'],
    ['$IPTABLES -A X -j Y', '$IPTABLES||A|X||||-j Y'],
    ["iptables -A X -m comment --comment 'a b' # c", 'iptables||A|X||||-m comment --comment a b'],
    ['iptables -A X -j Y || true', 'iptables||A|X||||-j Y'],
    ['  -A X -j Y', '||A|X||||-j Y'],
    ['> > -A X -j Y', '||A|X||||-j Y'],
    ['2024-05-02T08:00:00.1Z stdout F -A X -j Y', '||A|X||||-j Y'],
    ['2024-05-02T08:00:00.1Z -A X -j Y', '||A|X||||-j Y'],
    ['[pod/x/istio-init] -A X -j Y', '||A|X||||-j Y'],
    ['pod-abc istio-init -A X -j Y', '||A|X||||-j Y'],
    ['istio-init_1  | -A X -j Y', '||A|X||||-j Y'],
    ['Jul  5 09:20:17 node-1 istio-cni[812]: -A X -j Y', '||A|X||||-j Y'],
    // Prose stays prose.
    ['iptables is a program', 'text'],
    ['- item', 'text'],
    ['-- dash', 'text'],
    ['-AINPUT -j X', '||A|INPUT||||-j X'],
    ['-p tcp -A INPUT -j X', '||A|INPUT||||-p tcp -j X'],
    ['-Append', 'text'],
    ['-x y', 'text'],
    ['use iptables -A X', 'text'],
    ['# iptables -A X', 'comment'],
  ])('%s', (text, expected) => {
    expect(parts(text)).toBe(expected);
  });
});

describe('other lines', () => {
  it.each([
    ['*nat', 'table nat'],
    ['* nat', 'table nat'],
    ['*filter extra', 'table filter'],
    ['*foo', 'table foo'],
    ['* foo', 'text'],
    ['* a bullet', 'text'],
    ['* nat is a table', 'text'],
    ['*emphasis* here', 'text'],
    ['**bold**', 'text'],
    [':INPUT ACCEPT [1:2]', 'chain INPUT ACCEPT 1:2'],
    [': X - [0:0]', 'chain X - 0:0'],
    [':X -', 'chain X -'],
    [':X', 'chain X'],
    [':weird.name_1-x DROP', 'chain weird.name_1-x DROP'],
    [':smile:', 'text'],
    [': a sentence', 'text'],
    ['COMMIT', 'commit'],
    ['COMMIT  ', 'commit'],
    ['COMMIT x', 'text'],
    ['commit', 'text'],
    ['', 'blank'],
    ['   ', 'blank'],
    ['# x', 'comment'],
    ['### 제목', 'comment'],
    ['# Generated by iptables-save v1.8.4 on Tue Jul  5 09:20:17 2022', 'comment generated 4 legacy 1.8.4'],
    ['# Generated by ip6tables-save v1.4.21 on Mon', 'comment generated 6 legacy 1.4.21'],
    ['# Generated by iptables-save v1.8.9 (nf_tables) on x', 'comment generated 4 nft 1.8.9'],
    ['# Generated by iptables-nft-save v1.8.9 (nf_tables) on x', 'comment generated 4 nft 1.8.9'],
    ['# Generated by xtables-save v1.8.2 on x', 'comment generated nft 1.8.2'],
    ['# Generated by ip6tables-nft-save v1.8.7 on x', 'comment generated 6 nft 1.8.7'],
    ['# Completed on Tue Jul  5 09:20:17 2022', 'comment completed'],
    ['# Warning: iptables-legacy tables present, use iptables-legacy-save to see them', 'comment warning'],
    ["# Table `istio-proxy-nat' is incompatible, use 'nft' tool.", 'comment warning'],
  ])('%s', (text, expected) => {
    const { node } = line(text);
    const shown =
      node.kind === 'table'
        ? node.name.text
        : node.kind === 'chain'
          ? [node.name.text, node.policy?.text, node.counters && `${node.counters.packets}:${node.counters.bytes}`]
              .filter(Boolean)
              .join(' ')
          : node.kind === 'comment' && node.header
            ? [node.header.role, node.header.family, node.header.backend, node.header.version].filter(Boolean).join(' ')
            : '';
    expect(`${node.kind} ${shown}`.trim()).toBe(expected);
  });
});

describe('problems of a line', () => {
  it.each([
    ['-A X -j Y # 한국어', 'warning trailing-comment 10-15'],
    ['-A X --comment "a # b" -j Y', ''],
    ['-A X --comment "a \\" # b" -j Y', ''],
    ['-A X --comment "a', 'warning unterminated-quote 15-17'],
    ['-A X -j Y#z', ''],
    ["iptables -A X --comment 'a", 'error unterminated-quote 24-26'],
    ['iptables -A X -j Y # z', ''],
  ])('%s', (text, expected) => {
    expect(
      line(text)
        .problems.map((p) => `${p.severity} ${p.code} ${p.start}-${p.end}`)
        .join(', '),
    ).toBe(expected);
  });
});
