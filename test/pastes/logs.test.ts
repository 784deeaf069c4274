import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { printSourceFile } from '../../src/core/syntax/print';
import { rulesOf } from './readPaste';

/** Commands and rules as programs log them, and the rules that are read. */
const CASES: readonly [name: string, text: string, rules: readonly string[]][] = [
  [
    'logfmt',
    'time="2024-01-02T03:04:05Z" level=info msg="iptables -A INPUT -i lo -j ACCEPT"\n',
    ['1 filter -A INPUT -i lo -j ACCEPT'],
  ],
  [
    'logfmt with escaped quotes',
    'level=debug msg="iptables -A INPUT -m comment --comment \\"to the shop\\" -j ACCEPT" n=1\n',
    ['1 filter -A INPUT -m comment --comment "to the shop" -j ACCEPT'],
  ],
  [
    'a dump in a field of logfmt',
    'level=info state="*nat\\n-A PREROUTING -p tcp -j REDIRECT --to-ports 8080\\nCOMMIT\\n"\n',
    ['1 nat -A PREROUTING -p tcp -j REDIRECT --to-ports 8080'],
  ],
  ['prose with a quoted command is not a log', 'In his words: "iptables -A INPUT -j DROP" was enough.\n', []],
  [
    'the log of Go',
    '2024/01/02 03:04:05 iptables -A INPUT -i lo -j ACCEPT\n2024/01/02 03:04:05.123456 > ip6tables -A INPUT -j DROP\n',
    ['1 filter -A INPUT -i lo -j ACCEPT', '2 filter -A INPUT -j DROP'],
  ],
  [
    'the log of Go, with what the commands print',
    '2024/01/02 03:04:05 > iptables -t nat -nvL\n2024/01/02 03:04:05 < Chain PREROUTING (policy ACCEPT 0 packets, 0 bytes)\n pkts bytes target     prot opt in     out     source               destination\n    0     0 ACCEPT     all  --  eth0   *       0.0.0.0/0            0.0.0.0/0\n\n2024/01/02 03:04:06 > iptables -S\n2024/01/02 03:04:06 < -P INPUT DROP\n-A INPUT -i lo -j ACCEPT\n2024/01/02 03:04:07 > iptables -A INPUT -i eth0 -j ACCEPT\n2024/01/02 03:04:07 <\n2024/01/02 03:04:08 > iptables -A NONE -j ACCEPT\n2024/01/02 03:04:08 < iptables: No chain/target/match by that name.\n',
    [
      '4 nat -A PREROUTING -i eth0 -j ACCEPT',
      '8 filter -A INPUT -i lo -j ACCEPT',
      '9 filter -A INPUT -i eth0 -j ACCEPT',
    ],
  ],
  [
    'klog',
    'I0102 03:04:05.123456    1 runner.go:551] running iptables -A INPUT -i lo -j ACCEPT\n',
    ['1 filter -A INPUT -i lo -j ACCEPT'],
  ],
  [
    'words of a log before a command',
    'Running: /sbin/iptables -A INPUT -i lo -j ACCEPT\nDEBUG: executing iptables -A INPUT -j DROP\n',
    ['1 filter -A INPUT -i lo -j ACCEPT', '2 filter -A INPUT -j DROP'],
  ],
  [
    'syslog in German, French, Russian and Korean',
    'Okt 16 08:12:03 gw fw[12]: iptables -A INPUT -i a -j DROP\ndéc. 16 08:12:03 gw fw[12]: iptables -A INPUT -i b -j DROP\nокт 16 08:12:03 gw fw[12]: iptables -A INPUT -i c -j DROP\n10월 16 08:12:03 gw fw[12]: iptables -A INPUT -i d -j DROP\n',
    [
      '1 filter -A INPUT -i a -j DROP',
      '2 filter -A INPUT -i b -j DROP',
      '3 filter -A INPUT -i c -j DROP',
      '4 filter -A INPUT -i d -j DROP',
    ],
  ],
  [
    'dmesg, a priority, and a time alone',
    '[   12.345678] iptables -A INPUT -i a -j DROP\n<30>iptables -A INPUT -i b -j DROP\n08:12:03 iptables -A INPUT -i c -j DROP\n',
    ['1 filter -A INPUT -i a -j DROP', '2 filter -A INPUT -i b -j DROP', '3 filter -A INPUT -i c -j DROP'],
  ],
  [
    'a dump whose line breaks are written out',
    'Jan 02 03:04:05 gw agent[9]: restore input: *filter\\n:INPUT DROP [0:0]\\n-A INPUT -m comment --comment \\"a b\\" -j ACCEPT\\nCOMMIT\\n\n',
    ['1 filter -A INPUT -m comment --comment "a b" -j ACCEPT'],
  ],
  [
    'the same in quotes',
    'loading "*filter\\n-A INPUT -i lo -j ACCEPT\\nCOMMIT\\n" now\n',
    ['1 filter -A INPUT -i lo -j ACCEPT'],
  ],
  [
    'a Go slice, quoted',
    'running: iptables ["-A" "INPUT" "-m" "comment" "--comment" "a b" "-j" "ACCEPT"]\n',
    ['1 filter -A INPUT -m comment --comment "a b" -j ACCEPT'],
  ],
  [
    'a Go slice of words after a comma',
    'level=debug msg="/usr/sbin/iptables, [--wait -t nat -A OUTPUT -p tcp -m multiport --dports 80,443 -j ACCEPT]"\n',
    ['1 nat -A OUTPUT -p tcp -m multiport --dports 80,443 -j ACCEPT'],
  ],
  [
    'a question whether a rule is there',
    'level=debug msg="/usr/sbin/iptables, [--wait -t nat -C OUTPUT -j ACCEPT]"\n',
    [],
  ],
  [
    'a list of JSON, Python and YAML',
    'args: ["iptables", "-A", "INPUT", "-i", "lo", "-j", "ACCEPT"]\nrun([\'/sbin/iptables\', \'-A\', \'INPUT\', \'-j\', \'DROP\'])\n- [ iptables, -A, OUTPUT, -j, DROP ]\n',
    ['1 filter -A INPUT -i lo -j ACCEPT', '2 filter -A INPUT -j DROP', '3 filter -A OUTPUT -j DROP'],
  ],
  [
    'a command for a shell in a list',
    'command: ["sh", "-c", "iptables -A INPUT -i lo -j ACCEPT"]\n',
    ['1 filter -A INPUT -i lo -j ACCEPT'],
  ],
  [
    'a Go struct of table, chain and words',
    'rule added {raw PREROUTING [-p udp -d 192.0.2.53 --dport 53 -j NOTRACK]}\nrule added {filter INPUT [-s fd00::/8 -j ACCEPT]}\n',
    [
      '1 raw -A PREROUTING -d 192.0.2.53/32 -p udp -m udp --dport 53 -j NOTRACK',
      '2 filter -A INPUT -s fd00::/8 -j ACCEPT',
    ],
  ],
  [
    'a comment of several words, which a program has joined with the rest',
    [
      'rule added {raw PREROUTING [-p udp -d 192.0.2.53 --dport 53 -j NOTRACK -m comment --comment Shop DNS: no tracking]}',
      'rule added {filter INPUT [-m comment --comment a -> b, the shop ! -s 10.0.0.0/8 -j ACCEPT]}',
      'level=debug msg="/usr/sbin/iptables, [--wait -A INPUT -m comment --comment to the shop -i lo -j ACCEPT]"',
      'level=debug msg="iptables -A INPUT -m comment --comment the shop\'s own -i a1 -j ACCEPT" n=1',
      'level=debug msg="Running \'iptables -t nat -A POSTROUTING -o a2 -m comment --comment shop: a b -j MASQUERADE\' command" n=1',
      'level=debug msg="Running \'ip6tables -N shop\' command" n=1',
      '{"level":"info","msg":"exec: ip6tables -A INPUT -m comment --comment a b -m comment --comment c -j DROP"}',
      'args: [iptables, -A, INPUT, -m, comment, --comment, shop, -j, DROP]',
      'level=debug msg="iptables -A INPUT -m comment --comment \\"to the shop\\" -j DROP" n=1',
      '',
    ].join('\n'),
    [
      '1 raw -A PREROUTING -d 192.0.2.53/32 -p udp -m udp --dport 53 -m comment --comment "Shop DNS: no tracking" -j NOTRACK',
      '2 filter -A INPUT ! -s 10.0.0.0/8 -m comment --comment "a -> b, the shop" -j ACCEPT',
      '3 filter -A INPUT -i lo -m comment --comment "to the shop" -j ACCEPT',
      '4 filter -A INPUT -i a1 -m comment --comment "the shop\\\'s own" -j ACCEPT',
      '8 filter -A INPUT -m comment --comment shop -j DROP',
      '9 filter -A INPUT -m comment --comment "to the shop" -j DROP',
      '5 nat -A POSTROUTING -o a2 -m comment --comment "shop: a b" -j MASQUERADE',
      '7 filter -A INPUT -m comment --comment "a b" -m comment --comment c -j DROP',
    ],
  ],
  [
    'words of a call, and what comes after them',
    'run(["iptables", "-A", "INPUT", "-p", "tcp", "--dport", "80"], check=True)\nx.y("a -A INPUT --dport 22 -j DROP")\n',
    ['1 filter -A INPUT -p tcp -m tcp --dport 80'],
  ],
  [
    'texts that a source file gives to a shell',
    [
      'os.system("iptables -A INPUT -i lo -j ACCEPT")',
      "  $out = shell_exec('sudo iptables -A INPUT -i a1 -j ACCEPT 2>&1');",
      'child_process.exec("/usr/sbin/iptables -A INPUT -i a2 -j ACCEPT && ip6tables -A INPUT -i a3 -j DROP", done)',
      "check_call( r'iptables -A INPUT -i a4 -j DROP', shell=True)",
      'os.execute("iptables -A INPUT -m comment --comment \\"to the shop\\" -j DROP")',
      '',
    ].join('\n'),
    [
      '1 filter -A INPUT -i lo -j ACCEPT',
      '2 filter -A INPUT -i a1 -j ACCEPT',
      '3 filter -A INPUT -i a2 -j ACCEPT',
      '4 filter -A INPUT -i a4 -j DROP',
      '5 filter -A INPUT -m comment --comment "to the shop" -j DROP',
      '3 filter -A INPUT -i a3 -j DROP',
    ],
  ],
  [
    'texts that are printed, kept or concatenated',
    [
      'print("iptables -A INPUT -i lo -j ACCEPT")',
      'log.info("iptables -A INPUT -i lo -j ACCEPT")',
      'cmd = "iptables -A INPUT -i lo -j ACCEPT"',
      'os.system("iptables -A INPUT -s " + address + " -j ACCEPT")',
      'os.system("iptables -A INPUT -s %s -j ACCEPT" % address)',
      'It is recall("iptables -A INPUT -i lo -j ACCEPT") that',
      '',
    ].join('\n'),
    [],
  ],
  [
    'fields after the last line',
    '2024-01-02T03:04:05Z info cni *filter\n-A INPUT -i lo -j ACCEPT\nCOMMIT    ns=shop name=web-0\n',
    ['2 filter -A INPUT -i lo -j ACCEPT'],
  ],
  [
    'a block scalar of YAML',
    'data:\n  rules: |\n    *filter\n    -A INPUT -i lo -j ACCEPT\n    COMMIT\n',
    ['4 filter -A INPUT -i lo -j ACCEPT'],
  ],
  [
    'items of a YAML list',
    'runcmd:\n  - iptables -A INPUT -i lo -j ACCEPT\n  - "iptables -A INPUT -j DROP"\n  - run: iptables -A OUTPUT -j DROP\n',
    ['2 filter -A INPUT -i lo -j ACCEPT', '3 filter -A INPUT -j DROP', '4 filter -A OUTPUT -j DROP'],
  ],
];

describe('logs', () => {
  test.each(CASES)('%s', (_name, text, rules) => {
    expect(rulesOf(text)).toEqual(rules);
    expect(printSourceFile(parseSourceFile(text))).toBe(text);
  });
});
