import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { modelOf, type Dump } from '../../src/features/fileModel';
import { groundOf } from '../../src/features/whatIf/ground';
import { splitTyped } from '../../src/features/whatIf/splitTyped';

const HOST = `*filter
:INPUT ACCEPT [0:0]
COMMIT
$ ip addr
1: lo: <LOOPBACK,UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,UP> mtu 1500
    inet 10.0.0.5/24 scope global eth0
    inet6 2001:db8::5/64 scope global
$ ip route
10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.5
10.2.0.0/16 dev eth0 scope link metric 5
10.9.0.0/16 via 10.0.0.9 dev eth0
blackhole 10.1.0.0/16
$ ip rule
0:	from all lookup local
99:	from all fwmark 0x1 lookup 100
32766:	from all lookup main
32767:	from all lookup default
$ ipset save
create a hash:ip family inet
add a 1.2.3.4
create n hash:net family inet
add n 10.0.0.0/8
create p hash:ip,port family inet
add p 1.2.3.4,tcp:80
create t hash:ip family inet timeout 60
add t 1.2.3.4 timeout 5
`;

/** The messages of iproute2 6.1 and ipset 7.17 on Linux 6.x on such a host; an empty one: the command is run. */
const ANSWERS: readonly (readonly [command: string, answer: string])[] = [
  ['ip route add 10.8.0.0/16 via 10.0.0.9 dev eth7', 'Cannot find device "eth7"'],
  ['ip route add 10.9.0.0/16 via 10.0.0.9 dev eth0', 'RTNETLINK answers: File exists'],
  ['ip route append 10.9.0.0/16 via 10.0.0.9 dev eth0', 'RTNETLINK answers: File exists'],
  ['ip route append 10.9.0.0/16 via 10.0.0.8 dev eth0', ''],
  ['ip route replace 10.9.0.0/16 via 10.0.0.8', ''],
  ['ip route add blackhole 10.1.0.0/16', 'RTNETLINK answers: File exists'],
  ['ip route add 10.2.0.0/16 dev eth0 metric 6', ''],
  ['ip route add 10.2.0.0/16 dev eth0 metric 5', 'RTNETLINK answers: File exists'],
  ['ip route del 10.8.0.0/16', 'RTNETLINK answers: No such process'],
  ['ip route change 10.8.0.0/16 via 10.0.0.9', 'RTNETLINK answers: No such file or directory'],
  ['ip route add 10.8.0.1/16 dev eth0', 'Error: Invalid prefix for given prefix length.'],
  ['ip -6 route add 2001:db8:1::1/48 dev eth0', ''],
  ['ip rule add fwmark 1 lookup 100 pref 99', 'RTNETLINK answers: File exists'],
  ['ip rule add fwmark 1 lookup 100', ''],
  ['ip rule del fwmark 7 lookup 100', 'RTNETLINK answers: No such file or directory'],
  ['ip addr add 10.0.0.5/24 dev eth0', 'Error: ipv4: Address already assigned.'],
  ['ip addr add 2001:db8::5/64 dev eth0', 'Error: ipv6: address already assigned.'],
  ['ip addr del 10.0.0.6/24 dev eth0', 'Error: ipv4: Address not found.'],
  ['ip addr del 2001:db8::6/64 dev eth0', 'Error: ipv6: address not found.'],
  ['ip addr add 10.0.0.7/24 dev eth7', 'Cannot find device "eth7"'],
  ['ipset add a 1.2.3.4', "Element cannot be added to the set: it's already added"],
  ['ipset add -exist a 1.2.3.4', ''],
  ['ipset -exist add a 1.2.3.4', ''],
  ['ipset add a 1.2.3.5', ''],
  ['ipset add n 10.1.2.3/8', "Element cannot be added to the set: it's already added"],
  ['ipset add n 10.0.0.0/9', ''],
  ['ipset del n 10.9.9.9/8', ''],
  ['ipset add p 1.2.3.4,80', "Element cannot be added to the set: it's already added"],
  ['ipset add p 1.2.3.4,udp:80', ''],
  ['ipset add t 1.2.3.4 timeout 9', "Element cannot be added to the set: it's already added"],
  ['ipset del t 1.2.3.4', ''],
];

/** What the program refuses as well, in our words: they say more than it does. */
const IN_OUR_WORDS: readonly (readonly [command: string, message: string])[] = [
  ['ip route add 10.8.0.0/16 via 192.168.9.9', 'ip route: no interface reaches the gateway; name one with "dev"'],
  ['ip route add 10.8.0.0/16', 'ip route: a route needs "dev" or "via"'],
  ['ip route add nonsense dev eth0', 'ip route: "nonsense" is neither "default" nor an IPv4 prefix'],
  ['ip addr add 10.0.0.700/24 dev eth0', '"10.0.0.700/24" is not an address such as 10.1.2.3/24'],
  ['ipset create a hash:ip', 'set "a" exists already'],
  ['ipset del a 1.2.3.5', '"1.2.3.5" is not in set "a"'],
  ['ipset add b 1.2.3.4', 'there is no set "b"'],
  ['ipset flush b', 'there is no set "b"'],
  ['ipset destroy b', 'there is no set "b"'],
  ['ipset add a nonsense', '"nonsense" is not a value for the ip of a hash:ip set'],
  ['ipset add a 1.2.3.4,80', '"1.2.3.4,80" does not match the type hash:ip'],
];

const model = modelOf(parseSourceFile(HOST, { fileName: 'notes.md' }));

describe('commands about the host are refused as their programs refuse them', () => {
  test.each([...ANSWERS, ...IN_OUR_WORDS])('%s: %s', (command, message) => {
    const { made } = groundOf(model, model.dumps[0] as Dump, splitTyped(command, model.file));
    expect(made.flatMap(({ problems }) => problems.map((problem) => problem.message)).join('; ')).toBe(message);
  });

  test('an interface that the file cannot know of may be named where it lists none', () => {
    const bare = modelOf(parseSourceFile('*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n', { fileName: 'rules' }));
    const { made } = groundOf(bare, bare.dumps[0] as Dump, splitTyped('ip route add 10.8.0.0/16 dev eth7', bare.file));
    expect(made.flatMap(({ problems }) => problems)).toEqual([]);
  });
});
