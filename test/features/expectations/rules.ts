import { readExpectations } from '../../../src/features/expectations/readExpectations';
import type { ExpectationResult } from '../../../src/features/expectations/expectationResult';
import { ExpectationRunner } from '../../../src/features/expectations/runExpectation';
import { modelOfText } from '../sample';

/** A small router with facts of its host, so that nothing but what a test leaves open is open. */
export const ROUTER = `# iptables-save
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:PUBLISHED - [0:0]
-A PREROUTING -i wan0 -j PUBLISHED
-A POSTROUTING -o wan0 -j SNAT --to-source 198.51.100.1
-A PUBLISHED -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.1.0.5:8080
-A PUBLISHED -p tcp -m tcp --dport 3000 -j REDIRECT --to-ports 15006
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:GUARD - [0:0]
:UNUSED - [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m tcp --dport 15006 -j ACCEPT
-A INPUT -s 203.0.113.0/24 -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -p tcp -m tcp --dport 23 -j REJECT --reject-with tcp-reset
-A INPUT -m set --match-set friends src -j ACCEPT
-A FORWARD -j GUARD
-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i lan0 -j ACCEPT
-A FORWARD -d 10.1.0.5/32 -p tcp -m tcp --dport 8080 -j ACCEPT
-A GUARD -s 192.0.2.66/32 -j DROP
-A GUARD -p udp -j MARK --set-xmark 0x7/0xffffffff
COMMIT

$ ip addr
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default
    inet 127.0.0.1/8 scope host lo
2: wan0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq state UP group default
    inet 198.51.100.1/24 brd 198.51.100.255 scope global wan0
3: lan0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq state UP group default
    inet 10.1.0.1/16 brd 10.1.255.255 scope global lan0

$ ip route
default via 198.51.100.254 dev wan0
10.1.0.0/16 dev lan0 proto kernel scope link src 10.1.0.1
198.51.100.0/24 dev wan0 proto kernel scope link src 198.51.100.1

$ sysctl net.ipv4.ip_forward
net.ipv4.ip_forward = 1
`;

/** The results of all lines of a text about rules, the wrong ones last. */
export function resultsOf(rules: string, lines: string): readonly ExpectationResult[] {
  const { expectations, errors } = readExpectations(lines, 'iptest');
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  const runner = new ExpectationRunner(modelOfText(rules, 'router.md'));
  return expectations.map((expectation) => runner.run(expectation));
}

/** The last line of a text, and the message where it does not hold. */
export function lastOf(rules: string, lines: string): readonly [status: string, message: string] {
  const result = resultsOf(rules, lines).at(-1);
  return result ? [result.status, result.message] : ['nothing', ''];
}
