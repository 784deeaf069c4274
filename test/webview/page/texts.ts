const HOST = `
$ ip addr
2: eth0: <UP> mtu 1500
    inet 192.0.2.10/24 scope global eth0
$ ip route
default via 192.0.2.1 dev eth0
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.10
`;

/** Chains in chains, a question that only the user can answer, a line that is not read. */
export const WEB = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:WEB - [0:0]
:LOGGED - [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m tcp --dport 443 -j WEB
-A INPUT -p udp -j ACCEPT
-A WEB -m set --match-set blocked src -j DROP
-A WEB -j LOGGED
-A LOGGED -j LOG --log-prefix "web "
-A LOGGED -j ACCEPT
COMMIT
${HOST}
ufw allow 22/tcp
`;

export const WEB_PACKET = 'in eth0 tcp 203.0.113.9:41522 > 192.0.2.10:443 syn';

/** A port that goes to another host. */
export const NAT = `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A PREROUTING -i eth0 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.8.0.2:8080
COMMIT
*filter
:FORWARD ACCEPT [0:0]
COMMIT
${HOST}
$ sysctl -a
net.ipv4.ip_forward = 1
$ ip addr
3: eth1: <UP> mtu 1500
    inet 10.8.0.1/24 scope global eth1
`;

export const NAT_PACKET = 'in eth0 tcp 203.0.113.9:41522 > 192.0.2.10:80 syn';

/** More rules than the view shows at once. */
export const LONG = `*filter
:INPUT ACCEPT [0:0]
${Array.from({ length: 300 }, (_, i) => `-A INPUT -s 198.51.100.${i % 250}/32 -p tcp -m tcp --dport ${1000 + i} -j DROP\n`).join('')}COMMIT
${HOST}`;

export const SERVICE_PACKET = 'in eth0 tcp 10.244.3.4:5000 > 10.96.0.10:80';

/** A Service with that many endpoints, each of which may be drawn. */
export function serviceOf(endpoints: number): string {
  const all = Array.from({ length: endpoints }, (_, i) => i + 1);
  return `*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-WEB - [0:0]
${all.map((i) => `:KUBE-SEP-${i} - [0:0]\n`).join('')}-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-WEB
${all.map((i) => `-A KUBE-SVC-WEB ${i === endpoints ? '' : `-m statistic --mode random --probability ${(1 / (endpoints - i + 1)).toFixed(11)} `}-j KUBE-SEP-${i}\n`).join('')}${all.map((i) => `-A KUBE-SEP-${i} -p tcp -m tcp -j DNAT --to-destination 10.244.1.${i}:8080\n`).join('')}COMMIT
`;
}
