/** A pod that lists its own address, /etc/hosts and a name server. */
export const POD = `$ ip addr
2: eth0@if9: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UP
    inet 10.61.4.20/24 brd 10.61.4.255 scope global eth0
    inet6 fd61:4::20/64 scope global
$ cat /etc/hosts
# Kubernetes-managed hosts file.
127.0.0.1	localhost
::1	localhost ip6-localhost ip6-loopback
10.61.4.20	till-0
10.61.9.9	ledger.example.net ledger  # the old one
fd61:9::9	ledger.example.net
$ cat /etc/resolv.conf
search shop.svc.cluster.local svc.cluster.local cluster.local
nameserver 10.61.96.10
$ kubectl get svc -n shop
NAME    TYPE        CLUSTER-IP     EXTERNAL-IP   PORT(S)           AGE
till    ClusterIP   10.61.96.40    <none>        8080/TCP          9d
store   NodePort    10.61.96.41    <none>        80:31080/TCP,9000/TCP   9d
ghost   ClusterIP   None           <none>        80/TCP            9d
$ kubectl get pods -A -o wide
NAMESPACE   NAME      READY   STATUS    RESTARTS   AGE   IP           NODE    NOMINATED NODE   READINESS GATES
shop        till-0    1/1     Running   0          9d    10.61.4.20   node3   <none>           <none>
shop        store-0   1/1     Running   0          9d    10.61.4.31   node3   <none>           <none>
bank        vault-0   1/1     Running   0          9d    10.61.5.77   node4   <none>           <none>
$ iptables-save
*filter
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A OUTPUT -p tcp --dport 25 -j REJECT
COMMIT
`;

/** A node with the rules of Services, of which two share a name. */
export const NODE = `*nat
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-AAAAAAAAAAAAAAAA - [0:0]
:KUBE-SVC-BBBBBBBBBBBBBBBB - [0:0]
:KUBE-SVC-CCCCCCCCCCCCCCCC - [0:0]
:KUBE-SVC-DDDDDDDDDDDDDDDD - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A OUTPUT -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.62.0.10/32 -p udp -m comment --comment "kube-system/names:dns cluster IP" -m udp --dport 53 -j KUBE-SVC-AAAAAAAAAAAAAAAA
-A KUBE-SERVICES -d 10.62.0.20/32 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 8080 -j KUBE-SVC-BBBBBBBBBBBBBBBB
-A KUBE-SERVICES -d 10.62.0.20/32 -p tcp -m comment --comment "shop/web:admin cluster IP" -m tcp --dport 9090 -j KUBE-SVC-CCCCCCCCCCCCCCCC
-A KUBE-SERVICES -d 10.62.0.23/32 -p tcp -m comment --comment "blog/old: cluster IP" -m tcp --dport 7070 -j KUBE-SVC-CCCCCCCCCCCCCCCC
-A KUBE-SERVICES -d 10.62.0.30/32 -p tcp -m comment --comment "blog/web cluster IP" -m tcp --dport 80 -j KUBE-SVC-DDDDDDDDDDDDDDDD
COMMIT
*filter
:INPUT ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
-A KUBE-SERVICES -d 10.62.0.40/32 -p tcp -m comment --comment "shop/empty:http has no endpoints" -m tcp --dport 80 -j REJECT
COMMIT
`;

/** Rules alone: nothing states an address of the host. */
export const BARE = `*filter
:INPUT DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp --dport 22 -j ACCEPT
COMMIT
`;

/** Names, interfaces, sockets, sets of addresses and chains: words of all kinds. */
export const WORDS = `$ ip -4 addr
2: eth0: <UP> mtu 1500
    inet 192.0.2.10/24 scope global eth0
$ ip route
default via 192.0.2.1 dev wg0
$ kubectl get svc -A
NAMESPACE   NAME   TYPE        CLUSTER-IP    EXTERNAL-IP   PORT(S)          AGE
shop        web    ClusterIP   10.96.0.10    <none>        80/TCP,443/TCP   3d
$ cat /etc/hosts
127.0.0.1 localhost
10.9.8.7 db.example.com
$ ss -ltn
State  Recv-Q Send-Q Local Address:Port Peer Address:Port
LISTEN 0      128    0.0.0.0:8080       0.0.0.0:*
$ iptables-save
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:GUARD - [0:0]
-A INPUT -i tun+ -j ACCEPT
-A INPUT -s 198.51.100.7/32 -p tcp -j GUARD
-A FORWARD -s 198.51.100.0/24 -j ACCEPT
COMMIT
`;

/** Listings of one namespace, whose name nothing states, and of all of them. */
export const LISTED = `$ hostname -I
10.64.9.1 2001:db8:64::1
$ kubectl get svc
NAME   TYPE           CLUSTER-IP   EXTERNAL-IP      PORT(S)                  AGE
api    ClusterIP      10.64.0.5    <none>           8080/TCP                 1d
names  ClusterIP      10.64.0.6    <none>           53/UDP,53/TCP,9153/TCP   1d
far    ExternalName   <none>       db.example.org   <none>                   1d
$ kubectl get svc -A
NAMESPACE   NAME   TYPE        CLUSTER-IP    EXTERNAL-IP   PORT(S)   AGE
one         web    ClusterIP   10.64.1.1     <none>        80/TCP    1d
two         web    ClusterIP   10.64.1.2     <none>        80/TCP    1d
three       web    ClusterIP   10.64.1.3     <none>        80/TCP    1d
four        web    ClusterIP   10.64.1.4     <none>        80/TCP    1d
$ kubectl get pods -o wide
NAME    READY   STATUS    RESTARTS   AGE   IP          NODE    NOMINATED NODE   READINESS GATES
api-0   1/1     Running   0          1d    10.64.8.5   node1   <none>           <none>
$ iptables-save
*filter
:INPUT DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p tcp --dport 8080 -j ACCEPT
-A INPUT -i tun+ -j ACCEPT
-A INPUT -i wg+ -j ACCEPT
-A INPUT -i eth0 -j ACCEPT
-A INPUT -i eth10 -j ACCEPT
-A INPUT -i lo -j ACCEPT
COMMIT
`;
