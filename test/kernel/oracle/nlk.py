"""Minimal netlink: NFLOG listener (+ nft trace), ctnetlink create/dump/flush."""
import ctypes
import errno
import fcntl
import ipaddress
import os
import socket
import struct

import pktlib

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
NETLINK_NETFILTER = 12
SOL_NETLINK = 270
NFPROTO_INET = 1
NFNL_SUBSYS_NFTABLES, NFT_MSG_GETRULE = 10, 7
SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def unshare_net():
    if libc.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWNET)")


def attr(t, data):
    n = 4 + len(data)
    return struct.pack("=HH", n, t) + data + b"\0" * (-n % 4)


def nest(t, *subs):
    return attr(t | 0x8000, b"".join(subs))


def attrs(b):
    o = 0
    while o + 4 <= len(b):
        n, t = struct.unpack_from("=HH", b, o)
        if n < 4:
            break
        yield t & 0x3fff, b[o + 4:o + n]
        o += (n + 3) & ~3


def nlmsg(typ, flags, body, seq=1):
    return struct.pack("=IHHII", 16 + len(body), typ, flags, seq, 0) + body


def messages(b):
    o = 0
    while o + 16 <= len(b):
        n, typ, fl, seq, pid = struct.unpack_from("=IHHII", b, o)
        if n < 16:
            break
        yield typ, fl, b[o + 16:o + n]
        o += (n + 3) & ~3


class Log:
    """NFLOG listener on some groups; optionally joins the nft trace multicast group on the same socket,
    so NFLOG events and nft trace events keep one order."""

    def __init__(self, groups, nfttrace=False):
        self.s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.s.bind((0, 0))
        try:
            self.s.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE
        except OSError:
            pass
        self.groups = set()
        self.inet = False  # whether traces of the family inet are read as well, among which are those of the probe
        for pf in (socket.AF_INET, socket.AF_INET6):
            self._cfg(pf, 0, attr(1, b"\x04"))  # PF_UNBIND
            self._cfg(pf, 0, attr(1, b"\x03"))  # PF_BIND
        for g in groups:
            self.bind(g)
        if nfttrace:
            self.s.setsockopt(SOL_NETLINK, 1, 9)  # NETLINK_ADD_MEMBERSHIP, NFNLGRP_NFTRACE
        self.s.setblocking(False)
        self.lost = 0

    def _cfg(self, pf, g, body):
        self.s.setblocking(True)
        m = nlmsg((4 << 8) | 1, 1 | 4, struct.pack("=BB", pf, 0) + struct.pack("!H", g) + body)
        self.s.send(m)
        while True:
            for typ, fl, d in messages(self.s.recv(65536)):
                if typ == 2:
                    e = -struct.unpack_from("=i", d)[0]
                    self.s.setblocking(False)
                    if e:
                        raise OSError(e, "nflog config: " + os.strerror(e))
                    return

    def bind(self, g):
        if g in self.groups:
            return
        self._cfg(0, g, attr(1, b"\x01"))
        self._cfg(0, g, attr(2, struct.pack("!IBB", 0xffff, 2, 0)))
        self._cfg(0, g, attr(5, struct.pack("!I", 1)))
        self.groups.add(g)

    def drain(self):
        """list of raw events now queued, without the trace of the probe's own table"""
        out = []
        while True:
            try:
                b = self.s.recv(1 << 17)
            except BlockingIOError:
                return out
            except OSError as e:
                if e.errno == errno.ENOBUFS:
                    self.lost += 1
                    continue
                raise
            for typ, fl, d in messages(b):
                if typ == (4 << 8):
                    out.append(self._nflog(d))
                elif typ >> 8 == 10 and typ & 255 == 17 and (d[0] != NFPROTO_INET or self.inet):  # NFT_MSG_TRACE
                    out.append(self._nfttrace(d))

    @staticmethod
    def _nflog(d):
        e = {"k": "log", "group": struct.unpack_from("!H", d, 2)[0], "mark": 0, "iif": 0, "oif": 0, "prefix": ""}
        for t, v in attrs(d[4:]):
            if t == 1:
                e["hook"] = v[2]
            elif t == 2:
                e["mark"] = struct.unpack("!I", v)[0]
            elif t == 4:
                e["iif"] = struct.unpack("!I", v)[0]
            elif t == 5:
                e["oif"] = struct.unpack("!I", v)[0]
            elif t == 9:
                e["pkt"] = v
            elif t == 10:
                e["prefix"] = v.rstrip(b"\0").decode("latin1")
            elif t == 11:
                e["uid"] = struct.unpack("!I", v)[0]
            elif t == 14:
                e["gid"] = struct.unpack("!I", v)[0]
        return e

    VERD = {0: "DROP", 1: "ACCEPT", 2: "STOLEN", 3: "QUEUE", -1: "CONTINUE", -2: "BREAK", -3: "JUMP", -4: "GOTO",
            -5: "RETURN"}

    @classmethod
    def _nfttrace(cls, d):
        e = {"k": "nft", "family": d[0], "mark": None}
        for t, v in attrs(d[4:]):
            if t == 1:
                e["table"] = v.rstrip(b"\0").decode()
            elif t == 2:
                e["chain"] = v.rstrip(b"\0").decode()
            elif t == 3:
                e["handle"] = struct.unpack("!Q", v)[0]
            elif t == 4:
                e["type"] = {1: "policy", 2: "return", 3: "rule"}.get(struct.unpack("!I", v)[0])
            elif t == 5:
                for t2, v2 in attrs(v):
                    if t2 == 1:
                        c = struct.unpack("!i", v2)[0]
                        e["verdict"] = cls.VERD.get(c if c < 0 else c & 0xff, c)
                    elif t2 == 2:
                        e["to"] = v2.rstrip(b"\0").decode()
            elif t == 6:
                e["id"] = struct.unpack("!I", v)[0]
            elif t == 8:
                e["nh"] = v
            elif t == 9:
                e["th"] = v
            elif t == 10:
                e["iif"] = struct.unpack("!I", v)[0]
            elif t == 12:
                e["oif"] = struct.unpack("!I", v)[0]
            elif t == 14:
                e["mark"] = struct.unpack("!I", v)[0]
            elif t == 16:
                e["policy"] = struct.unpack("!I", v)[0]
        return e

    def close(self):
        self.s.close()


class Barrier:
    """Tells when the packets that this process has sent have been handled to their end. All of what goes over a loopback interface waits in the
    same queue of the processor, whatever the namespace, so a datagram of our own that comes out of it has let all others go first."""

    def __init__(self):
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[os.getpid() % len(os.sched_getaffinity(0))]})
        unshare_net()
        self._up(b"lo")
        self.receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.receiver.bind(("127.0.0.1", 0))
        self.receiver.settimeout(5)
        self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sender.connect(self.receiver.getsockname())

    @staticmethod
    def _up(name):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sH22x", name, IFF_UP))

    def wait(self):
        self.sender.send(b".")
        self.receiver.recv(1)


def nft_rules():
    """((family, table, chain), handle) of each rule that is loaded, in the order of the chains"""
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    s.bind((0, 0))
    out = []
    for name, family in (("ip", 2), ("ip6", 10), ("inet", 1)):
        s.send(nlmsg((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETRULE, 1 | 0x300, struct.pack("=BBH", family, 0, 0)))
        done = False
        while not done:
            for typ, fl, d in messages(s.recv(1 << 17)):
                done = done or typ in (2, 3)  # an error, the end
                if typ in (2, 3):
                    continue
                a = dict(attrs(d[4:]))
                out.append(((name, a[1].rstrip(b"\0").decode(), a[2].rstrip(b"\0").decode()), struct.unpack("!Q", a[3])[0]))
    s.close()
    return out


# ---------------------------------------------------------------- conntrack
TCP_STATES = ["NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE",
              "SYN_SENT2"]
SCTP_STATES = ["NONE", "CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT", "SHUTDOWN_RECD",
               "SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT"]
STATUS = [("EXPECTED", 1), ("SEEN_REPLY", 2), ("ASSURED", 4), ("CONFIRMED", 8), ("SRC_NAT", 16), ("DST_NAT", 32)]


def _tuple(t):
    a = ipaddress.ip_address(t["src"])
    b = ipaddress.ip_address(t["dst"])
    ip = nest(1, attr(1, a.packed), attr(2, b.packed)) if a.version == 4 else nest(1, attr(3, a.packed), attr(4, b.packed))
    pn = pktlib.proto_num(t["proto"])
    l = [attr(1, bytes([pn]))]
    if pn in (6, 17, 33, 132, 136):
        l += [attr(2, struct.pack("!H", t["sport"])), attr(3, struct.pack("!H", t["dport"]))]
    elif pn == 1:
        l += [attr(4, struct.pack("!H", t.get("icmpId", 0x1234))), attr(5, bytes([t.get("icmpType", 8)])), attr(6, b"\0")]
    elif pn == 58:
        l += [attr(7, struct.pack("!H", t.get("icmpId", 0x1234))), attr(8, bytes([t.get("icmpType", 128)])), attr(9, b"\0")]
    return ip + nest(2, *l)


def _parse_tuple(b):
    r = {}
    for t, v in attrs(b):
        if t == 1:
            for t2, v2 in attrs(v):
                if t2 in (1, 3):
                    r["src"] = str(ipaddress.ip_address(v2))
                elif t2 in (2, 4):
                    r["dst"] = str(ipaddress.ip_address(v2))
        elif t == 2:
            for t2, v2 in attrs(v):
                if t2 == 1:
                    r["proto"] = pktlib.PROTO_NAME.get(v2[0], v2[0])
                elif t2 == 2:
                    r["sport"] = struct.unpack("!H", v2)[0]
                elif t2 == 3:
                    r["dport"] = struct.unpack("!H", v2)[0]
                elif t2 in (4, 7):
                    r["icmpId"] = struct.unpack("!H", v2)[0]
                elif t2 in (5, 8):
                    r["icmpType"] = v2[0]
    return r


class Conntrack:
    def __init__(self):
        self.s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.s.bind((0, 0))

    def _ack(self, m):
        self.s.send(m)
        while True:
            for typ, fl, d in messages(self.s.recv(1 << 16)):
                if typ == 2:
                    return -struct.unpack_from("=i", d)[0]

    def flush(self):
        return self._ack(nlmsg((1 << 8) | 2, 1 | 4, struct.pack("=BBH", 0, 0, 0)))

    def create(self, e):
        """e: {orig:{src,dst,proto,sport,dport}, reply?:{..}, mark?, tcpState?, status?:[..], dnat?:{ip,port}, snat?}"""
        o = e["orig"]
        if e.get("reply"):
            r = e["reply"]
        else:
            r = dict(o, src=o["dst"], dst=o["src"])
            if "sport" in o:
                r["sport"], r["dport"] = o["dport"], o["sport"]
            if pktlib.proto_num(o["proto"]) == 1:
                r["icmpType"] = {8: 0, 0: 8, 13: 14, 17: 18}.get(o.get("icmpType", 8), 0)
            if pktlib.proto_num(o["proto"]) == 58:
                r["icmpType"] = 129 if o.get("icmpType", 128) == 128 else 128
        st = 0
        for n, v in STATUS:
            if n in e.get("status", ["SEEN_REPLY", "ASSURED"]):
                st |= v
        st |= 8
        fam = 6 if ":" in o["src"] else 4
        body = nest(1, _tuple(o)) + nest(2, _tuple(r)) + attr(3, struct.pack("!I", st)) + attr(7, struct.pack("!I", 600))
        if e.get("mark"):
            body += attr(8, struct.pack("!I", e["mark"]))
        if pktlib.proto_num(o["proto"]) == 6:
            s = TCP_STATES.index(e.get("tcpState", "ESTABLISHED"))
            body += nest(4, nest(1, attr(1, bytes([s])), attr(4, b"\x0a\x0a"), attr(5, b"\x0a\x0a")))
        if pktlib.proto_num(o["proto"]) == 132:
            body += nest(4, nest(3, attr(1, b"\x04"), attr(2, struct.pack("!I", 0)), attr(3, struct.pack("!I", 0))))
        for key, t in (("dnat", 13), ("snat", 6)):
            if e.get(key):
                ip = ipaddress.ip_address(e[key]["ip"])
                l = [attr(1 if fam == 4 else 4, ip.packed), attr(2 if fam == 4 else 5, ip.packed)]
                if e[key].get("port"):
                    l.append(nest(3, attr(1, struct.pack("!H", e[key]["port"])), attr(2, struct.pack("!H", e[key]["port"]))))
                body += nest(t, *l)
        m = nlmsg((1 << 8) | 0, 1 | 4 | 0x400 | 0x200, struct.pack("=BBH", 2 if fam == 4 else 10, 0, 0) + body)
        return self._ack(m)

    def dump(self):
        out = []
        self.s.send(nlmsg((1 << 8) | 1, 1 | 0x300, struct.pack("=BBH", 0, 0, 0)))
        while True:
            for typ, fl, d in messages(self.s.recv(1 << 17)):
                if typ == 3:
                    return out
                if typ == 2:
                    return out
                e = {}
                for t, v in attrs(d[4:]):
                    if t == 1:
                        e["orig"] = _parse_tuple(v)
                    elif t == 2:
                        e["reply"] = _parse_tuple(v)
                    elif t == 3:
                        n = struct.unpack("!I", v)[0]
                        e["status"] = [a for a, bit in STATUS if n & bit]
                    elif t == 8:
                        e["mark"] = struct.unpack("!I", v)[0]
                    elif t in (9, 10):
                        e["original" if t == 9 else "replies"] = [struct.unpack("!Q", v2)[0] for t2, v2 in attrs(v) if t2 in (1, 2)]
                    elif t == 18:
                        e["zone"] = struct.unpack("!H", v)[0]
                    elif t == 4:
                        for t2, v2 in attrs(v):
                            if t2 in (1, 3):
                                for t3, v3 in attrs(v2):
                                    if t3 == 1:
                                        e["state"] = TCP_STATES[v3[0]] if t2 == 1 else SCTP_STATES[v3[0]]
                                    elif t2 == 3:
                                        e.setdefault("tags", []).append("%x" % struct.unpack("!I", v3)[0])
                out.append(e)

    def close(self):
        self.s.close()
