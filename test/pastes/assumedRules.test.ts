import { describe, expect, it } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import type { RulesSection } from '../../src/core/syntax/sourceFile';
import { modelOf, ruleSetOf } from '../../src/features/fileModel';
import { symbolsOf } from '../../src/features/symbols';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { badgeOf } from '../../src/features/traceReport/verdict';
import { overviewOf } from '../../src/features/overview';
import { trace } from './paste';
import { printRuleSet } from '../../src/features/canonical';

const SERVICE = [
  '-A KUBE-EXT-AAAA -m comment --comment "masquerade traffic for shop/web external destinations" -j KUBE-MARK-MASQ',
  '-A KUBE-EXT-AAAA -j KUBE-SVC-AAAA',
  '-A KUBE-NODEPORTS -p tcp -m comment --comment "shop/web" -m tcp --dport 30080 -j KUBE-EXT-AAAA',
  '-A KUBE-SEP-BBBB -p tcp -m comment --comment "shop/web" -m tcp -j DNAT --to-destination 10.244.1.7:8080',
  '-A KUBE-SERVICES -d 10.96.44.7/32 -p tcp -m comment --comment "shop/web cluster IP" -m tcp --dport 80 -j KUBE-SVC-AAAA',
  '-A KUBE-SVC-AAAA -m comment --comment "shop/web -> 10.244.1.7:8080" -j KUBE-SEP-BBBB',
];
const PUBLISHED = ['-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80'];
const text = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
const GREP = '$ sudo iptables-save | grep shop/web';
const NODE_PORT = 'in eth0 tcp 203.0.113.9 > :30080';
const CLUSTER_IP = 'out tcp > 10.96.44.7:80';
const JUMPS = 'KUBE-SERVICES → KUBE-NODEPORTS; PREROUTING → KUBE-SERVICES';
const MASQUERADES = 'KUBE-MARK-MASQ → MARK; KUBE-POSTROUTING → MARK, MASQUERADE';

type Case = readonly [name: string, file: string, packet: string, badge: string, always: string | undefined];

const traced = (file: string, expression: string) => {
  const model = modelOf(parseSourceFile(file, { fileName: 'paste.md' }));
  if (!model.defaultDump) throw new Error('there are no rules in the text');
  const { input } = evaluate(model, model.defaultDump, { expression, outcome: 0, answers: {}, overrides: undefined });
  const [first] = input?.traced.outcomes ?? [];
  if (!first) throw new Error('there is no outcome');
  return { first, badge: badgeOf(first), packet: first.end.packet };
};

describe('rules that a program always writes are assumed where others of it are shown without them', () => {
  it.each<Case>([
    [
      'a node port of a grep',
      text(GREP, ...SERVICE),
      NODE_PORT,
      'SENT eth0',
      `${MASQUERADES}; ${JUMPS}; POSTROUTING → KUBE-POSTROUTING`,
    ],
    ['a cluster IP of a grep', text(GREP, ...SERVICE), CLUSTER_IP, 'SENT eth0', 'OUTPUT → KUBE-SERVICES'],
    [
      'the same without the command',
      text('I see these:', '', ...SERVICE),
      CLUSTER_IP,
      'SENT eth0',
      'OUTPUT → KUBE-SERVICES',
    ],
    [
      'a packet for another port',
      text(GREP, ...SERVICE),
      'in eth0 tcp 203.0.113.9 > :31000',
      'DELIVERED :31000',
      undefined,
    ],
    [
      'grep -v',
      text('$ iptables-save | grep -v POSTROUTING', ...SERVICE),
      CLUSTER_IP,
      'SENT eth0',
      'OUTPUT → KUBE-SERVICES',
    ],
    [
      'one chain',
      text('$ iptables -t nat -S KUBE-NODEPORTS', '-N KUBE-NODEPORTS', ...SERVICE.slice(2, 3)),
      NODE_PORT,
      'DELIVERED :30080',
      JUMPS,
    ],
    [
      'a published port',
      text('$ iptables -t nat -S DOCKER', '-N DOCKER', ...PUBLISHED),
      'in eth0 tcp 203.0.113.9 > :8080',
      'SENT docker0',
      'PREROUTING → DOCKER',
    ],
    // What other programs always write: the jumps, and the rules of a chain that others jump to.
    ...(
      [
        [
          'a sidecar of Istio',
          'nat',
          '-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN|-A ISTIO_OUTPUT -j ISTIO_REDIRECT',
          'out uid 1000 tcp > 192.0.2.7:80',
          'REDIRECT :15001',
          'ISTIO_REDIRECT → REDIRECT; OUTPUT → ISTIO_OUTPUT',
        ],
        [
          'the other direction',
          'nat',
          '-A ISTIO_INBOUND -p tcp -m tcp --dport 15090 -j RETURN|-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT',
          'in eth0 tcp > :8080',
          'REDIRECT :15006',
          'ISTIO_IN_REDIRECT → REDIRECT; PREROUTING → ISTIO_INBOUND',
        ],
        [
          'Linkerd',
          'nat',
          '-A PROXY_INIT_REDIRECT -p tcp -j REDIRECT --to-ports 4143',
          'in eth0 tcp > :8080',
          'REDIRECT :4143',
          'PREROUTING → PROXY_INIT_REDIRECT',
        ],
        [
          'a pod of Calico, of which a policy says nothing',
          'filter',
          '-A cali-tw-cali0a1 -m mark --mark 0x0/0x20000 -j DROP',
          'forward eth0 cali0a1 tcp 192.0.2.9 > 10.244.1.7:80',
          'DROPPED',
          'cali-to-wl-dispatch → cali-tw-cali0a1; cali-FORWARD → cali-to-wl-dispatch; FORWARD → cali-FORWARD',
        ],
        [
          'another pod of it',
          'filter',
          '-A cali-tw-cali0a1 -m mark --mark 0x0/0x20000 -j DROP',
          'forward eth0 cali0a2 tcp 192.0.2.9 > 10.244.1.8:80',
          'SENT cali0a2',
          undefined,
        ],
        [
          'OVN-Kubernetes',
          'nat',
          '-A OVN-KUBE-EXTERNALIP -d 192.0.2.80/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.96.4.4:80',
          'in eth0 tcp 203.0.113.9 > 192.0.2.80:80 own',
          'SENT eth0',
          'PREROUTING → OVN-KUBE-EXTERNALIP',
        ],
        [
          'the network plugin of AWS',
          'nat',
          '-A AWS-SNAT-CHAIN-0 ! -o vlan+ -m addrtype ! --dst-type LOCAL -j SNAT --to-source 10.0.1.5 --random-fully',
          'forward eni1 eth0 tcp 10.0.1.88 > 203.0.113.9:443',
          'SENT eth0',
          'POSTROUTING → AWS-SNAT-CHAIN-0',
        ],
        [
          'the host port of a pod, from the pod itself',
          'nat',
          '-A CNI-DN-0a1 -s 10.4.0.2/32 -p tcp -m tcp --dport 2202 -j CNI-HOSTPORT-SETMARK|' +
            '-A CNI-DN-0a1 -p tcp -m tcp --dport 2202 -j DNAT --to-destination 10.4.0.2:22',
          'in cni0 tcp 10.4.0.2 > 192.0.2.5:2202 own',
          'SENT cni0',
          'CNI-HOSTPORT-DNAT → CNI-DN-0a1; CNI-HOSTPORT-SETMARK → MARK; CNI-HOSTPORT-MASQ → MASQUERADE; ' +
            'PREROUTING → CNI-HOSTPORT-DNAT; POSTROUTING → CNI-HOSTPORT-MASQ',
        ],
        [
          'a Service without endpoints on this node, which another table drops',
          'nat',
          '-A KUBE-NODEPORTS -p tcp -m tcp --dport 30080 -j KUBE-XLB-AAAA|' +
            '-A KUBE-XLB-AAAA -m comment --comment "shop/web: has no local endpoints" -j KUBE-MARK-DROP',
          NODE_PORT,
          'DROPPED',
          `KUBE-MARK-DROP → MARK; ${JUMPS}; KUBE-FIREWALL → DROP; INPUT → KUBE-FIREWALL`,
        ],
        [
          'IPVS',
          'filter',
          '-A KUBE-IPVS-FILTER -m conntrack --ctstate NEW -j REJECT --reject-with icmp-port-unreachable',
          'in eth0 tcp > :80',
          'REJECTED',
          'INPUT → KUBE-IPVS-FILTER',
        ],
      ] as const
    ).map(([name, table, rules, packet, badge, always]): Case => {
      const lines = rules.split('|');
      const chains = new Set(lines.map((line) => line.split(' ')[1] ?? ''));
      const outputs = [...chains].flatMap((chain) => [
        `$ iptables -t ${table} -S ${chain}`,
        `-N ${chain}`,
        ...lines.filter((line) => line.startsWith(`-A ${chain} `)),
      ]);
      return [name, text(...outputs), packet, badge, always];
    }),
    ...(
      [
        ['grep -E "shop|web"', 'OUTPUT → KUBE-SERVICES'],
        ['grep -e shop -e web', 'OUTPUT → KUBE-SERVICES'],
        ['grep shop | grep -v x', 'OUTPUT → KUBE-SERVICES'],
        // A pattern of the file is not run: this one would take longer than anybody waits.
        ['grep -E "(.*)*(.*)*(.*)*(.*)*(.*)*~"', 'OUTPUT → KUBE-SERVICES'],
        ['grep -E "shop|SERVICES"', undefined],
        ["grep 'shop\\|SERVICES'", undefined],
        ['grep .-SERVICES', undefined],
      ] as const
    ).map(
      ([grep, always]) =>
        [`below ${grep}`, text(`$ iptables-save | ${grep}`, ...SERVICE), CLUSTER_IP, 'SENT eth0', always] as const,
    ),
    // What would have been shown is not there.
    [
      'a grep that looks for the jump',
      text('$ iptables-save | grep KUBE-', ...SERVICE),
      CLUSTER_IP,
      'SENT eth0',
      undefined,
    ],
    ['…without regard to case', text('$ iptables-save | grep -i kube', ...SERVICE), CLUSTER_IP, 'SENT eth0', undefined],
    [
      'the whole built-in chain',
      text('$ iptables -t nat -S OUTPUT', '-P OUTPUT ACCEPT', '$ iptables -t nat -S DOCKER', '-N DOCKER', ...PUBLISHED),
      'out tcp > 192.0.2.7:8080 own',
      'DELIVERED :8080',
      undefined,
    ],
    [
      'rules of the built-in chain by hand',
      text('-A OUTPUT -p udp -j ACCEPT', ...SERVICE),
      CLUSTER_IP,
      'SENT eth0',
      undefined,
    ],
    [
      'a whole table',
      text(
        '*nat',
        ':PREROUTING ACCEPT [0:0]',
        ':OUTPUT ACCEPT [0:0]',
        ':POSTROUTING ACCEPT [0:0]',
        ...['EXT-AAAA', 'NODEPORTS', 'SEP-BBBB', 'SERVICES', 'SVC-AAAA', 'MARK-MASQ'].map(
          (name) => `:KUBE-${name} - [0:0]`,
        ),
        ...SERVICE,
        'COMMIT',
      ),
      CLUSTER_IP,
      'SENT eth0',
      undefined,
    ],
    ['the jump is shown', text(GREP, '-A OUTPUT -j KUBE-SERVICES', ...SERVICE), CLUSTER_IP, 'SENT eth0', undefined],
  ])('%s', (_name, file, packet, badge, always) => {
    const { first, badge: found } = traced(file, packet);
    expect(found.text).toBe(badge);
    const said = (first.provided ?? []).map(({ what }) => what).filter((what) => what.includes('always writes'));
    expect(said).toEqual(always === undefined ? [] : [expect.stringContaining(`(${always})`) as string]);
  });

  it('the packet is translated by the rules that are shown, and masqueraded by those that are not', () => {
    const { packet } = traced(text(GREP, ...SERVICE), NODE_PORT);
    expect([packet.destinationPort, packet.sourcePort]).toEqual([8080, 1024]);
  });

  it('of several commands together', () => {
    const one = (chain: string, ...rules: readonly string[]): string =>
      text(`$ iptables -t nat -S ${chain}`, `-N ${chain}`, ...rules);
    const file = [
      text('$ iptables -t nat -S | grep 30080', SERVICE[2] ?? ''),
      one('KUBE-EXT-AAAA', ...SERVICE.slice(0, 2)),
      one('KUBE-SVC-AAAA', SERVICE[0]?.replace('EXT', 'SVC') ?? '', SERVICE[5] ?? ''),
      one('KUBE-SEP-BBBB', SERVICE[3] ?? ''),
    ].join('');
    const model = modelOf(parseSourceFile(file, { fileName: 'paste.md' }));
    expect(model.defaultDump?.detail).toBe('lines 2, 4–6, 8–10, 12–13');
    expect(traced(file, NODE_PORT).packet.destinationPort).toBe(8080);
    const { tables, problems } = ruleSetOf(model.defaultDump?.section as RulesSection);
    // Two of the commands show jumps to it.
    expect(tables.get('nat')?.chains.get('KUBE-MARK-MASQ')?.rules).toHaveLength(1);
    expect(problems.filter(({ code }) => code !== 'unknown-target')).toEqual([]);
  });

  it.each<readonly [name: string, file: string, notes: readonly string[]]>([
    ['one', text('$ iptables -S web', '-N web', '-A web -j DROP'), ['the chain web: say "at web"']],
    ['those after it', text('-A web -j www', '-A www -j DROP'), ['the chain web: say "at web"']],
    [
      'many',
      text('-A a1 -j DROP', '-A a2 -j DROP', '-A a3 -j DROP', '-A a4 -j DROP'),
      ['the chains a1, a2 and others: say "at a1"'],
    ],
    ['a jump that is shown', text('-A INPUT -j web', '-A web -j DROP'), []],
    ['a jump that a program always writes', text(...PUBLISHED), []],
    ['a whole table', text('*filter', ':INPUT ACCEPT [0:0]', ':web - [0:0]', '-A web -j DROP', 'COMMIT'), []],
  ])('a chain that nothing jumps to is named: %s', (_name, file, notes) => {
    const found = trace(file, 'in eth0 tcp > :80').notes.filter((note) => note.startsWith('nothing in the file jumps'));
    expect(found).toEqual(
      notes.map((note) => `nothing in the file jumps to ${note} to trace a packet through its rules`),
    );
  });

  it('no listing of what the file has holds them', () => {
    const model = modelOf(parseSourceFile(text(GREP, ...SERVICE), { fileName: 'paste.md' }));
    const dump = model.defaultDump;
    if (!dump) throw new Error('there are no rules in the text');
    expect(dump.detail).toBe('lines 2–7');
    expect(printRuleSet(ruleSetOf(dump.section)).match(/^-A.*/gm)).toEqual(expect.arrayContaining(SERVICE));
    expect(printRuleSet(ruleSetOf(dump.section)).match(/^-A/gm)).toHaveLength(SERVICE.length);
    expect(overviewOf(model).ruleSets[0]?.tables['nat']?.rules).toBe(SERVICE.length);
    expect(JSON.stringify(symbolsOf(model))).not.toContain('not in the file');
  });

  // `iptables-restore --noflush`: built-in chains are not declared, and the jumps to the others are the program’s.
  const added = (chains: readonly string[], ...rules: readonly string[]): string =>
    text('*filter', ...chains.map((name) => `:${name} - [0:0]`), '', '# own rules', ...rules, 'COMMIT');
  const SSH = '-p tcp --dport 22 -j ACCEPT';
  const REST = ', and the rules that are not in the file (the rest of table filter; tables nat, mangle and raw)';
  it.each<readonly [name: string, file: string, packet: string, badge: string, provided: string]>([
    [
      'DOCKER-USER of after.rules',
      added(['DOCKER-USER'], '-A DOCKER-USER -i eth0 -j DROP'),
      'forward eth0 docker0 tcp 203.0.113.9 > 172.17.0.2:80 syn',
      'DROPPED',
      `the rules that Docker always writes are there (FORWARD → DOCKER-USER)${REST} let it pass unchanged`,
    ],
    [
      'user.rules of ufw',
      added(
        ['ufw-user-input', 'ufw-before-input'],
        '-A ufw-before-input -i lo -j ACCEPT',
        `-A ufw-user-input ${SSH}`,
        '-A ufw-user-input -j DROP',
      ),
      'in eth0 tcp 203.0.113.9 > 192.0.2.7:23 syn own',
      'DROPPED',
      'the rules that ufw always writes are there (ufw-before-input → ufw-user-input; INPUT → ufw-before-input)' +
        `${REST} let it pass unchanged`,
    ],
    [
      'what its rules jump to',
      added(['ufw-before-input'], '-A ufw-before-input -j ufw-logging-deny', '-A ufw-before-input -j DROP'),
      'in eth0 tcp 203.0.113.9 > 192.0.2.7:23 syn own',
      'DROPPED',
      `the rules that ufw always writes are there (ufw-logging-deny → LOG; INPUT → ufw-before-input)${REST} let it ` +
        'pass unchanged',
    ],
    [
      'IPv6',
      added(['ufw6-before-forward'], '-A ufw6-before-forward -d 2001:db8::/64 -j DROP'),
      'forward eth0 eth1 tcp 2001:db8:9::9 > 2001:db8::7:80 syn',
      'DROPPED',
      `the rules that ufw always writes are there (FORWARD → ufw6-before-forward)${REST} let it pass unchanged`,
    ],
    [
      'chains that nobody knows, and others that are reached',
      added(['own', 'log'], '-A own -j log', '-A log -j LOG', '-A own -j DROP'),
      'in eth0 tcp 203.0.113.9 > 192.0.2.7:23 syn own',
      'DELIVERED :23',
      'the rules that are not in the file (the rest of table filter; tables nat, mangle and raw) let it pass unchanged',
    ],
    [
      'with another table that is whole',
      text('*nat', ':POSTROUTING ACCEPT [0:0]', '-A POSTROUTING -o eth0 -j MASQUERADE', 'COMMIT') +
        added(['ufw-before-forward'], '-A ufw-before-forward -s 10.8.0.0/24 -j ACCEPT'),
      'forward wg0 eth0 tcp 10.8.0.2 > 203.0.113.9:80 syn',
      'SENT eth0',
      'the rules that ufw always writes are there (FORWARD → ufw-before-forward), and the rules that are not in the file ' +
        '(the rest of table filter) let it pass unchanged',
    ],
    // All chains that have rules are reached: it is what somebody loads as a whole.
    [
      'input without declarations of the built-in chains',
      added(['own'], '-A INPUT -j own', '-A own -j DROP'),
      'in eth0 tcp 203.0.113.9 > 192.0.2.7:23 syn own',
      'DROPPED',
      '',
    ],
    [
      'a chain that nothing uses in a table that is whole',
      added(['INPUT', 'own'], '-A own -j DROP').replace(':INPUT -', ':INPUT ACCEPT'),
      'in eth0 tcp 203.0.113.9 > 192.0.2.7:23 syn own',
      'DELIVERED :23',
      '',
    ],
  ])('input that adds to a table: %s', (_name, file, packet, badge, provided) => {
    for (const above of ['', 'I added this to after.rules:\n\n', '```\n']) {
      const { first, badge: found } = traced(above + file, packet);
      expect(found.text).toBe(badge);
      expect((first.provided ?? []).map(({ what }) => what).join(', and ')).toBe(provided);
    }
  });

  it('input that adds to a table is not the state of the host that is shown above', () => {
    const file =
      text('$ sudo iptables -S', '-P INPUT ACCEPT', '-P FORWARD ACCEPT', '-P OUTPUT ACCEPT', '-N DOCKER-USER') +
      text('$ cat after.rules') +
      added(['DOCKER-USER'], '-A DOCKER-USER -i eth0 -j DROP');
    const model = modelOf(parseSourceFile(file, { fileName: 'paste.md' }));
    expect(model.dumps.map(({ label, detail }) => `${label}, ${detail}`)).toEqual([
      'iptables -S, IPv4, lines 2–5',
      'rules, lines 8–11',
    ]);
    expect(model.defaultDump?.detail).toBe('lines 2–5');
  });
});
