import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { settingOf } from '../../src/features/fileTrace';
import { ownFactsNotes, ownFactsOf } from '../../src/features/ownFacts';
import { formatAddress } from '../../src/core/net/address';

const RULES = ['*filter', ':INPUT DROP [0:0]', '-A INPUT -p tcp --dport 22 -j ACCEPT', 'COMMIT'];
const address = (text: string, iface = 'eth0'): string[] => [
  `2: ${iface}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000`,
  `    inet ${text}/24 brd 10.0.0.255 scope global ${iface}`,
];
const SOCKETS = ['State  Recv-Q Send-Q Local Address:Port Peer Address:Port', 'LISTEN 0 128 0.0.0.0:8080 0.0.0.0:*'];
const A = address('10.0.0.1');
const B = address('10.0.0.2', 'ens3');

interface Row {
  readonly name: string;
  readonly lines: readonly string[];
  /** Which rule set, from 0. */
  readonly dump?: number;
  /** The addresses and ports of the host. */
  readonly has: readonly string[];
  /** Parts of the notes, one for each. */
  readonly notes?: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    name: 'prompts of two hosts, the first',
    lines: ['root@n1:~# iptables-save', ...RULES, 'root@n1:~# ip addr', ...A, 'root@n2:~# ip addr', ...B],
    has: ['10.0.0.1'],
    notes: ['lines 10–11: run on n2'],
  },
  {
    name: 'prompts of two hosts, the second',
    lines: ['root@n1:~# iptables-save', ...RULES, 'root@n1:~# ip addr', ...A]
      .concat(['root@n2:~# iptables-save', ...RULES])
      .concat(['[root@n2 ~]# ip addr', ...B]),
    dump: 1,
    has: ['10.0.0.2'],
    notes: ['lines 7–8: run on n1'],
  },
  {
    name: 'a prompt and no name may be of any host',
    lines: ['root@n1:~# iptables-save', ...RULES, '# ip addr', ...A],
    has: ['10.0.0.1'],
  },
  { name: 'no prompt at all', lines: ['root@n1:~# iptables-save', ...RULES, '', ...A], has: ['10.0.0.1'] },
  {
    name: 'a pod and its node',
    lines: ['$ kubectl exec web-7 -c istio-proxy -- iptables-save', ...RULES, 'root@n1:~# ip addr', ...A],
    has: [],
    notes: ['run on n1'],
  },
  {
    name: 'a node and its pods',
    lines: ['root@n1:~# iptables-save', ...RULES]
      .concat(['$ kubectl exec web-7 -- ip addr', ...A])
      .concat(['$ kubectl exec deploy/db -- ip addr', ...B])
      .concat(['$ podman exec box ip addr', ...B])
      .concat(['$ multipass exec n4 -- ip addr', ...B]),
    has: [],
    notes: ['run in pod web-7', 'run in a pod of deployment db', 'run in container box', 'run on multipass n4'],
  },
  {
    name: 'a network namespace of another host',
    lines: ['root@n1:~# iptables-save', ...RULES, 'root@n1:~# ssh n2 ip netns exec red ip addr', ...A]
      .concat(['root@n1:~# ssh n3 ip addr', ...B])
      .concat(['root@n1:~# nsenter -t 812 -n ip addr', ...B]),
    has: [],
    notes: ['run in network namespace red on n2', 'run on n3', 'run in the network namespace of process 812'],
  },
  {
    name: 'a pod twice, by other options and programs',
    lines: ['$ kubectl exec web-7 -c istio-proxy -- iptables-save', ...RULES]
      .concat(['$ k -n shop exec -it pod/web-7 -- ip addr', ...A])
      .concat(['$ oc rsh web-7 ss -ltn', ...SOCKETS]),
    has: ['10.0.0.1', ':8080'],
  },
  {
    name: 'a pod of a deployment',
    lines: ['$ kubectl exec deploy/web -- iptables-save', ...RULES, '$ kubectl exec web-7d9f-x2 -- ip addr', ...A],
    has: ['10.0.0.1'],
  },
  {
    name: 'the prompt within the pod shows its name',
    lines: ['$ kubectl exec web-7 -- iptables-save', ...RULES, 'root@web-7:/# ip addr', ...A],
    has: ['10.0.0.1'],
  },
  {
    name: 'a shell that was opened in the pod',
    lines: ['$ kubectl exec web-7 -- iptables-save', ...RULES, '$ kubectl exec -it web-7 -- sh', '$ ip addr', ...A],
    has: ['10.0.0.1'],
  },
  {
    name: 'a shell in the pod that was left again',
    lines: ['$ kubectl exec web-7 -- iptables-save', ...RULES]
      .concat(['$ kubectl exec -it web-7 -- sh', '$ ss -ltn', ...SOCKETS])
      .concat(['$ exit', '$ ip addr', ...A]),
    has: [':8080'],
    notes: ['run on the machine of the prompt'],
  },
  {
    name: 'a shell in a container, left for the prompt before',
    lines: ['me@lap:~$ docker exec web iptables-save', ...RULES]
      .concat(['me@lap:~$ docker exec -it web bash', 'root@3f2a91:/# ss -ltn', ...SOCKETS])
      .concat(['me@lap:~$ ip addr', ...A]),
    has: [':8080'],
    notes: ['run on lap'],
  },
  {
    name: 'a login on another host',
    lines: ['me@lap:~$ ip addr', ...A, 'me@lap:~$ ssh root@n2', '# iptables-save', ...RULES, '# ip addr', ...B],
    has: ['10.0.0.2'],
    notes: ['lines 2–3: run on lap'],
  },
  {
    name: 'the network of another container',
    lines: ['$ docker exec web iptables-save', ...RULES, '$ docker run --rm --net=container:web box ip addr', ...A],
    has: ['10.0.0.1'],
  },
  {
    name: 'the network of the host, from a container',
    lines: ['root@n1:~# docker run --rm --privileged --net=host box iptables-save', ...RULES]
      .concat(['root@n1:~# ip addr', ...A])
      .concat(['root@n1:~# docker run --rm box ip addr', ...B]),
    has: ['10.0.0.1'],
    notes: ['run in a container of image box'],
  },
  {
    name: 'network namespaces of one host',
    lines: ['# ip netns exec blue iptables-save', ...RULES, '# ip netns exec red ip addr', ...A]
      .concat(['# ip netns exec blue ip addr', ...B])
      .concat(['# ip netns exec red ip route', 'default via 10.0.0.254 dev eth0']),
    has: ['10.0.0.2'],
    notes: ['lines 7–8, 13: run in network namespace red'],
  },
  {
    name: 'commands that set up namespaces',
    lines: ['ip netns exec blue iptables -A INPUT -p tcp --dport 22 -j ACCEPT']
      .concat(['ip netns exec blue ip addr add 10.0.0.2/24 dev v1'])
      .concat(['ip netns exec red ip addr add 10.0.0.1/24 dev v2']),
    has: ['10.0.0.2'],
    notes: ['line 3: run in network namespace red'],
  },
  {
    name: 'a shell in the namespace of a process has the prompt of its host',
    lines: ['root@n1:~# nsenter -t 812 -n', 'root@n1:~# iptables-save', ...RULES, 'root@n1:~# ip addr', ...A].concat([
      'root@n1:~# exit',
      'root@n1:~# ip addr',
      ...B,
    ]),
    has: ['10.0.0.1'],
    notes: ['run on n1'],
  },
  {
    name: 'nothing states whose rules they are: the host nearest to them',
    lines: [...RULES, '', 'root@n1:~# ip addr', ...A, '', 'prose', '', 'root@n2:~# ip addr', ...B],
    has: ['10.0.0.1'],
    notes: ['nothing states on which host these rules are; what the file shows of n1 is assumed', 'run on n2'],
  },
  {
    name: 'nothing states whose rules they are, but the log is that of a pod',
    lines: ['$ kubectl logs web-7 -c istio-init', ...RULES, 'root@n1:~# ip addr', ...A].concat([
      '$ kubectl exec web-7 -- ip addr',
      ...B,
    ]),
    has: ['10.0.0.2'],
    notes: ['what the file shows of pod web-7', 'run on n1'],
  },
  {
    name: 'a command of which nothing is read stands between',
    lines: ['root@n1:~# iptables-save', ...RULES, 'root@n2:~# ip route', 'default via 10.0.0.254 dev eth0'].concat([
      'root@n1:~# cat addresses.txt',
      ...A,
    ]),
    has: ['10.0.0.1'],
    notes: ['run on n2'],
  },
  {
    name: 'a list of pods is printed elsewhere',
    lines: ['root@n1:~# iptables-save', ...RULES, 'me@lap:~$ ip route', 'default via 192.168.1.1 dev wlan0'].concat([
      '```',
      '```',
      ...A,
      '```',
    ]),
    has: ['10.0.0.1'],
    notes: ['run on lap'],
  },
];

describe('the facts of a host are those of its own commands', () => {
  test.each(ROWS)('$name', ({ lines, dump = 0, has, notes = [] }) => {
    const model = modelOf(parseSourceFile(lines.join('\n')));
    const chosen = model.dumps[dump];
    if (!chosen) throw new Error(`the file has no rule set ${dump}`);
    const { setting } = settingOf(model, chosen);
    const { file } = ownFactsOf(model, chosen);
    // What is kept for a file is found again by the same object.
    expect(ownFactsOf(model, chosen).file).toBe(file);
    expect(file === model.file).toBe(file.sections.length === model.file.sections.length);
    const listed = file.sections.some(({ kind }) => kind === 'interfaces');
    const addresses = setting.host.interfaces
      .filter(({ name }) => listed && name !== 'lo')
      .flatMap(({ addresses: own }) => own.map((each) => formatAddress(each.address)));
    expect([...addresses, ...setting.host.listeners.map(({ port }) => `:${port}`)]).toEqual(has);
    const said = ownFactsNotes(ownFactsOf(model, chosen));
    expect(said).toEqual(notes.map((note) => expect.stringContaining(note) as string));
  });
});
