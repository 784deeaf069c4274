import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { printSourceFile } from '../../src/core/syntax/print';
import { fileDiagnostics } from '../../src/features/diagnostics';
import { modelOf } from '../../src/features/fileModel';
import { rulesOf } from './readPaste';

/** Scripts, the rules that they load, and what is said of them: `LINE code word`, where the message holds the word. */
type Case = readonly [name: string, text: string, rules: readonly string[], said?: readonly string[]];

const VARIABLES: readonly Case[] = [
  [
    'a program and its arguments',
    'IPT=/usr/sbin/iptables\nNET="10.3.0.0/24"\nexport WAN=\'wan1\'\n$IPT -A FORWARD -s $NET -o "$WAN" -j ACCEPT\n',
    ['4 filter -A FORWARD -s 10.3.0.0/24 -o wan1 -j ACCEPT'],
  ],
  [
    'a program with its options',
    'FW="sudo iptables -w"\n$FW -A INPUT -i lo -j ACCEPT\n',
    ['2 filter -A INPUT -i lo -j ACCEPT'],
  ],
  [
    'a variable within another',
    'A=10.3.0\nB="$A.0/24"\niptables -A INPUT -s ${B} -j DROP\n',
    ['3 filter -A INPUT -s 10.3.0.0/24 -j DROP'],
  ],
  [
    'several words in one',
    'MATCH="-m state --state NEW"\niptables -A INPUT $MATCH -j DROP\n',
    ['2 filter -A INPUT -m state --state NEW -j DROP'],
  ],
  ['an empty one is not a word', 'EXTRA=\niptables -A INPUT $EXTRA -j DROP\n', ['2 filter -A INPUT -j DROP']],
  [
    'an address and a port',
    'TO=10.3.0.7\nPORT=8080\niptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination ${TO}:${PORT}\n',
    ['3 nat -A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.3.0.7:8080'],
  ],
  [
    'set again in between',
    'P=1\niptables -A INPUT -p tcp --dport $P -j DROP\nP=2\niptables -A INPUT -p tcp --dport $P -j DROP\n',
    ['2 filter -A INPUT -p tcp -m tcp --dport 1 -j DROP', '4 filter -A INPUT -p tcp -m tcp --dport 2 -j DROP'],
  ],
  [
    'a default that holds',
    'P=${P:-8081}\niptables -A INPUT -p tcp --dport $P -j DROP\niptables -A INPUT -p tcp --dport ${Q:=8082} -j DROP\niptables -A INPUT -p tcp --sport $Q -j DROP\n',
    [
      '2 filter -A INPUT -p tcp -m tcp --dport 8081 -j DROP',
      '3 filter -A INPUT -p tcp -m tcp --dport 8082 -j DROP',
      '4 filter -A INPUT -p tcp -m tcp --sport 8082 -j DROP',
    ],
    ['1 shell-assumption 8081', '3 shell-assumption 8082'],
  ],
  [
    'parts of a value',
    'R=10.3.0.9:99\niptables -A INPUT -s ${R%:*} -p tcp --dport ${R##*:} -j DROP\n',
    ['2 filter -A INPUT -s 10.3.0.9/32 -p tcp -m tcp --dport 99 -j DROP'],
  ],
  [
    'the program by which or command -v',
    'IPT=$(which iptables)\nIP6=`command -v ip6tables`\n$IPT -A INPUT -j DROP\n$IP6 -A INPUT -j ACCEPT\n',
    ['3 filter -A INPUT -j DROP', '4 filter -A INPUT -j ACCEPT'],
  ],
  [
    'a sum',
    'P=8000\niptables -A INPUT -p tcp --dport $((P + 80)) -j DROP\n',
    ['2 filter -A INPUT -p tcp -m tcp --dport 8080 -j DROP'],
  ],
  [
    'a list',
    'PORTS=(22 80)\nPORTS+=(443)\nfor p in "${PORTS[@]}"; do iptables -A INPUT -p tcp --dport $p -j ACCEPT; done\n',
    [
      '3 filter -A INPUT -p tcp -m tcp --dport 22 -j ACCEPT',
      '3 filter -A INPUT -p tcp -m tcp --dport 80 -j ACCEPT',
      '3 filter -A INPUT -p tcp -m tcp --dport 443 -j ACCEPT',
    ],
  ],
  ['an alias', "alias ipt='sudo iptables -w'\nipt -A INPUT -j DROP\n", ['2 filter -A INPUT -j DROP']],
  [
    'quotes keep a comment together',
    'C="from \'me\'"\niptables -A INPUT -m comment --comment "$C; all" -j DROP\n',
    ['2 filter -A INPUT -m comment --comment "from \\\'me\\\'; all" -j DROP'],
  ],
];

const OPERATORS: readonly Case[] = [
  [
    'several in a line',
    'iptables -P INPUT DROP; iptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -i wan1 -j ACCEPT\n',
    ['1 filter -A INPUT -i lo -j ACCEPT', '1 filter -A INPUT -i wan1 -j ACCEPT'],
  ],
  [
    'and',
    'iptables -A INPUT -i lo -j ACCEPT && iptables -A INPUT -i wan1 -j ACCEPT > /dev/null 2>&1\n',
    ['1 filter -A INPUT -i lo -j ACCEPT', '1 filter -A INPUT -i wan1 -j ACCEPT'],
  ],
  [
    'a chain that is there or not',
    'iptables -N EDGE 2>/dev/null || iptables -F EDGE\niptables -A EDGE -j DROP\niptables -N EDGE 2>/dev/null || iptables -F EDGE\niptables -A EDGE -j ACCEPT\n',
    ['4 filter -A EDGE -j ACCEPT'],
  ],
  [
    'a rule that is added once',
    'iptables -C INPUT -i lo -j ACCEPT || iptables -A INPUT -i lo -j ACCEPT\niptables -C INPUT -i lo -j ACCEPT 2>/dev/null || iptables -A INPUT -i lo -j ACCEPT\n',
    ['1 filter -A INPUT -i lo -j ACCEPT'],
  ],
  [
    'added once, with if',
    'if ! iptables -C INPUT -i lo -j ACCEPT 2>/dev/null; then\n  iptables -I INPUT -i lo -j ACCEPT\nfi\nif iptables -C INPUT -i lo -j ACCEPT; then\n  iptables -A INPUT -j DROP\nelse\n  iptables -A INPUT -j RETURN\nfi\n',
    ['2 filter -A INPUT -i lo -j ACCEPT', '5 filter -A INPUT -j DROP'],
  ],
  [
    'deleted as long as it is there',
    'iptables -D INPUT -i lo -j ACCEPT 2>/dev/null || true\niptables -X GONE 2>/dev/null\niptables -A INPUT -j DROP\n',
    ['3 filter -A INPUT -j DROP'],
  ],
  [
    'a list of the rules is searched',
    'iptables -S | grep -q EDGE || iptables -A INPUT -j DROP\n',
    ['1 filter -A INPUT -j DROP'],
    ['1 shell-assumption grep'],
  ],
  ['after a prompt', 'ada@gate4:~$ sudo iptables -F; sudo iptables -A INPUT -j DROP\n', ['1 filter -A INPUT -j DROP']],
  [
    'in sh -c',
    "docker exec web4 sh -c 'iptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -j DROP'\n",
    ['1 filter -A INPUT -i lo -j ACCEPT', '1 filter -A INPUT -j DROP'],
  ],
  [
    'over ssh',
    'P=81\nssh gate4 "iptables -A INPUT -p tcp --dport $P -j DROP && iptables -A INPUT -j ACCEPT"\n',
    ['2 filter -A INPUT -p tcp -m tcp --dport 81 -j DROP', '2 filter -A INPUT -j ACCEPT'],
  ],
  [
    'a descriptor is not an argument',
    'iptables -A INPUT -j DROP 2>/dev/null\niptables -N EDGE 2>&1\n',
    ['1 filter -A INPUT -j DROP'],
  ],
  [
    'in the background and in brackets',
    '(iptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -j DROP) &\n{ iptables -A OUTPUT -j DROP; }\n',
    ['1 filter -A INPUT -i lo -j ACCEPT', '1 filter -A INPUT -j DROP', '2 filter -A OUTPUT -j DROP'],
  ],
  [
    'what is printed is not run',
    'echo "iptables -A INPUT -j DROP"; iptables -A INPUT -j ACCEPT\n$ echo iptables -F\nprintf "iptables -A INPUT -j DROP\\n"\n',
    ['1 filter -A INPUT -j ACCEPT'],
  ],
];

const LOOPS: readonly Case[] = [
  [
    'over literals',
    'for port in 80 443; do\n  iptables -A INPUT -p tcp --dport "$port" -j ACCEPT\ndone\n',
    ['2 filter -A INPUT -p tcp -m tcp --dport 80 -j ACCEPT', '2 filter -A INPUT -p tcp -m tcp --dport 443 -j ACCEPT'],
  ],
  [
    'in one another',
    'for i in lan1 lan2; do for p in udp tcp; do iptables -A INPUT -i $i -p $p -j DROP; done; done\n',
    [
      '1 filter -A INPUT -i lan1 -p udp -j DROP',
      '1 filter -A INPUT -i lan1 -p tcp -j DROP',
      '1 filter -A INPUT -i lan2 -p udp -j DROP',
      '1 filter -A INPUT -i lan2 -p tcp -j DROP',
    ],
  ],
  [
    'over what a variable holds',
    'NETS="10.3.1.0/24 10.3.2.0/24"\nfor n in $NETS; do\niptables -A INPUT -s $n -j DROP\ndone\n',
    ['3 filter -A INPUT -s 10.3.1.0/24 -j DROP', '3 filter -A INPUT -s 10.3.2.0/24 -j DROP'],
  ],
  [
    'over numbers',
    'for n in $(seq 1 2) {7..8}; do iptables -A INPUT -s 10.3.$n.1 -j DROP; done\n',
    [
      '1 filter -A INPUT -s 10.3.1.1/32 -j DROP',
      '1 filter -A INPUT -s 10.3.2.1/32 -j DROP',
      '1 filter -A INPUT -s 10.3.7.1/32 -j DROP',
      '1 filter -A INPUT -s 10.3.8.1/32 -j DROP',
    ],
  ],
  [
    'over programs',
    'for ipt in iptables ip6tables; do $ipt -A INPUT -p tcp -j DROP; done\n',
    ['1 filter -A INPUT -p tcp -j DROP', '1 filter -A INPUT -p tcp -j DROP'],
  ],
  [
    'over the lines of a here-document',
    'while read -r net port; do\n  iptables -A INPUT -s $net -p tcp --dport $port -j ACCEPT\ndone <<END\n10.3.0.1 81\n10.3.0.2 82\nEND\n',
    [
      '2 filter -A INPUT -s 10.3.0.1/32 -p tcp -m tcp --dport 81 -j ACCEPT',
      '2 filter -A INPUT -s 10.3.0.2/32 -p tcp -m tcp --dport 82 -j ACCEPT',
    ],
  ],
  [
    'over what only the machine knows',
    'for n in $(cat /etc/blocked); do\n  iptables -A INPUT -s $n -j DROP\ndone\niptables -A INPUT -j ACCEPT\n',
    ['4 filter -A INPUT -j ACCEPT'],
    ['2 not-read cat /etc/blocked'],
  ],
  [
    'while something lasts',
    'while true; do iptables -A INPUT -j DROP; done\niptables -A INPUT -j ACCEPT\n',
    ['2 filter -A INPUT -j ACCEPT'],
    ['1 not-read while'],
  ],
  [
    'left early',
    'for p in 1 2 3; do\n[ $p = 2 ] && break\niptables -A INPUT -p tcp --dport $p -j DROP\ndone\n',
    ['3 filter -A INPUT -p tcp -m tcp --dport 1 -j DROP'],
  ],
  [
    'typed after prompts',
    '$ for p in 80 81; do\n>   iptables -A INPUT -p tcp --dport $p -j DROP\n> done\n',
    ['2 filter -A INPUT -p tcp -m tcp --dport 80 -j DROP', '2 filter -A INPUT -p tcp -m tcp --dport 81 -j DROP'],
  ],
];

const FUNCTIONS: readonly Case[] = [
  [
    'called twice',
    'allow() {\n  iptables -A INPUT -p $1 --dport $2 -j ACCEPT\n}\nallow tcp 80\nallow udp 53\n',
    ['2 filter -A INPUT -p tcp -m tcp --dport 80 -j ACCEPT', '2 filter -A INPUT -p udp -m udp --dport 53 -j ACCEPT'],
  ],
  [
    'what is passed on stands where it was called',
    'ipt() { iptables "$@"; }\nipt -A INPUT -m comment --comment "a b" -j DROP\n',
    ['2 filter -A INPUT -m comment --comment "a b" -j DROP'],
  ],
  [
    'with both families',
    'both() { iptables "$@"; ip6tables "$@"; }\nboth -A INPUT -p tcp -j DROP\n',
    ['2 filter -A INPUT -p tcp -j DROP', '2 filter -A INPUT -p tcp -j DROP'],
  ],
  [
    'local variables and return',
    'open() {\n  local port=$1\n  [ -n "$port" ] || return 1\n  iptables -A INPUT -p tcp --dport $port -j ACCEPT\n}\nport=9\nopen 80\nopen ""\niptables -A INPUT -p tcp --sport $port -j DROP\n',
    ['4 filter -A INPUT -p tcp -m tcp --dport 80 -j ACCEPT', '9 filter -A INPUT -p tcp -m tcp --sport 9 -j DROP'],
  ],
  [
    'shift and $#',
    'each() {\n  [ $# -gt 0 ] || return\n  iptables -A INPUT -s $1 -j DROP\n  shift\n  each "$@"\n}\neach 10.3.0.1 10.3.0.2\n',
    ['3 filter -A INPUT -s 10.3.0.1/32 -j DROP', '3 filter -A INPUT -s 10.3.0.2/32 -j DROP'],
  ],
  [
    'that calls itself for ever',
    'f() { iptables -A INPUT -j DROP; f; }\nf\n',
    Array.from({ length: 40 }, () => '1 filter -A INPUT -j DROP'),
    ['1 not-read too many'],
  ],
  [
    'called nowhere',
    'stop() {\n  iptables -F\n}\niptables -A INPUT -j DROP\n',
    ['4 filter -A INPUT -j DROP'],
    ['2 not-read stop'],
  ],
];

const CONDITIONS: readonly Case[] = [
  [
    'that the file decides',
    'MODE=strict\nif [ "$MODE" = strict ]; then\n  iptables -P INPUT DROP\n  iptables -A INPUT -i lo -j ACCEPT\nelse\n  iptables -A INPUT -j ACCEPT\nfi\n',
    ['4 filter -A INPUT -i lo -j ACCEPT'],
  ],
  [
    'elif, -z, numbers',
    'X=\nN=3\nif [[ -n $X ]]; then iptables -A INPUT -j DROP\nelif [ $N -ge 3 ] && test -z "$X"; then iptables -A INPUT -j RETURN\nelse iptables -A INPUT -j ACCEPT; fi\n',
    ['4 filter -A INPUT -j RETURN'],
  ],
  [
    'that only the machine decides',
    'if [ -f /etc/strict ]; then\n  iptables -A INPUT -j DROP\nelse\n  iptables -A INPUT -j ACCEPT\nfi\niptables -A INPUT -j RETURN\n',
    ['6 filter -A INPUT -j RETURN'],
    ['2 not-read /etc/strict', '4 not-read /etc/strict'],
  ],
  [
    'before a command',
    '[ -f /etc/strict ] && iptables -A INPUT -j DROP\nX=1\n[ $X = 1 ] && iptables -A INPUT -j ACCEPT\n',
    ['3 filter -A INPUT -j ACCEPT'],
    ['1 not-read /etc/strict'],
  ],
  [
    'before the end of the script',
    '#!/bin/sh\n[ -x /sbin/iptables ] || exit 0\niptables -A INPUT -j DROP\nexit 0\niptables -A INPUT -j ACCEPT\n',
    ['3 filter -A INPUT -j DROP'],
    ['2 shell-assumption assumed not to be run', '5 not-read line 4'],
  ],
  [
    'case with a known word',
    'M=open\ncase "$M" in\n  strict|closed) iptables -A INPUT -j DROP ;;\n  o*) iptables -A INPUT -j ACCEPT ;;\n  *) iptables -A INPUT -j RETURN ;;\nesac\n',
    ['4 filter -A INPUT -j ACCEPT'],
  ],
  [
    'case with an argument',
    'case "$1" in\nstart)\n  iptables -A INPUT -j DROP\n  ;;\nstop)\n  iptables -F\n  ;;\nesac\niptables -A INPUT -j RETURN\n',
    ['9 filter -A INPUT -j RETURN'],
    ['3 not-read $1', '6 not-read $1'],
  ],
  [
    'a variable that is set there',
    'X=1\nif [ -f /a ]; then X=2; fi\niptables -A INPUT -p tcp --dport $X -j DROP\n',
    [],
    ['3 unknown-value X'],
  ],
];

const HERE: readonly Case[] = [
  [
    'input of iptables-restore',
    'NET=10.3.0.0/24\niptables-restore <<EOF\n*filter\n:INPUT DROP [0:0]\n-A INPUT -s $NET -j ACCEPT\nCOMMIT\nEOF\n',
    ['5 filter -A INPUT -s 10.3.0.0/24 -j ACCEPT'],
  ],
  [
    'within a function',
    "load() {\n  iptables-restore <<-'EOF'\n\t*nat\n\t-A PREROUTING -p tcp --dport 1 -j REDIRECT --to-ports 2\n\tCOMMIT\n\tEOF\n}\nload\n",
    ['4 nat -A PREROUTING -p tcp -m tcp --dport 1 -j REDIRECT --to-ports 2'],
  ],
  [
    'through a pipe',
    'cat <<EOF | iptables-restore\n*filter\n-A INPUT -j DROP\nCOMMIT\nEOF\n',
    ['3 filter -A INPUT -j DROP'],
  ],
  [
    'run by a shell',
    'P=80\nsudo bash <<EOF\niptables -A INPUT -p tcp --dport $P -j DROP\niptables -A INPUT -j ACCEPT\nEOF\n',
    ['3 filter -A INPUT -p tcp -m tcp --dport 80 -j DROP', '4 filter -A INPUT -j ACCEPT'],
  ],
  [
    'written to a file',
    'cat > /usr/local/sbin/fw <<EOF\niptables -A INPUT -j DROP\nEOF\niptables -A INPUT -j ACCEPT\n',
    ['4 filter -A INPUT -j ACCEPT'],
    ['2 not-read /usr/local/sbin/fw'],
  ],
  [
    'rules of another file',
    'iptables-restore < /etc/edge.rules; iptables -A INPUT -j DROP\n',
    ['1 filter -A INPUT -j DROP'],
    ['1 not-read /etc/edge.rules'],
  ],
];

const UNKNOWN: readonly Case[] = [
  ['a program that nothing sets', '$IPT -A INPUT -j DROP\n', ['1 filter -A INPUT -j DROP']],
  [
    'a word such as sudo',
    '$SUDO iptables -A INPUT -j DROP\n',
    ['1 filter -A INPUT -j DROP'],
    ['1 shell-assumption SUDO'],
  ],
];

const ENDS: readonly Case[] = [
  [
    'an exit that the rules decide',
    'iptables -N A\niptables -N A || exit 1\niptables -A A -j DROP\n',
    ['3 filter -A A -j DROP'],
    ['2 shell-assumption the script ends here'],
  ],
  ['an exit that the rules rule out', 'iptables -N A || exit 1\niptables -A A -j DROP\n', ['2 filter -A A -j DROP']],
  [
    'an exit with nothing after it',
    'iptables -A INPUT -j DROP\niptables -N A\niptables -N A || exit 1\n',
    ['1 filter -A INPUT -j DROP'],
  ],
  [
    'the else of a question to the rules',
    'if iptables -C INPUT -j DROP; then iptables -D INPUT -j DROP; else exit 0; fi\niptables -A INPUT -j DROP\n',
    ['2 filter -A INPUT -j DROP'],
    ['1 shell-assumption the script ends here'],
  ],
  [
    'a function that may return',
    'add() { iptables -N $1 || return 0; iptables -A $1 -j DROP; }\nadd A\nadd A\niptables -A INPUT -j A\n',
    ['4 filter -A INPUT -j A', '1 filter -A A -j DROP', '1 filter -A A -j DROP'],
    ['1 shell-assumption the function ends here'],
  ],
  [
    'a return that matters no more after the function',
    'add() { iptables -A $1 -j DROP; iptables -N $1 || return 0; }\niptables -N A\nadd A\niptables -A INPUT -j A\n',
    ['4 filter -A INPUT -j A', '1 filter -A A -j DROP'],
  ],
  [
    'a loop',
    'iptables -N A\nfor c in A B; do iptables -N $c || continue; iptables -A $c -j DROP; done\n',
    ['2 filter -A A -j DROP', '2 filter -A B -j DROP'],
    ['2 shell-assumption the loop begins its next round here'],
  ],
  [
    'a process of its own',
    'iptables -N A\n( iptables -N A || exit 1 )\niptables -A A -j DROP\n',
    ['3 filter -A A -j DROP'],
  ],
  [
    'an exit that only the machine decides',
    '[ "$(id -u)" = 0 ] || exit 1\nif [ ! -x /sbin/iptables ]; then\n  echo none\n  exit 1\nfi\niptables -A INPUT -j DROP\n',
    ['6 filter -A INPUT -j DROP'],
    ['1 shell-assumption assumed not to be run', '4 shell-assumption assumed not to be run'],
  ],
];

const PROSE: readonly Case[] = [
  [
    'a sentence with a semicolon',
    "I don't know; iptables -F removes everything\nand it isn't what iptables -A INPUT -j DROP does\n",
    [],
  ],
  [
    'words of a shell in a sentence',
    'for some reason iptables -F; does not help\nif you use iptables -F it works\nif you run iptables -F it works\niptables -A INPUT -j DROP\n',
    ['4 filter -A INPUT -j DROP'],
  ],
  [
    'an apostrophe above',
    "It doesn't work:\niptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -j DROP\nIsn't that odd?\n",
    ['2 filter -A INPUT -i lo -j ACCEPT', '2 filter -A INPUT -j DROP'],
  ],
  [
    'a fence',
    "Don't do this:\n```sh\nIPT=iptables\nfor p in 1 2; do $IPT -A INPUT -p tcp --dport $p -j DROP; done\n```\n",
    ['4 filter -A INPUT -p tcp -m tcp --dport 1 -j DROP', '4 filter -A INPUT -p tcp -m tcp --dport 2 -j DROP'],
  ],
  ['a loop that is cut off', 'for p in 1 2; do\n  iptables -A INPUT -j DROP\n', ['2 filter -A INPUT -j DROP']],
  [
    'a trace of set -x',
    "+ IPT=iptables\n+ for p in $PORTS\n+ iptables -A INPUT '!' -s 10.3.0.1 -j DROP\n+ echo 'iptables -A INPUT -j ACCEPT'\n++ date\n",
    ['3 filter -A INPUT ! -s 10.3.0.1/32 -j DROP'],
  ],
  [
    'a trace of a function that runs iptables',
    "+ iptables -N SHOP\n+ retry /sbin/iptables -N SHOP\n+ local n=0\n+ '[' 0 = 1 ']'\n+ /sbin/iptables -w 5 -N SHOP\n+ iptables -A SHOP -j ACCEPT\n+ /sbin/iptables -A SHOP -j ACCEPT -w\n",
    ['7 filter -A SHOP -j ACCEPT'],
    ['1 not-read the command in line 2', '2 not-read the command in line 5', '6 not-read the command in line 7'],
  ],
  [
    'a trace of the same rule, added twice, and of others',
    '+ iptables -A INPUT -i lo -j ACCEPT\n+ iptables -A INPUT -i lo -j ACCEPT\n+ sudo iptables -A INPUT -i eth0 -j ACCEPT\n+ /sbin/iptables -A INPUT -j DROP\n+ iptables -A FORWARD -j DROP\n\n+ /sbin/iptables -A FORWARD -j DROP\n',
    [
      '1 filter -A INPUT -i lo -j ACCEPT',
      '2 filter -A INPUT -i lo -j ACCEPT',
      '3 filter -A INPUT -i eth0 -j ACCEPT',
      '4 filter -A INPUT -j DROP',
      '5 filter -A FORWARD -j DROP',
      '7 filter -A FORWARD -j DROP',
    ],
  ],
];

const CARRIERS: readonly Case[] = [
  [
    'wg-quick',
    '# /etc/wireguard/wg4.conf\n[Interface]\nAddress = 10.3.8.1/24\nPostUp = iptables -A FORWARD -i %i -j ACCEPT; iptables -t nat -A POSTROUTING -o wan1 -j MASQUERADE\nPostDown = iptables -D FORWARD -i %i -j ACCEPT\n\n[Peer]\nAllowedIPs = 10.3.8.2/32\n',
    ['4 filter -A FORWARD -i wg4 -j ACCEPT', '4 nat -A POSTROUTING -o wan1 -j MASQUERADE'],
    ['5 not-read goes down'],
  ],
  [
    'interfaces',
    'auto lan1\niface lan1 inet static\n  address 10.3.0.1/24\n  post-up iptables -A INPUT -i $IFACE -j ACCEPT\n  pre-down iptables -D INPUT -i $IFACE -j ACCEPT\n  gateway 10.3.0.254\n',
    ['4 filter -A INPUT -i lan1 -j ACCEPT'],
    ['5 not-read goes down'],
  ],
  [
    'a unit of systemd',
    '[Service]\nType=oneshot\nExecStartPre=-/sbin/iptables -D INPUT -j DROP\nExecStart=/sbin/iptables -A INPUT -j DROP\nExecStop=/sbin/iptables -F\n',
    ['4 filter -A INPUT -j DROP'],
    ['5 not-read not run'],
  ],
  [
    'crontab',
    '@reboot root /sbin/iptables -A INPUT -j DROP && /sbin/iptables -A FORWARD -j DROP\n',
    ['1 filter -A INPUT -j DROP', '1 filter -A FORWARD -j DROP'],
  ],
  [
    'a folded scalar of YAML',
    'args:\n  - >-\n    iptables -A INPUT -p tcp\n    --dport 81 -j DROP\n\n    iptables -A INPUT -j ACCEPT\n  - other\n',
    ['3 filter -A INPUT -p tcp -m tcp --dport 81 -j DROP', '6 filter -A INPUT -j ACCEPT'],
  ],
  [
    'items of YAML',
    'runcmd:\n  - iptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -j DROP\n  - "iptables -A FORWARD -j DROP && iptables -A OUTPUT -j DROP"\n',
    [
      '2 filter -A INPUT -i lo -j ACCEPT',
      '2 filter -A INPUT -j DROP',
      '3 filter -A FORWARD -j DROP',
      '3 filter -A OUTPUT -j DROP',
    ],
  ],
  [
    'a Dockerfile',
    'FROM debian\nRUN iptables -A INPUT -i lo -j ACCEPT && \\\n    iptables -A INPUT -j DROP\n',
    ['2 filter -A INPUT -i lo -j ACCEPT', '3 filter -A INPUT -j DROP'],
  ],
  [
    'direct rules of firewalld',
    'firewall-cmd --direct --add-rule ipv4 filter INPUT 2 -p tcp --dport 81 -j DROP\nfirewall-cmd --permanent --direct --add-rule ipv4 filter INPUT 1 -i lo -j ACCEPT\nsudo firewall-cmd --direct --add-rule ipv4 filter INPUT 1 -i lo -j ACCEPT\n',
    ['2 filter -A INPUT -i lo -j ACCEPT', '1 filter -A INPUT -p tcp -m tcp --dport 81 -j DROP'],
  ],
];

const GROUPS: Readonly<Record<string, readonly Case[]>> = {
  variables: VARIABLES,
  operators: OPERATORS,
  loops: LOOPS,
  functions: FUNCTIONS,
  conditions: CONDITIONS,
  'here-documents': HERE,
  'what nothing sets': UNKNOWN,
  'ends of scripts': ENDS,
  prose: PROSE,
  'other configuration': CARRIERS,
};

describe.each(Object.entries(GROUPS))('%s', (_group, cases) => {
  test.each(cases.map((each) => ({ name: each[0], each })))('$name', ({ each: [, text, rules, told] }) => {
    const said: readonly string[] = told ?? [];
    if (rules.length > 0 || said.length === 0) expect(rulesOf(text)).toEqual(rules);
    expect(printSourceFile(parseSourceFile(text))).toBe(text);
    const found = fileDiagnostics(modelOf(parseSourceFile(text, { fileName: 'paste.txt' })));
    const read = found.filter(({ code }) => /^(?:not-read|shell-assumption|unknown-value|unset-variable)$/.test(code));
    expect(read.map(({ line, code }) => `${line} ${code}`)).toEqual(
      said.map((each) => each.split(' ').slice(0, 2).join(' ')),
    );
    for (const [i, each] of said.entries()) expect(read[i]?.message).toContain(each.split(' ').slice(2).join(' '));
    if (rules.length > 0) expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
