import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../src/core/netfilter/outcome';
import { parsePacketExpression } from '../../src/core/net/packetExpression';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { fileDiagnostics } from '../../src/features/diagnostics';
import { modelOf } from '../../src/features/fileModel';
import { settingOf, traceInFile } from '../../src/features/fileTrace';
import { hasRules } from '../../src/core/syntax/detect';
import { rulesOf } from './readPaste';

const HEAD = 'target     prot opt source               destination         ';
const HEAD_V = ' pkts bytes target     prot opt in     out     source               destination         ';
/** A chain of filter, as `iptables -L` without -v and with -n -v. */
const chain = (name: string, policy: string, ...rows: readonly string[]): string =>
  `Chain ${name} (${policy === '' ? '1 references' : `policy ${policy}`})\n${HEAD}\n${rows.map((row) => `${row}\n`).join('')}`;
const chainV = (name: string, policy: string, ...rows: readonly string[]): string =>
  `Chain ${name} (${policy === '' ? '1 references' : `policy ${policy} 12 packets, 3K bytes`})\n${HEAD_V}\n${rows.map((row) => `${row}\n`).join('')}`;

const texts: readonly (readonly [name: string, text: string, rules: readonly string[]])[] = [
  [
    'the columns of -v',
    `# iptables -nvL\n${chainV('INPUT', 'DROP', '   12   720 ACCEPT     6    --  lan3   *       10.3.0.0/16         !10.3.0.1             tcp dpt:8080', ' 981K   44M DROP       17   -f  !wan+   *       0.0.0.0/0            0.0.0.0/0           ')}`,
    [
      '4 filter -A INPUT -s 10.3.0.0/16 ! -d 10.3.0.1/32 -i lan3 -p tcp -m tcp --dport 8080 -j ACCEPT',
      '5 filter -A INPUT ! -i wan+ -p udp -f -j DROP',
    ],
  ],
  [
    'numbers and exact counters',
    `$ iptables -L -n -v -x --line-numbers\nChain FORWARD (policy DROP 0 packets, 0 bytes)\nnum      pkts      bytes target     prot opt in     out     source               destination         \n1    12345678 9876543210 ACCEPT     all  --  lan3   wan3    0.0.0.0/0            0.0.0.0/0            ctstate NEW\n`,
    ['4 filter -A FORWARD -i lan3 -o wan3 -m conntrack --ctstate NEW -j ACCEPT'],
  ],
  [
    'numbers without -v',
    `$ iptables -nL --line-numbers\nChain INPUT (policy DROP)\nnum  target     prot opt source               destination         \n1    ACCEPT     tcp  --  0.0.0.0/0            0.0.0.0/0            tcp dpt:8080\n`,
    ['4 filter -A INPUT -p tcp -m tcp --dport 8080 -j ACCEPT'],
  ],
  [
    'rows that grep let through, of the chain that the command names',
    '$ sudo iptables -t nat -nL SERVICES | grep 10.3\nWEB        tcp  --  0.0.0.0/0            10.3.0.9             /* shop/web */ tcp dpt:80\nDNS        udp  --  0.0.0.0/0            10.3.0.10            udp dpt:53\n',
    [
      '2 nat -A SERVICES -d 10.3.0.9/32 -p tcp -m comment --comment "shop/web" -m tcp --dport 80 -j WEB',
      '3 nat -A SERVICES -d 10.3.0.10/32 -p udp -m udp --dport 53 -j DNS',
    ],
  ],
  [
    '…with interfaces and numbers',
    '$ iptables -L INPUT -n -v --line-numbers | grep 443\n7     120  7200 ACCEPT     tcp  --  lan3   *       0.0.0.0/0            0.0.0.0/0            tcp dpt:443\n12      0     0 DROP       tcp  --  *      *       10.0.0.0/8           0.0.0.0/0            tcp dpt:443\n\nThat is all.\n',
    [
      '2 filter -A INPUT -i lan3 -p tcp -m tcp --dport 443 -j ACCEPT',
      '3 filter -A INPUT -s 10.0.0.0/8 -p tcp -m tcp --dport 443 -j DROP',
    ],
  ],
  [
    'a table and names',
    `root@gate3:~# iptables -t nat --list -v\n${chainV('POSTROUTING', 'ACCEPT', '    0     0 MASQUERADE  all  --  any    wan3    10.3.0.0/16         !10.3.0.0/16          ', '    0     0 SNAT       all  --  any    any     anywhere             loopback/8           /* x */ to:192.0.2.3')}`,
    [
      '4 nat -A POSTROUTING -s 10.3.0.0/16 ! -d 10.3.0.0/16 -o wan3 -j MASQUERADE',
      '5 nat -A POSTROUTING -d 127.0.0.0/8 -m comment --comment x -j SNAT --to-source 192.0.2.3',
    ],
  ],
  [
    'IPv6, with the column for options empty',
    `# ip6tables -L -n\n${chain('INPUT', 'DROP', 'ACCEPT     icmpv6    ::/0                 ::/0                 ipv6-icmptype 135', 'ACCEPT     tcp      fd00:3::/48          ::/0                 tcp dpts:8000:8010 flags:0x17/0x02')}`,
    [
      '4 filter -A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j ACCEPT',
      '5 filter -A INPUT -s fd00:3::/48 -p tcp -m tcp --dport 8000:8010 --tcp-flags FIN,SYN,RST,ACK SYN -j ACCEPT',
    ],
  ],
  // A row of old ip6tables has no column for options, and a time looks like an address.
  ...(['', '```\n'] as const).map(
    (fence) =>
      [
        `a log right below${fence === '' ? '' : ' the fence'}`,
        `\`\`\`\n# iptables -L\n${chain('INPUT', 'DROP', 'ACCEPT     tcp  --  anywhere             anywhere').trimEnd()}\n${fence}Mar  4 10:11:12 gate kernel: [ 9.1] BLOCK IN=eth0 OUT= SRC=192.0.2.9 DST=192.0.2.1 PROTO=TCP SPT=1 DPT=2\n`,
        ['5 filter -A INPUT -p tcp -j ACCEPT'],
      ] as const,
  ),
  [
    'chains below the rules that jump to them, goto, and a rule without target',
    `# iptables -nvL\n${chainV('INPUT', 'ACCEPT', '    0     0 guests     0    --  lan3   *       0.0.0.0/0            0.0.0.0/0           ', '    0     0 guests     6    --  *      *       0.0.0.0/0            0.0.0.0/0           [goto]  tcp dpt:22', '    0     0            17   --  *      *       0.0.0.0/0            0.0.0.0/0            /* counts */')}\n${chainV('guests', '', '    0     0 RETURN     0    --  *      *       0.0.0.0/0            0.0.0.0/0           ')}`,
    [
      '4 filter -A INPUT -i lan3 -j guests',
      '5 filter -A INPUT -p tcp -m tcp --dport 22 -g guests',
      '6 filter -A INPUT -p udp -m comment --comment counts',
      '10 filter -A guests -j RETURN',
    ],
  ],
  [
    'blanks that a paste has lost',
    '# iptables -nvL\nChain INPUT (policy DROP 0 packets, 0 bytes)\npkts bytes target prot opt in out source destination\n12 720 ACCEPT tcp -- lan3 * 0.0.0.0/0 0.0.0.0/0 tcp dpt:8080\n12 720 tcp -- lan3 * 0.0.0.0/0 0.0.0.0/0 tcp dpt:8081\n',
    [
      '4 filter -A INPUT -i lan3 -p tcp -m tcp --dport 8080 -j ACCEPT',
      '5 filter -A INPUT -i lan3 -p tcp -m tcp --dport 8081',
    ],
  ],
  [
    'without the line that names the columns',
    '# iptables -nvL\nChain INPUT (policy DROP 0 packets, 0 bytes)\n   12   720 ACCEPT     tcp  --  lan3   *       0.0.0.0/0            0.0.0.0/0            tcp dpt:8080\n',
    ['3 filter -A INPUT -i lan3 -p tcp -m tcp --dport 8080 -j ACCEPT'],
  ],
  [
    'a quote, and a log before the lines',
    `> # iptables -nvL\n> ${chainV('INPUT', 'DROP', '   12   720 ACCEPT     tcp  --  lan3   *       0.0.0.0/0            0.0.0.0/0            tcp dpt:8080').trimEnd().replaceAll('\n', '\n> ')}\n`,
    ['4 filter -A INPUT -i lan3 -p tcp -m tcp --dport 8080 -j ACCEPT'],
  ],
  [
    'one listing after another, without commands',
    `${chainV('INPUT', 'DROP')}\n${chainV('FORWARD', 'ACCEPT')}\n${chainV('OUTPUT', 'ACCEPT')}\n${chainV('own', '')}\n${chainV('INPUT', 'ACCEPT', '   12   720 DROP       tcp  --  lan3   *       0.0.0.0/0            0.0.0.0/0            ')}`,
    ['15 filter -A INPUT -i lan3 -p tcp -j DROP'],
  ],
  [
    'a comment that looks like its own end',
    `# iptables -nvL\n${chainV('INPUT', 'DROP', '    0     0 ACCEPT     6    --  *      *       0.0.0.0/0            0.0.0.0/0            /* a */ b tcp dpt:1 */ tcp dpt:22')}`,
    ['4 filter -A INPUT -p tcp -m comment --comment "a */ b tcp dpt:1" -m tcp --dport 22 -j ACCEPT'],
  ],
  [
    'what kube-proxy writes',
    `# iptables -t nat -nvL\n${chainV('KUBE-SEP-7', '', '    0     0 KUBE-MARK-MASQ  all  --  *      *       10.3.1.7             0.0.0.0/0            /* shop/web:http */', '    0     0 DNAT       tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            /* shop/web:http */ tcp to:10.3.1.7:8080')}\n${chainV('KUBE-MARK-MASQ', '', '    0     0 MARK       all  --  *      *       0.0.0.0/0            0.0.0.0/0            MARK or 0x4000')}\n${chainV('KUBE-SVC-7', '', '    0     0 KUBE-SEP-7  all  --  *      *       0.0.0.0/0            0.0.0.0/0            statistic mode random probability 0.50000000000')}`,
    [
      '4 nat -A KUBE-SEP-7 -s 10.3.1.7/32 -m comment --comment "shop/web:http" -j KUBE-MARK-MASQ',
      '5 nat -A KUBE-SEP-7 -p tcp -m comment --comment "shop/web:http" -m tcp -j DNAT --to-destination 10.3.1.7:8080',
      '9 nat -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
      '13 nat -A KUBE-SVC-7 -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-7',
    ],
  ],
];

describe('iptables -L becomes rules', () => {
  it.each(texts)('%s', (_name, text, rules) => {
    expect(rulesOf(text)).toEqual(rules);
    expect(problemsOf(text).filter((problem) => problem.startsWith('error'))).toEqual([]);
    expect(hasRules(text)).toBe(true);
  });
});

/** `SEVERITY LINE CODE`, of the whole file. */
function problemsOf(text: string): string[] {
  return fileDiagnostics(modelOf(parseSourceFile(text, { fileName: 'paste.txt' }))).map(
    ({ severity, line, code }) => `${severity} ${line} ${code}`,
  );
}

const DOCKER = `# iptables -L\n${chain('FORWARD', 'DROP', 'ACCEPT     all  --  anywhere             anywhere            ', 'ACCEPT     tcp  --  anywhere             anywhere             tcp dpt:https', 'DROP       all  --  anywhere             anywhere            ')}`;

/** Each path as `OUTCOME what decided`. */
const traces: readonly (readonly [name: string, text: string, packet: string, expected: readonly string[]])[] = [
  [
    'with -v nothing is open',
    `# iptables -nvL\n${chainV('INPUT', 'DROP', '    0     0 ACCEPT     all  --  lo     *       0.0.0.0/0            0.0.0.0/0           ')}`,
    'in lan3 tcp 10.3.0.9 > :80',
    ['DROPPED INPUT policy'],
  ],
  [
    'without -v a rule that fits may ask for an interface',
    `# iptables -nL\n${chain('INPUT', 'DROP', 'ACCEPT     tcp  --  10.3.0.0/16          0.0.0.0/0            tcp dpt:80')}`,
    'in lan3 tcp 10.3.0.9 > :80',
    ['LOCAL INPUT:1', 'DROPPED INPUT policy'],
  ],
  [
    'one that does not fit anyway does not matter',
    `# iptables -nL\n${chain('INPUT', 'DROP', 'ACCEPT     tcp  --  10.3.0.0/16          0.0.0.0/0            tcp dpt:80')}`,
    'in lan3 tcp 10.3.0.9 > :81',
    ['DROPPED INPUT policy'],
  ],
  [
    'what matches all before others most likely tests one (-i lo); what takes all at the end does not',
    DOCKER,
    'forward lan3 wan3 tcp 10.3.0.9 > 192.0.2.9:22',
    ['DROPPED FORWARD:3', 'DROPPED FORWARD policy', 'SENT FORWARD:1'],
  ],
  [
    'words that are not understood are unknown',
    `# iptables -nvL\n${chainV('INPUT', 'DROP', '    0     0 ACCEPT     tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            frobnicate 7 tcp dpt:80')}`,
    'in lan3 tcp 10.3.0.9 > :80',
    ['LOCAL INPUT:1', 'DROPPED INPUT policy'],
  ],
  [
    '…and what is understood after them is not',
    `# iptables -nvL\n${chainV('INPUT', 'DROP', '    0     0 ACCEPT     tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            frobnicate 7 tcp dpt:80')}`,
    'in lan3 tcp 10.3.0.9 > :81',
    ['DROPPED INPUT policy'],
  ],
  [
    'a host name',
    `# iptables -vL\n${chainV('INPUT', 'DROP', '    0     0 ACCEPT     tcp  --  any    any     mail.example.org     anywhere             tcp dpt:smtp')}`,
    'in lan3 tcp 10.3.0.9 > :25',
    ['LOCAL INPUT:1', 'DROPPED INPUT policy'],
  ],
  [
    'a target that is not known',
    `# iptables -nvL\n${chainV('INPUT', 'ACCEPT', '    0     0 XYZ        tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            XYZ 7')}`,
    'in lan3 tcp 10.3.0.9 > :80',
    ['LOCAL INPUT policy', 'DROPPED INPUT:1', 'LOCAL INPUT:1'],
  ],
];

function outcomesOf(text: string, packet: string): string[] {
  const model = modelOf(parseSourceFile(text, { fileName: 'paste.txt' }));
  const { request } = parsePacketExpression(packet);
  if (!model.defaultDump || !request) throw new Error('no rules or no packet');
  const traced = traceInFile(request, settingOf(model, model.defaultDump));
  if (typeof traced === 'string') throw new Error(traced);
  return traced.traced.outcomes.map(outcomeOf).map(({ outcome, verdicts }) => {
    const last = verdicts.filter(({ table }) => table === 'filter').at(-1);
    return `${outcome} ${last?.by === 'policy' ? `${last.hook} policy` : (last?.by ?? '')}`;
  });
}

describe('what a listing does not show is open', () => {
  it.each(traces)('%s', (_name, text, packet, expected) => {
    expect([...new Set(outcomesOf(text, packet))].sort()).toEqual([...expected].sort());
    expect(outcomesOf(text, packet)[0]).toBe(expected[0]);
  });
});

const said: readonly (readonly [name: string, text: string, problems: readonly string[]])[] = [
  [
    'a row that no chain stands above',
    '$ iptables -nL | grep 80\nACCEPT     tcp  --  0.0.0.0/0            10.3.0.9             tcp dpt:80\n',
    ['warning 2 not-read'],
  ],
  [
    '…of IPv6, with counters',
    '    5   400 ACCEPT     tcp      lan3   *       fd00:3::/48          ::/0                 tcp dpt:80\n',
    ['warning 1 not-read'],
  ],
  ['no interfaces', `# iptables -nL\n${chain('INPUT', 'DROP')}`, ['info 2 listing-interfaces']],
  [
    'words that are not understood',
    `# iptables -nvL\n${chainV('INPUT', 'DROP', '    0     0 ACCEPT     tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            frobnicate 7')}`,
    ['warning 4 listing-unread'],
  ],
  [
    'a value that is not understood',
    `# iptables -nvL\n${chainV('INPUT', 'DROP', '    0     0 ACCEPT     tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:nosuchservice')}`,
    ['warning 4 listing-unread'],
  ],
  [
    'a line between rows that is none',
    `# iptables -nvL\n${chainV('INPUT', 'DROP', '    0     0 ACCEPT     tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            /* cut', ' in two */ tcp dpt:22', '    0     0 ACCEPT     tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            tcp dpt:23')}`,
    ['warning 5 listing-unread'],
  ],
  [
    'prose about chains and protocols',
    'Chain INPUT is (policy aside) where it goes.\nThe rule says tcp -- from anywhere to somewhere.\ntcp  0  0 10.3.0.1:22  0.0.0.0:*  LISTEN\ndefault 10.3.0.254 0.0.0.0 UG 0 0 0 lan3\n',
    [],
  ],
];

describe('what is not read of a listing is said', () => {
  it.each(said)('%s', (_name, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });
});
