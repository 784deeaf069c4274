import path from 'node:path';
import { fileOf } from '../features/asked/files';
import { answersOf, outlineOf } from '../answers';
import { makeReport } from '../../src/features/traceReport/makeReport';
import { stepDetail } from '../../src/features/traceReport/stepDetail';
import { ruleTokens } from '../../src/features/traceReport/ruleTokens';
import { allTables } from '../../src/core/ruleset/ruleSet';
import { selectPath, type TraceInput } from '../../src/features/traceReport/traceInput';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { modelOfText } from '../features/sample';
import { ruleSetOf, type Dump, type FileModel } from '../../src/features/fileModel';
import type { Row, StepDetail, TraceReport } from '../../src/shared/protocol';

const HOST = `$ ip addr
2: eth0: <UP> mtu 1500
    inet 192.0.2.10/24 brd 192.0.2.255 scope global eth0
    inet6 2001:db8:1::10/64 scope global
3: eth1: <UP> mtu 600
    inet 10.9.0.1/24 brd 10.9.0.255 scope global eth1
$ ip route
default via 192.0.2.1 dev eth0
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10
10.9.0.0/24 dev eth1 proto kernel scope link src 10.9.0.1
$ ss -ltnup
Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
tcp   LISTEN 0      128    0.0.0.0:22         0.0.0.0:*         users:(("sshd",pid=612,fd=3))
tcp   LISTEN 0      128    0.0.0.0:8022       0.0.0.0:*         users:(("proxy",pid=700,fd=5))
udp   UNCONN 0      0      0.0.0.0:137        0.0.0.0:*         users:(("nmbd",pid=801,fd=5))
udp   UNCONN 0      0      0.0.0.0:9          0.0.0.0:*
$ sysctl net.ipv4.ip_forward
net.ipv4.ip_forward = 1
`;

/** What the files of the other tests do not come to. */
const OWN: Readonly<Record<string, string>> = {
  'addresses that somebody made unreadable': `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -m tcp --dport 443 -j DNAT --to-destination 10.9.0.x:8443
-A PREROUTING -p tcp -m tcp --dport 444 -j DNAT --to-destination 10.9.0.7:8443
-A POSTROUTING -p udp -j SNAT --to-source <public ip>
COMMIT
${HOST}`,
  'copies, and tables without rules': `*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -p udp -m udp --dport 7 -j TTL --ttl-set 1
-A POSTROUTING -d 224.0.0.9/32 -j DROP
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
*security
:INPUT ACCEPT [0:0]
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -d 192.0.2.255/32 -p udp -m udp --dport 138 -j REJECT
-A INPUT -d 192.0.2.255/32 -p udp -m udp --dport 139 -j DROP
-A INPUT -p udp -j ACCEPT
COMMIT
${HOST}`,
  'translations that are known': `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -m tcp --dport 22 -j REDIRECT --to-ports 8022
-A PREROUTING -p tcp -m tcp --dport 23 -j DNAT --to-destination 192.0.2.10:22
-A PREROUTING -p tcp -m tcp --dport 8022 -j DNAT --to-destination 192.0.2.10
-A PREROUTING -p tcp -m tcp --dport 24 -j DNAT --to-destination 10.9.0.7
-A OUTPUT -p tcp -m tcp --dport 22 -j REDIRECT --to-ports 8022
-A POSTROUTING -o eth1 -p tcp -m tcp --dport 25 -j SNAT --to-source 10.9.0.9
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A FORWARD -p udp -m mark --mark 1 -j ACCEPT
COMMIT
${HOST}$ conntrack -L
tcp      6 431999 ESTABLISHED src=203.0.113.9 dst=192.0.2.10 sport=4000 dport=80 src=10.9.0.7 dst=203.0.113.9 sport=8080 dport=4000 [ASSURED] mark=0 use=1
tcp      6 431999 ESTABLISHED src=10.9.0.7 dst=203.0.113.9 sport=5000 dport=443 src=203.0.113.9 dst=192.0.2.10 sport=443 dport=5000 [ASSURED] mark=7 use=1
tcp      6 431999 ESTABLISHED src=203.0.113.9 dst=192.0.2.10 sport=4001 dport=22 src=192.0.2.10 dst=203.0.113.9 sport=8022 dport=4001 [ASSURED] mark=0 use=1
`,
  'long lists of what was not so': `*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:PORTS - [0:0]
:SOURCES - [0:0]
:ONE - [0:0]
-A INPUT -p tcp -j PORTS
-A INPUT -p udp -g SOURCES
-A INPUT -p icmp -j ONE
-A INPUT -p sctp -j REJECT --reject-with icmp-proto-unreachable
-A INPUT -p esp -j REJECT --reject-with icmp-port-unreachable
${Array.from({ length: 14 }, (_, i) => `-A PORTS -p tcp -m tcp --dport ${i + 1} -j ACCEPT`).join('\n')}
-A PORTS -p tcp -m tcp ! --dport 100 -j RETURN
-A PORTS -p tcp -j DROP
${Array.from({ length: 10 }, (_, i) => `-A SOURCES -s 198.51.100.${i}/32 -j ACCEPT`).join('\n')}
-A SOURCES -m set --match-set friends src -j ACCEPT
-A ONE -p icmp -m icmp --icmp-type 0 -j ACCEPT
-A ONE -s 10.0.0.0/8 -p icmp -j ACCEPT
COMMIT
${HOST}`,
  'verdict maps and returns': `table inet fw {
	chain in {
		type filter hook input priority 0; policy accept;
		tcp dport vmap { 80 : goto web, 81 : jump web, 82 : return, 83 : continue, 89 : drop }
		tcp dport 84 goto web
		tcp dport 85 return
		udp dport 53 ip saddr 198.51.100.1 drop
	}
	chain web {
		tcp sport 1 drop
	}
	chain out {
		type filter hook output priority 0; policy drop;
		meta skuid 7 return
		oifname "eth1" reject with tcp reset
		accept
	}
}
${HOST}`,
  'zones, and what returns from a built-in chain': `*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING -p tcp -m tcp --dport 1 -j CT --zone 7 --helper ftp
-A PREROUTING -p tcp -m tcp --dport 2 -j CT --zone-orig 8
-A PREROUTING -p tcp -m tcp --dport 3 -j CT --zone-reply 9
-A PREROUTING -p tcp -m tcp --dport 4 -j CT --zone-orig mark
-A PREROUTING -p tcp -m tcp --dport 5 -j CT --ctevents new
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -p tcp -m tcp --dport 6 -j DNAT --to-destination 10.9.0.7:80 --random
-A POSTROUTING -o eth1 -p tcp -j SNAT --to-source 10.9.0.9 --random
-A POSTROUTING -o eth1 -p udp -j MASQUERADE --to-ports 2000-3000 --random
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT DROP [0:0]
-A INPUT -p udp -m udp --dport 137 -j RETURN
-A INPUT -i eth0 -p tcp -m tcp --dport 1:5 -j ACCEPT
-A OUTPUT -d 224.0.0.0/4 -j ACCEPT
COMMIT
${HOST}`,
  'nft with counters': `table inet fw {
	chain in {
		type filter hook input priority 0; policy drop;
		tcp dport 22 counter packets 5 bytes 300 accept
		counter packets 0 bytes 0 tcp dport { 80, 443 } ct state new log prefix "web, " accept comment "x"
		udp dport 9 counter packets 1 bytes 2
		udp dport 9 counter meta mark set 0x1
		udp dport 9 numgen random mod 2 vmap { 0 : accept, 1 : jump more }
		udp dport 10 numgen random mod 2 vmap { 0 : drop, 1 : goto more }
		udp dport 137 log
		reject with icmp type admin-prohibited
	}
	chain more {
		return
	}
	chain pre {
		type nat hook prerouting priority -100; policy accept;
		tcp dport 80 dnat ip to numgen random mod 2 map { 0 : 10.9.0.7, 1 : 10.9.0.8 }
	}
}
${HOST}`,
};

const MODELS = new Map<string, FileModel>();

function ownModel(name: string): FileModel | undefined {
  const text = OWN[name];
  const model = MODELS.get(name) ?? (text === undefined ? undefined : modelOfText(text, 'rules.md'));
  if (model) MODELS.set(name, model);
  return model;
}

function inputOf(section: string, question: string): TraceInput {
  const own = ownModel(section);
  const { model, dump } = own ? { model: own, dump: own.defaultDump as Dump } : fileOf(section);
  const [expression = '', path, host] = question.split(' | ');
  const overrides: unknown = host === undefined ? undefined : JSON.parse(host);
  const { input, problems } = evaluate(model, dump, { expression, outcome: 0, answers: {}, overrides });
  if (!input) throw new Error(problems.map(({ message }) => message).join('; '));
  return path === undefined ? input : selectPath(input, Number(path) - 1);
}

/** The report of a path but for its rows and what a text of the trace has. */
function sketch({ tabs, questions, moreQuestions, group, outcome, packet, family }: TraceReport): readonly string[] {
  const { badge, card, path: nodes } = outcome;
  return [
    `IPv${family} ${packet}${group === '' ? '' : ` (${group})`}`,
    ...(tabs.length > 1
      ? outlineOf(tabs.map(({ badge, name, label, probability }) => ({ badge: badge.text, name, label, probability })))
      : []),
    ...outlineOf(
      questions.map(({ choices, ...question }) => ({
        ...question,
        choices: choices.map(({ text }) => text).join(' / '),
      })),
    ),
    ...(moreQuestions > 0 ? [`${moreQuestions} more questions`] : []),
    ...outlineOf({ badge, card }),
    ...nodes.map(
      ({ kind, title, tables, text, state, tone, assumed, changes }) =>
        `${kind} ${title} ${state}${tone === undefined ? '' : ` ${tone}`}: ${text}` +
        tables.map(({ name, state }) => ` ${name} ${state}`).join(',') +
        (changes.length === 0 ? '' : ` (${changes.join(', ')})`) +
        (assumed === undefined ? '' : ` assumed: ${assumed}`),
    ),
  ];
}

/** A packet, and perhaps the number of the path that is shown and what is stated of the host. */
answersOf(path.join(import.meta.dirname, 'reports.txt'), (question, section) =>
  sketch(makeReport(inputOf(section, question))),
);

/** What is told of each step of a path, but for the values of the packet that no step changed. */
answersOf(path.join(import.meta.dirname, 'details.txt'), (question, section) => {
  const input = inputOf(section, question);
  const rows = makeReport(input).outcome.groups.flatMap((group) => group.rows);
  return rows.flatMap((row, i) => {
    const detail = stepDetail(input, row.id);
    return [rowWords(row), ...(detail ? detailOf(detail, i + 1 === rows.length) : ['  no detail'])];
  });
});

/** A rule as the trace view shows it: each word with what it is, and what is a part of what the rule does. */
answersOf(path.join(import.meta.dirname, 'ruleTokens.txt'), (text, section) => {
  const nft = section === 'nftables';
  const model = modelOfText(
    nft
      ? `table inet t {\n\tset s {\n\t\ttype ipv4_addr\n\t}\n\tchain c {\n\t\ttype filter hook input priority 0;\n\t\t${text}\n\t}\n\tchain web {\n\t}\n}\n`
      : `*filter\n:INPUT ACCEPT [0:0]\n:web - [0:0]\n${text}\nCOMMIT\n`,
    'rules.md',
  );
  const rules = allTables(ruleSetOf((model.defaultDump as Dump).section)).flatMap(({ chains }) =>
    [...chains.values()].flatMap(({ rules: own }) => own),
  );
  return rules.map((rule) =>
    ruleTokens(rule)
      .map(({ text: word, kind, part, short }) =>
        [
          JSON.stringify(word),
          kind,
          ...(part === undefined ? [] : [part]),
          ...(short === undefined ? [] : [`as ${short}`]),
        ].join(' '),
      )
      .join(', '),
  );
});

function rowWords(row: Row): string {
  const common = `${row.kind} ${'  '.repeat(row.depth)}`;
  if (row.kind === 'fold') return `${common}${row.text}`;
  const text = row.kind === 'note' ? row.text : row.tokens.map((token) => token.short ?? token.text).join(' ');
  return `${common}${row.mark} ${text} | ${row.why}`;
}

function detailOf(detail: StepDetail, last: boolean): readonly string[] {
  const { title, happened, purpose, conditions, changes, consequence, notes, changedBy, tries } = detail;
  const state = detail.state
    .map((group) => ({ ...group, values: group.values.filter(({ changed }) => last || changed) }))
    .filter(({ values }) => values.length > 0);
  const words = title.map(({ text }) => text).join('');
  return outlineOf(
    { title: words, happened, purpose, conditions, changes, consequence, notes, changedBy, tries, state },
    '  ',
  );
}
