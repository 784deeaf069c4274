import { test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf } from '../../src/features/fileModel';
import { evaluate } from '../../src/features/traceSession/evaluate';
import { expectLinear } from './linear';

const RULES = `*filter
:INPUT DROP [0:0]
-A INPUT -p tcp --dport 80 -j ACCEPT
COMMIT
# ip addr
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
    inet 192.168.1.10/24 brd 192.168.1.255 scope global eth0
`;

/** What stands before a list, and its row of a number. */
const LISTS: Readonly<Record<string, readonly [start: string, row: (n: number) => string]>> = {
  'addresses of one interface': [
    '3: kube-ipvs0: <BROADCAST,NOARP,UP> mtu 1500',
    (n) => `    inet 10.${two(n)}.1/32 scope global kube-ipvs0`,
  ],
  'addresses of one subnet': [
    '3: eth1: <BROADCAST,UP> mtu 1500',
    (n) => `    inet 10.1.${two(n)}/8 scope global secondary eth1`,
  ],
  'IPv6 addresses of one interface': [
    '3: kube-ipvs0: <BROADCAST,NOARP,UP> mtu 1500',
    (n) => `    inet6 fd00::${n.toString(16)}/64 scope global`,
  ],
  interfaces: [
    '',
    (n) => `${n + 3}: veth${n}: <BROADCAST,UP,LOWER_UP> mtu 1500\n    inet 10.${two(n)}.1/32 scope global`,
  ],
  routes: ['# ip route', (n) => `10.${two(n)}.0/24 via 192.168.1.${(n % 200) + 2} dev eth0`],
  'policy rules': ['# ip rule', (n) => `${n + 1000}:\tfrom 10.${two(n)}.5 lookup ${n + 100}`],
  sockets: ['# ss -ltn', (n) => `LISTEN 0 128 10.${two(n)}.1:80 0.0.0.0:*`],
  connections: [
    '# conntrack -L',
    (n) =>
      `tcp 6 8 ESTABLISHED src=10.${two(n)}.5 dst=192.168.1.10 sport=1 dport=80 src=192.168.1.10 dst=10.${two(n)}.5 sport=80 dport=1`,
  ],
  'members of a set': ['# ipset save\ncreate s hash:ip family inet', (n) => `add s 10.${two(n)}.7`],
  pods: [
    '# kubectl get pods -o wide\nNAME READY STATUS RESTARTS AGE IP NODE',
    (n) => `web-${n} 1/1 Running 0 3d 10.${two(n)}.7 node1`,
  ],
  services: [
    '# kubectl get svc\nNAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE',
    (n) => `svc-${n} ClusterIP 10.${two(n)}.7 <none> 80/TCP 3d`,
  ],
  neighbours: ['# ip neigh', (n) => `10.${two(n)}.7 dev eth0 lladdr 02:42:ac:11:00:01 REACHABLE`],
  'rules among which others are omitted': [
    '*mangle\n:INPUT ACCEPT [0:0]',
    (n) => `-A INPUT -s 10.${two(n)}.7 -j LOG\n...`,
  ],
  'lines that say that rules are omitted': ['*mangle\n:INPUT ACCEPT [0:0]\n-A INPUT -j LOG', () => '...'],
  'rows with gaps in their numbers': [
    'Chain OUTPUT (policy ACCEPT)\nnum target prot opt source destination',
    (n) => `${2 * n + 2} LOG all -- 10.${two(n)}.7 0.0.0.0/0`,
  ],
  sysctls: ['# sysctl -a', (n) => `net.ipv4.conf.veth${n}.rp_filter = 1`],
};

/** The middle of an address, another for each number. */
function two(n: number): string {
  return `${n >> 8}.${n & 255}`;
}

test.each(Object.entries(LISTS))('a trace beside a long list of %s', (name, [start, row]) => {
  // Rows are longer than the pieces of other long runs.
  const run = (length: number) => {
    const text = `${RULES}${start}\n${Array.from({ length: length / 5 }, (_, n) => row(n)).join('\n')}\n`;
    return () => {
      const model = modelOf(parseSourceFile(text));
      const dump = model.defaultDump;
      if (!dump) throw new Error('there are no rules');
      for (const expression of ['in eth0 tcp 192.168.1.5 > 10.0.9.1:80', 'out tcp > 10.0.9.1:80'])
        evaluate(model, dump, { expression, outcome: 0, answers: {}, overrides: undefined });
    };
  };
  expectLinear(run, name);
});
