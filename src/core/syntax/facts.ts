import type { Columns } from '../text/columns';
import type { Line } from './tree';

/** A socket that listens, from `ss -l` or `netstat -l`. */
export interface ListeningSocket {
  readonly protocol: 'tcp' | 'udp' | 'tcp6' | 'udp6' | 'sctp' | 'dccp' | 'raw';
  /** As printed, without brackets: `0.0.0.0`, `*`, `::`, `127.0.0.1`, with `%iface` split off. */
  readonly address: string;
  readonly iface: string | undefined;
  readonly port: number;
  readonly process: string | undefined;
  readonly pid: number | undefined;
  readonly uid: number | undefined;
  readonly line: Line;
}

/** An address of an interface, from `ip addr` or `ifconfig`. */
export interface InterfaceFacts {
  readonly name: string;
  readonly mac: string | undefined;
  readonly mtu: number | undefined;
  readonly up: boolean | undefined;
  /** With prefix length: `10.244.1.5/24`. */
  readonly addresses: readonly string[];
  readonly line: Line;
}

/** A route in the words of `ip route add`, whatever tool printed it (`netstat -rn` and `route -n` are translated). */
export interface RouteFacts {
  readonly family: 4 | 6;
  readonly words: string;
  readonly line: Line;
}

/** A policy rule in the words of `ip rule add`. */
export interface PolicyRuleFacts {
  readonly family: 4 | 6;
  readonly words: string;
  readonly line: Line;
}

/** A setting of the kernel. */
export interface SysctlFacts {
  /** With dots: `net.ipv4.conf.eth0.rp_filter`; `*` stands for every interface. */
  readonly name: string;
  /** As written, without blanks around it. */
  readonly value: string;
  /**
   * `listed`: what the kernel has. `set`: a command that changes it. `configured`: a file that is read when the host
   * starts.
   */
  readonly origin: 'listed' | 'set' | 'configured';
  readonly line: Line;
}

/** An address of a host, a node or a pod, of which the line does not state the interface. */
export interface AddressFacts {
  /** With or without a prefix length. */
  readonly address: string;
  /** `host`: the host that the rules are of. A node or pod may be another. */
  readonly of: 'host' | 'node' | 'pod';
  /** The name of the node or pod, where the line states it. */
  readonly name: string | undefined;
  /** The node that the pod runs on. */
  readonly node: string | undefined;
  /** What printed it, as people call it: `hostname -I`, `podIP`, `INTERNAL-IP`. */
  readonly source: string;
  readonly line: Line;
}

/** A name of a routing table, as rt_tables has it. */
export interface RoutingTableFacts {
  readonly number: number;
  readonly name: string;
  readonly line: Line;
}

/**
 * A line that core/net reads: a connection of `conntrack -L`, a packet of a log. Several lines of the file are joined
 * with blanks.
 */
export interface TextFacts {
  readonly text: string;
  readonly line: Line;
}

/** KEY=value lines of the log of an init container. */
export interface EnvironmentEntry {
  readonly key: string;
  readonly value: string;
  readonly keyColumns: Columns;
  readonly valueColumns: Columns;
  readonly line: Line;
}
