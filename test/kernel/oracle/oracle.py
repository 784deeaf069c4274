#!/usr/bin/env python3
"""Asks the real kernel what it does with one exact packet under one iptables-save text.

  oracle.py [legacy|nft]      JSON Lines on stdin -> JSON Lines on stdout; the network namespace is kept between cases

Needs root, iptables, ip, nft, ipset. The process moves itself into a fresh network namespace, which dies with it, so nothing of
the machine is touched. Interfaces are TAP devices: a frame written to one runs through the hooks before write() returns, and
what the host sends is read back. The kernel's own rule trace (nf_trace) comes by NFLOG, with the packet in front of every rule.

Requests: a case as test/kernel/referee.ts has it (rules, rules6, nft, sets, topology, conntrack, listeners, packet or packets, independent),
or sequences, a list of lists of packets: the answers come in one list.
"""
import fcntl
import json
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import nlk  # noqa: E402
import pktlib  # noqa: E402

PROBE = 65000
HOOKN = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"]
BUILTIN = set(HOOKN)
CHAINS = {"raw": ["PREROUTING", "OUTPUT"], "mangle": HOOKN, "nat": ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
          "filter": ["INPUT", "FORWARD", "OUTPUT"], "security": ["INPUT", "FORWARD", "OUTPUT"]}
NFT_STATEFUL = re.compile(r"numgen|limit|quota|(add|update|delete) @")
NFT_WRITES = re.compile(r"(ttl|dscp|hoplimit) set")
PROBE_TABLE = "oracle_probe"
STATEFUL = re.compile(r"-m (statistic|limit|hashlimit|recent|quota|connlimit|rateest|nfacct|connbytes)|-j (SET|RATEEST|IDLETIMER)")
TEMPLATE = re.compile(r"-j CT[\s\S]*(-j CONN|--set)|(-j CONN|--set)[\s\S]*-j CT")  # what a CT rule gives to packets keeps its mark and labels
NAMED = re.compile(r"-m (recent|hashlimit|quota|nfacct)")
DROPPING = ("DROP", "REJECT", "NFQUEUE", "QUEUE", "TPROXY", "SYNPROXY")
TUNSETIFF = 0x400454ca
DEFAULT_TOPOLOGY = {
    "ifaces": [
        {"name": "eth0", "mac": "02:00:00:00:01:05", "addrs": ["10.244.1.5/24", "fd00:1::5/64"]},
        {"name": "eth1", "mac": "02:00:00:00:02:01", "addrs": ["192.168.50.1/24", "fd00:2::1/64"]},
    ],
    "routes": ["default via 10.244.1.1 dev eth0", "-6 default via fd00:1::1 dev eth0"],
    "ipRules": [],
    "sysctls": {},
    "conntrack": "on",
}
BASE_SYSCTL = {
    "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1, "net.ipv6.conf.default.accept_dad": 0,
    "net.ipv6.conf.default.addr_gen_mode": 1, "net.ipv6.conf.default.accept_ra": 0,
    "net.ipv4.conf.all.rp_filter": 0, "net.ipv4.conf.default.rp_filter": 0,
    "net.ipv4.conf.all.send_redirects": 0, "net.ipv4.conf.default.send_redirects": 0,
    "net.ipv4.conf.all.accept_redirects": 0, "net.ipv4.conf.default.accept_redirects": 0,
    "net.ipv6.conf.all.accept_redirects": 0,
    "net.ipv4.icmp_ratelimit": 0, "net.ipv4.icmp_msgs_per_sec": 1000000, "net.ipv4.icmp_msgs_burst": 100000,
    "net.ipv6.icmp.ratelimit": 0, "net.ipv4.tcp_synack_retries": 0, "net.ipv4.tcp_invalid_ratelimit": 0,
    "net.netfilter.nf_conntrack_tcp_be_liberal": 1, "net.ipv4.ip_no_pmtu_disc": 2,  # no sequence learns the MTU of a path from another
    "net.ipv6.auto_flowlabels": 0,  # a question is known by its flow label: an answer must not draw the same
}


def sysctl(k, v):
    parts = k.split(".")
    # interface names may contain dots: net.ipv4.conf.IF.key
    if len(parts) > 5 and parts[2] == "conf":
        parts = parts[:3] + [".".join(parts[3:-1]), parts[-1]]
    try:
        with open("/proc/sys/" + "/".join(parts), "w") as f:
            f.write(str(v))
    except OSError:
        return False
    return True


def sh(args, inp=None, check=True):
    r = subprocess.run(args, input=inp, capture_output=True, text=True)
    if check and r.returncode:
        raise RuntimeError("%s: rc %d: %s" % (" ".join(args), r.returncode, r.stderr.strip()))
    return r


class Running:
    """A program that was started with some input, which is less than what a pipe holds or is read to its end by it."""

    def __init__(self, args, inp):
        self.args = args
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=self.errors, stderr=self.errors)
        try:
            self.process.stdin.write(inp.encode())
            self.process.stdin.close()
        except BrokenPipeError:
            pass

    def wait(self):
        """what went wrong"""
        rc = self.process.wait()
        self.errors.seek(0)
        text = self.errors.read().decode(errors="replace").strip()
        self.errors.close()
        return "%s: rc %d: %s" % (" ".join(self.args), rc, text) if rc else None


def parse_rules(text):
    """{table: {chain: {"policy": .., "rules": [line..]}}} in file order"""
    t = {}
    cur = None
    for line in (text or "").splitlines():
        line = line.strip()
        if line.startswith("*"):
            cur = t.setdefault(line[1:], {})
        elif line.startswith(":"):
            n, pol = line[1:].split()[:2]
            cur[n] = {"policy": None if pol == "-" else pol, "rules": []}
        elif cur is not None and (line.startswith("-A ") or line.startswith("[")):
            line = re.sub(r"^\[\d+:\d+\] ", "", line)
            n = line.split()[1]
            cur.setdefault(n, {"policy": "ACCEPT" if n in BUILTIN else None, "rules": []})["rules"].append(line)
    return t


def target_of(rule, event=None):
    if event and "target" in event:
        return event["target"]
    m = re.search(r"(?:^| )-([jg]) (\S+)", rule)
    return m.group(2) if m else None


def may_drop(ev):
    """Nobody listens behind a queue here, so one with --queue-bypass lets every packet go on."""
    return target_of(ev["rule"] or "", ev) in DROPPING and "--queue-bypass" not in (ev["rule"] or "")


def leaves_fragments(case):
    """Whether a fragment may wait for the rest of its datagram, which would be put together with one of the next case."""
    waiting = {}
    for p in case.get("packets") or [case.get("packet") or {}]:
        if p.get("mf") or p.get("fragOffset"):
            key = (p.get("src"), p.get("dst"), p.get("id"))
            waiting[key] = waiting.get(key, 0) + (1 if p.get("mf") else -1)
    return any(waiting.values())


class Host:
    """The host under test: this process's own anonymous network namespace with TAP interfaces."""

    def __init__(self, barrier, topology=None, backend="legacy"):
        self.barrier = barrier
        self.topo = dict(DEFAULT_TOPOLOGY, **(topology or {}))
        self.backend = backend
        nlk.unshare_net()
        self.taps = {}
        self.listeners = []
        self.rules = {4: None, 6: None}
        self.parsed = {4: {}, 6: {}}
        self.touched = {4: set(), 6: set()}
        self.sets = None
        self.setnames = []
        self.nfthandles = {}  # (family, table, chain, handle) -> rule number
        self.nft = None  # what nft has loaded
        self.native = {}  # {family table: {chain: {"policy": .., "rules": [text..]}}}
        self.dirty = False  # set when kernel state outlives a case (half-open TCP sockets, fragments that wait for others)
        self._setup()
        self.ct = nlk.Conntrack()
        self.log = nlk.Log([0, PROBE], nfttrace=backend == "nft")
        self.npkt = 0

    # ------------------------------------------------------------ topology
    def _setup(self):
        for k, v in BASE_SYSCTL.items():
            sysctl(k, v)
        batch = ["link set dev lo up"]
        for i in self.topo["ifaces"]:
            n = i["name"]
            if n != "lo":
                fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
                fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", n.encode(), 0x0002 | 0x1000))
                self.taps[n] = fd
                batch.append("link set dev %s address %s arp off mtu %d" % (n, i.get("mac", "02:00:00:00:00:01"), i.get("mtu", 1500)))
                batch.append("link set dev %s up" % n)
            for a in i.get("addrs", []):
                batch.append("addr add %s dev %s%s" % (a, n, " nodad" if ":" in a else ""))
        for r in self.topo["routes"]:
            batch.append("-6 route add " + r[3:] if r.startswith("-6 ") else "route add " + r)
        for r in self.topo["ipRules"]:
            batch.append("-6 rule add " + r[3:] if r.startswith("-6 ") else "rule add " + r)
        for fam in ("-4", "-6"):
            lines = [(b[3:] if b.startswith("-6 ") else b) for b in batch if (fam == "-6") == (b.startswith("-6 "))]
            if lines:
                sh(["ip", fam, "-batch", "-"] if fam == "-6" else ["ip", "-batch", "-"], "\n".join(lines) + "\n")
        for k, v in self.topo["sysctls"].items():
            if not sysctl(k, v):
                raise RuntimeError("sysctl %s" % k)
        self._await_addresses()
        self.ifname = {}
        for idx, n in socket.if_nameindex():
            self.ifname[idx] = n
        self.ifmac = {i["name"]: i.get("mac", "02:00:00:00:00:01") for i in self.topo["ifaces"]}
        t = ["table inet oracle_probe {"]
        cton = self.topo["conntrack"] == "on"
        for h in HOOKN:
            l = h.lower()
            if h == "OUTPUT":  # keep the kernel's own multicast chatter away from rule counters (our packets carry a flow label)
                t.append("chain quiet { type filter hook output priority -460; meta l4proto ipv6-icmp ip6 flowlabel 0 icmpv6 type { 130, 131, 132, 133, 143 } drop\n }")
            t.append("chain s_%s { type filter hook %s priority -450; meta nftrace set 1 log prefix \"S %s\" group %d\n }" % (l, l, h, PROBE))
            t.append("chain e_%s { type filter hook %s priority 2147483646;" % (l, l))
            if cton:
                for st in ("invalid", "new", "established", "related", "untracked"):
                    t.append(" ct state %s log prefix \"E %s %s\" group %d" % (st, h, st.upper(), PROBE))
            else:
                t.append(" log prefix \"E %s -\" group %d" % (h, PROBE))
            t.append(" }")
        t.append("}")
        sh(["nft", "-f", "-"], "\n".join(t) + "\n")

    def _await_addresses(self):
        """IPv6 addresses get their local route from a work queue, a moment after `ip addr add` has returned."""
        want = {pktlib.ipaddress.ip_address(a.split("/")[0]).packed.hex() for i in self.topo["ifaces"] for a in i.get("addrs", []) if ":" in a}
        for _ in range(200):
            have = set()
            with open("/proc/net/ipv6_route") as f:
                for line in f:
                    w = line.split()
                    if w[1] == "80" and int(w[8], 16) & 0x80000000:
                        have.add(w[0])
            if want <= have:
                return
            time.sleep(0.005)

    def keeps_nat(self, case):
        """Once loaded, the nat table stays, empty or not, and with it NAT's look at every packet. A host whose dump has none never had it."""
        return any(case.get(name) is not None and "nat" in self.touched[f] and not re.search(r"^\*nat", case[name], re.M)
                   for f, name in ((4, "rules"), (6, "rules6")))

    def close(self):
        self.log.close()
        self.ct.close()
        for fd in self.taps.values():
            os.close(fd)
        for s in self.listeners:
            s.close()

    # ------------------------------------------------------------ rules
    def cmd(self, fam, what):
        return ("iptables" if fam == 4 else "ip6tables") + "-" + self.backend + "-" + what

    def load(self, rules=None, rules6=None, sets=None, again=False):
        """again: rules that remember something forget it"""
        want = {4: rules or "", 6: rules6 or ""}
        if sets != self.sets or (sets and again and ("-j SET" in want[4] + want[6] or "counters" in sets)):
            self._restore({4: "", 6: ""})
            self.rules = {4: None, 6: None}
            if self.setnames:
                sh(["ipset", "flush"])  # a list:set holds references on its members
                for _ in range(20):
                    if sh(["ipset", "destroy"], check=False).returncode == 0:
                        break
                    time.sleep(0.01)
            self.setnames = []
            if sets:
                sh(["ipset", "-exist", "restore"], sets if sets.endswith("\n") else sets + "\n")
                self.setnames = re.findall(r"^create (\S+)", sets, re.M)
            self.sets = sets
        old = [f for f in (4, 6) if self.rules[f] != want[f] or again and (STATEFUL.search(want[f]) or TEMPLATE.search(want[f]))]
        # recent/hashlimit tables outlive an atomic replace: free them first
        self._restore({f: "" for f in old if self.rules[f] and NAMED.search(self.rules[f])})
        self._restore({f: want[f] for f in old})
        for f in old:
            self.rules[f] = want[f]
            self.parsed[f] = parse_rules(want[f])
            for g in re.findall(r"--nflog-group (\d+)", want[f]):
                self.log.bind(int(g))
        if old and self.backend == "nft":
            cnt = {}
            self.nfthandles = {}
            for k, handle in nlk.nft_rules():
                cnt[k] = cnt.get(k, 0) + 1
                self.nfthandles[k + (handle,)] = cnt[k]

    def load_nft(self, text, again=False):
        """Tables of nft itself, loaded behind those of iptables."""
        if text == self.nft and not (again and text and NFT_STATEFUL.search(text)):
            return
        gone = "".join("delete table %s\n" % label for label in self.native)
        self.native = {}
        if self.nft is not None or text is not None:
            sh(["nft", "-f", "-"], gone + (text or "") + "\n")
        self.nft = text
        self.log.inet = bool(text)
        listed = json.loads(sh(["nft", "-j", "-a", "list", "ruleset"]).stdout)["nftables"] if text else []
        words = {}
        if text:
            for line in sh(["nft", "-a", "list", "ruleset"]).stdout.splitlines():
                m = re.match(r"\t\t(.*) # handle (\d+)$", line)
                t = re.match(r"table (\S+ \S+) \{", line)
                if t:
                    label = t.group(1)
                elif m:
                    words[(label, int(m.group(2)))] = m.group(1)
        for o in listed:
            c, r = o.get("chain"), o.get("rule")
            if c and c["table"] != PROBE_TABLE and not (c["family"] in ("ip", "ip6") and c["table"] in CHAINS):
                self.native.setdefault("%s %s" % (c["family"], c["table"]), {})[c["name"]] = {"policy": (c.get("policy") or "accept").upper() if "hook" in c else None, "rules": []}
            elif r:
                label = "%s %s" % (r["family"], r["table"])
                if r["chain"] in self.native.get(label, {}):
                    self.native[label][r["chain"]]["rules"].append(words.get((label, r["handle"]), ""))
        cnt = {}
        self.nfthandles = {}
        for k, handle in nlk.nft_rules():
            cnt[k] = cnt.get(k, 0) + 1
            self.nfthandles[k + (handle,)] = cnt[k]

    def _restore(self, texts):
        """The rules of one family or both, at the same time: iptables-nft-restore does little but wait for the kernel."""
        running = []
        for f, text in texts.items():
            have = set(re.findall(r"^\*(\w+)", text, re.M))
            # iptables-restore without -n flushes every table named; empty builtin policies must be reset explicitly
            s = text
            for t in sorted(self.touched[f] - have):
                s = "*%s\n%sCOMMIT\n" % (t, "".join(":%s ACCEPT [0:0]\n" % c for c in CHAINS[t])) + s
            self.touched[f] |= have
            if s:
                running.append(Running([self.cmd(f, "restore")], s if s.endswith("\n") else s + "\n"))
        failures = [failure for failure in [each.wait() for each in running] if failure]
        if failures:
            raise RuntimeError(failures[0])

    # ------------------------------------------------------------ packets
    def read_frames(self):
        out = []
        for n, fd in self.taps.items():
            while True:
                try:
                    b = os.read(fd, 65536)
                except BlockingIOError:
                    break
                et = struct.unpack("!H", b[12:14])[0]
                if et in (0x0800, 0x86dd):
                    out.append((n, b[14:]))
        return out

    def inject(self, p, raw):
        d = p.get("dir", "in")
        if d in ("in", "forward") and p.get("iface") != "lo":
            n = p.get("iface") or "eth0"
            mac = lambda s: bytes.fromhex(s.replace(":", ""))
            dst = p.get("dstMac") or self.ifmac[n]
            src = p.get("srcMac") or "02:00:00:00:99:99"
            os.write(self.taps[n], mac(dst) + mac(src) + (b"\x08\x00" if raw[0] >> 4 == 4 else b"\x86\xdd") + raw)
            return
        uid, gid = p.get("uid", 0) or 0, p.get("gid")
        gid = (uid if gid is None else gid) or 0
        fam = socket.AF_INET if raw[0] >> 4 == 4 else socket.AF_INET6
        groups = p.get("groups")
        if groups is not None:
            old = os.getgroups()
            os.setgroups(groups)
        nlk.libc.setfsgid(gid)
        nlk.libc.setfsuid(uid)
        try:
            s = socket.socket(fam, socket.SOCK_RAW, socket.IPPROTO_RAW)
        finally:
            nlk.libc.setfsuid(0)
            nlk.libc.setfsgid(0)
            if groups is not None:
                os.setgroups(old)
        try:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            if p.get("mark"):
                s.setsockopt(socket.SOL_SOCKET, 36, p["mark"])
            if p.get("priority"):
                s.setsockopt(socket.SOL_SOCKET, 12, p["priority"])
            if p.get("bindOface"):
                s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, p["oface"].encode() + b"\0")
            s.sendto(raw, (p["dst"], 0))
        finally:
            s.close()

    def listen(self, specs):
        for s in self.listeners:
            s.close()
        self.listeners = []
        for l in specs or []:
            fam = socket.AF_INET6 if ":" in l["addr"] else socket.AF_INET
            s = socket.socket(fam, socket.SOCK_STREAM if l["proto"] == "tcp" else socket.SOCK_DGRAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if l.get("transparent"):
                s.setsockopt(0 if fam == socket.AF_INET else 41, 19 if fam == socket.AF_INET else 75, 1)
            s.setblocking(False)
            s.bind((l["addr"], l["port"]))
            if l["proto"] == "tcp":
                s.listen(8)
            self.listeners.append(s)

    @staticmethod
    def clashes():
        """New connections that clashed with another one: in IPv4 their packets are thrown away behind the probe at the end of INPUT."""
        try:
            with open("/proc/thread-self/net/stat/nf_conntrack") as f:
                head, *cpus = f.read().splitlines()
        except OSError:
            return 0
        column = head.split().index("insert_failed")
        return sum(int(line.split()[column], 16) for line in cpus)

    def run_packet(self, p):
        """Inject one packet, return what happened."""
        self.npkt += 1
        p = dict(p)
        if not p.get("id"):
            p["id"] = 0x4000 + (self.npkt % 0x7000)
        raw = pktlib.build(p)
        fam = raw[0] >> 4
        self.log.drain()
        self.read_frames()
        err = None
        clashed = self.clashes()
        try:
            self.inject(p, raw)
        except OSError as e:
            err = e.strerror
        ev, frames = [], []
        while True:  # what is still on its way over lo may send more
            self.barrier.wait()
            more, sent = self.log.drain(), self.read_frames()
            if not more and not sent:
                break
            ev += more
            frames += sent
        res = self.analyse(p, fam, ev, frames)
        if res["outcome"] == "LOCAL" and not res.get("otherPackets") and self.clashes() > clashed:
            res.update(outcome="DROPPED", verdict="DROP", dropBy={"kind": "kernel", "after": "INPUT"})
        if err:
            res["sendError"] = err
        if self.log.lost:
            res["lostEvents"] = self.log.lost
            self.log.lost = 0
        return res

    # ------------------------------------------------------------ analysis
    @staticmethod
    def is_question(d, p, fam):
        """Whether this is the packet that was asked about. An answer of this host may by chance have its identification."""
        proto = pktlib.proto_num(p.get("proto"))
        kind = p.get("icmpType", 8 if proto == 1 else 128)
        return d["id"] == p["id"] and d["family"] == fam and pktlib.proto_num(d["proto"]) == proto and \
            (proto not in (1, 58) or d.get("icmpType", kind) == kind)

    @staticmethod
    def short(d, mark, iif=None, oif=None):
        r = {k: v for k, v in d.items() if k not in ("id", "family")}
        r["mark"] = mark
        if iif:
            r["iif"] = iif
        if oif:
            r["oif"] = oif
        return r

    def analyse(self, p, fam, raw_events, frames):
        rules = self.parsed[fam]
        main, others, order = [], {}, []
        nftid = {}
        current = None
        lasthook, shown = {}, {}

        def bucket(d, loose=False):
            if d is None:
                return None
            if loose and d["family"] == 6 == fam and d["id"] == p["id"]:
                return "main"  # nft trace carries no extension headers, so the protocol is not known
            if self.is_question(d, p, fam):
                return "main"
            key = (d["family"], str(d["proto"]), d["id"], d.get("icmpType"), tuple(d.get("flags") or ()))
            if key not in others:
                others[key] = []
                order.append(key)
            return key
        for e in raw_events:
            if e["k"] == "log":
                d = pktlib.parse(e.get("pkt", b""))
                b = current = bucket(d)
                if b is None:
                    continue
                o = {"hook": HOOKN[e["hook"]]}
                st = self.short(d, e["mark"], self.ifname.get(e["iif"]), self.ifname.get(e["oif"]))
                if len(e["pkt"]) < d["length"] and b in shown:  # NFLOG --nflog-size has cut it off
                    st = dict(shown[b], mark=e["mark"])
                shown[b] = st
                pre = e["prefix"]
                if e["group"] == PROBE:
                    w = pre.split()
                    o["ev"] = "hookStart" if w[0] == "S" else "hookEnd"
                    if w[0] == "E" and w[2] != "-":
                        o["ctstate"] = w[2]
                elif e["group"] == 0 and pre.startswith("TRACE: "):
                    s = pre[7:].rstrip()
                    table, rest = s.split(":", 1)
                    rest, num = rest.rsplit(":", 1)
                    chain, typ = rest.rsplit(":", 1)
                    num = int(num)
                    rl = rules.get(table, {}).get(chain)
                    if rl is None:
                        if table in rules and chain not in BUILTIN:
                            o.update(ev="unknown", prefix=pre)
                        elif table not in rules:
                            continue  # a table the case does not define (left empty by an earlier case)
                        else:
                            o.update(ev="policy", table=table, chain=chain, verdict="ACCEPT")
                    elif num <= len(rl["rules"]):
                        o.update(ev="rule", table=table, chain=chain, num=num, rule=rl["rules"][num - 1])
                    elif chain in BUILTIN:
                        o.update(ev="policy", table=table, chain=chain, verdict=rl["policy"] or "ACCEPT")
                    else:
                        o.update(ev="return", table=table, chain=chain)
                else:
                    o.update(ev="log", group=e["group"], prefix=pre)
                    if "uid" in e:
                        o["uid"] = e["uid"]
                o["st"] = st
                if self.backend == "nft":
                    lasthook[b] = (o["hook"], st)
                (main if b == "main" else others[b]).append(o)
            elif e["k"] == "nft":
                famname = {2: "ip", 10: "ip6", 1: "inet"}.get(e["family"])
                d = pktlib.parse(e["nh"] + e.get("th", b"")) if "nh" in e else None
                if "nh" in e:
                    nftid[e.get("id")] = bucket(d, True)
                elif e.get("id") not in nftid:  # a later fragment in IPv6: nf_tables takes its transport header to be at the very front
                    nftid[e.get("id")] = current
                b = nftid.get(e.get("id"))
                if b is None or e.get("table") == PROBE_TABLE:
                    continue
                native = self.native.get("%s %s" % (famname, e.get("table")))
                lh, lst = lasthook.get(b, (None, {}))
                if d and fam == 6 and "sport" in lst and e["nh"][6] in (0, 43, 44, 60) and lst.get("proto") in pktlib.PROTO:
                    # the event shows the transport header, but none of the extension headers in front of it
                    d = pktlib.parse(e["nh"][:6] + bytes([pktlib.PROTO[lst["proto"]]]) + e["nh"][7:] + e.get("th", b""))
                if d:  # the first event of a base chain tells what the tables before it made of the packet
                    lst = dict(lst, **{k: v for k, v in d.items() if k in ("src", "dst", "tos", "ttl", "length") or k in ("sport", "dport", "flags") and k in lst})
                    for k in ("fragOffset", "mf"):  # gone where fragments were put together
                        if k not in d:
                            lst.pop(k, None)
                    for k in ("tcpOptionsHex", "inner"):  # they lie beyond what the event shows
                        lst.pop(k, None)
                    lasthook[b] = (lh, lst)
                    if b in shown:  # what NFLOG cuts off is known from here
                        shown[b] = lst
                o = {"hook": lh}
                table, chain = e.get("table"), e.get("chain")
                if native is None and table not in rules:
                    continue
                rl = (native or rules[table]).get(chain)
                base = chain in BUILTIN if native is None else rl is not None and rl["policy"] is not None
                label = table if native is None else "%s %s" % (famname, table)
                if e["type"] == "rule" and "handle" not in e:  # end of chain reached
                    if base:
                        continue
                    e["type"] = "return"
                if e["type"] == "rule":
                    num = self.nfthandles.get((famname, table, chain, e.get("handle")))
                    o.update(ev="rule", table=label, chain=chain, num=num,
                             rule=rl["rules"][num - 1] if rl and num and num <= len(rl["rules"]) else None)
                    if native is not None:
                        o["target"] = "REJECT" if re.search(r"(^| )reject", o["rule"] or "") else e.get("verdict", "ACCEPT")
                        o["writes"] = NFT_WRITES.search(self.nft) is not None
                elif e["type"] == "policy":
                    if not base:
                        continue
                    o.update(ev="policy", table=label, chain=chain, verdict={0: "DROP", 1: "ACCEPT"}.get(e.get("policy"), "ACCEPT"))
                else:
                    o.update(ev="return", table=label, chain=chain)
                o["st"] = dict(lst, mark=e.get("mark") or 0)
                (main if b == "main" else others[b]).append(o)
        res = self.digest(main, "main", p, fam, frames, rules)
        rep = []
        for k in order:
            r = self.digest(others[k], k, p, fam, frames, rules)
            rep.append(r)
        if rep:
            res["otherPackets"] = rep
        return res

    def digest(self, evs, key, p, fam, frames, rules):
        prev = None
        out, posts = [], []
        matched, chains = [], []
        for i, o in enumerate(evs):
            if o["ev"] == "hookStart" and o["hook"] == "POSTROUTING":
                posts.append(prev)
            st = o.pop("st")
            if prev is None:
                o["pkt"] = st
            else:
                ch = {k: st.get(k) for k in set(st) | set(prev) if st.get(k) != prev.get(k)}
                if ch:
                    o["changed"] = ch
            prev = st
            out.append(o)
            if o["ev"] == "rule":
                matched.append({"hook": o["hook"], "table": o["table"], "chain": o["chain"], "num": o["num"], "rule": o["rule"]})
        # verdict per table traversal
        cur = None
        for o in out:
            if o["ev"] in ("rule", "policy", "return"):
                k = (o["hook"], o["table"])
                if cur is None or cur["k"] != k or cur.get("ended"):
                    cur = {"k": k, "last": o}
                    chains.append(cur)
                cur["last"] = o
                if o["ev"] == "policy" or o.get("target") == "ACCEPT":  # the next chain may be of the same table
                    cur["ended"] = True
            elif o["ev"] in ("hookStart", "hookEnd"):
                if cur and o["ev"] == "hookStart":
                    cur["cut"] = True
                cur = None
        if cur:
            cur["cut"] = True
        ends = [o for o in out if o["ev"] == "hookEnd"]
        starts = [o for o in out if o["ev"] == "hookStart"]
        lastprobe = None
        for o in out:
            if o["ev"] in ("hookStart", "hookEnd"):
                lastprobe = o
        mine = []
        for n, b in frames:
            d = pktlib.parse(b)
            if d is None:
                continue
            if key == "main":
                if self.is_question(d, p, fam):
                    mine.append((n, d))
            elif d["family"] == key[0] and str(d["proto"]) == key[1] and d["id"] == key[2]:
                mine.append((n, d))
        r = {"matchedRules": matched}
        if mine:
            n, d = mine[-1]
            r["outcome"] = "SENT"
            r["outIface"] = n
            # Of IPv6, a copy for the host itself goes through POSTROUTING and comes in behind the packet that leaves.
            last = posts[1] if fam == 6 and len(posts) > 1 else prev
            r["finalPacket"] = self.short(d, last["mark"] if last else 0, None, n)
            if len(mine) > 1:
                offsets = [f.get("fragOffset", 0) for _, f in mine]
                if offsets == sorted(set(offsets)):
                    r["fragments"] = [f["length"] for _, f in mine]
                else:
                    r["framesSeen"] = len(mine)
        elif lastprobe and lastprobe["ev"] == "hookEnd" and lastprobe["hook"] == "INPUT":
            r["outcome"] = "LOCAL"
            r["finalPacket"] = prev
        elif out:
            r["outcome"] = "DROPPED"
            r["finalPacket"] = prev
            last = out[-1]
            if lastprobe is last and last["ev"] == "hookEnd":
                r["dropBy"] = {"kind": "kernel", "after": last["hook"]}
            else:
                lr = [o for o in out if o["ev"] in ("rule", "policy")]
                lr = lr[-1] if lr else None
                if lr and lr["ev"] == "policy" and lr["verdict"] == "DROP":
                    r["dropBy"] = {"kind": "policy", "table": lr["table"], "chain": lr["chain"], "hook": lr["hook"]}
                elif lr and lr["ev"] == "rule" and may_drop(lr):
                    r["dropBy"] = {"kind": "rule", "table": lr["table"], "chain": lr["chain"], "num": lr["num"],
                                   "hook": lr["hook"], "target": target_of(lr["rule"], lr)}
                else:
                    r["dropBy"] = {"kind": "kernel", "inHook": last["hook"]}
                if self.backend == "nft" and (last.get("table") == "mangle" or last.get("writes") or self.nft and NFT_WRITES.search(self.nft)):
                    # No event shows the packet within a chain, and rules of mangle may have changed it.
                    r["finalPacket"] = {k: v for k, v in prev.items() if k in ("mark", "iif", "oif")}
        else:
            r["outcome"] = "NONE"  # never reached a hook: refused by routing / input validation / reassembly queue
        for c in chains:
            c["verdict"] = None
        for i, c in enumerate(chains):
            l = c["last"]
            if l["ev"] == "policy":
                v = l["verdict"]
            elif l["ev"] == "rule":
                t = target_of(l["rule"] or "", l)
                v = t if t in ("DROP", "REJECT", "ACCEPT") else "ACCEPT"
                # Where it is not the last, it was a copy that the host takes itself of what goes to many.
                if c.get("cut") and may_drop(l) or r["outcome"] == "DROPPED" and i == len(chains) - 1 and r["dropBy"].get("kind") == "rule":
                    v = "REJECT" if t == "REJECT" else "DROP"
            else:
                v = "?"
            c["verdict"] = v
        r["verdicts"] = [{"hook": c["k"][0], "table": c["k"][1], "verdict": c["verdict"],
                          "by": "policy" if c["last"]["ev"] == "policy" else "%s:%s" % (c["last"]["chain"], c["last"].get("num"))}
                         for c in chains]
        r["verdict"] = "ACCEPT" if r["outcome"] in ("SENT", "LOCAL") else (
            "REJECT" if r.get("dropBy", {}).get("target") == "REJECT" else ("DROP" if out else "NONE"))
        r["hooks"] = [o["hook"] for o in starts]
        cts = [o["ctstate"] for o in ends if o.get("ctstate")]
        if cts:
            r["ctstate"] = cts[0]
        if not starts or starts[0] is not out[0]:
            r["noStart"] = True
        if out:
            r["initial"] = out[0].get("pkt")
        r["trace"] = out
        return r

    # ------------------------------------------------------------ cases
    def run_case(self, case):
        packets, starts = [], set()
        for sequence in case.get("sequences") or [case.get("packets") or [case["packet"]]]:
            starts.add(len(packets))  # each sequence begins with an empty connection table
            packets += sequence
        out, notes = [], []
        for i, q in enumerate(packets):
            if i in starts or case.get("independent"):
                self.load(case.get("rules"), case.get("rules6"), case.get("sets"), again=True)
                self.load_nft(case.get("nft"), again=True)
                self.ct.flush()
                if i == 0 or self.listeners:
                    self.listen(case.get("listeners"))
                for e in case.get("conntrack") or []:
                    rc = self.ct.create(e)
                    if rc:
                        notes.append("conntrack create failed: %s" % os.strerror(rc))
            r = self.run_packet(q)
            if any(o["ev"] == "unknown" for o in r["trace"]) or r.pop("noStart", None) or r.get("framesSeen"):
                r["ambiguous"] = True
            if not case.get("wantTrace"):
                r.pop("trace")
                r.pop("initial", None)
                for o in r.get("otherPackets", []):
                    o.pop("trace")
            if case.get("dumpConntrack"):
                r["conntrack"] = self.ct.dump()
            out.append(r)
        if self.listeners:
            self.dirty = any(l["proto"] == "tcp" for l in case["listeners"])
        self.dirty = self.dirty or leaves_fragments(case)
        if self.listeners:
            self.listen([])
        res = {"results": out}
        if notes:
            res["notes"] = notes
        return res


class Oracle:
    """Keeps one Host, remade when the topology changes, or when something of an earlier case would stay."""

    def __init__(self, backend):
        self.backend = backend
        self.barrier = nlk.Barrier()
        self.host = None
        self.key = None

    def run(self, case):
        self.ensure(case)
        return self.host.run_case(case)

    def ensure(self, case):
        key = json.dumps(case.get("topology"), sort_keys=True)
        if key != self.key or self.host.dirty or self.host.keeps_nat(case):
            if self.host:
                self.host.close()
            self.host = Host(self.barrier, case.get("topology"), self.backend)
            self.key = key


def main():
    o = Oracle(sys.argv[1] if len(sys.argv) > 1 else "legacy")
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            r = o.run(json.loads(line))
        except Exception as e:  # the client decides
            r = {"error": "%s: %s" % (type(e).__name__, e)}
        sys.stdout.write(json.dumps(r) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
