/** A packet in the words of the contract, as plain JSON. */
export type PacketJson = Readonly<Record<string, unknown>>;

export interface TopologyJson {
  readonly ifaces?: readonly {
    readonly name: string;
    readonly mac?: string;
    readonly addrs?: readonly string[];
    readonly mtu?: number;
  }[];
  readonly routes?: readonly string[];
  readonly ipRules?: readonly string[];
  readonly sysctls?: Readonly<Record<string, number>>;
  readonly conntrack?: 'on' | 'auto';
}

/**
 * What is asked of the kernel and of the evaluator alike: one rule set, and packets one after the other or each on a
 * fresh host.
 */
export interface KernelCase {
  readonly rules?: string;
  readonly rules6?: string;
  /** What `nft -f` reads, loaded after the rules of iptables. */
  readonly nft?: string;
  readonly sets?: string;
  readonly topology?: TopologyJson;
  readonly conntrack?: readonly unknown[];
  readonly listeners?: readonly unknown[];
  readonly packets: readonly PacketJson[];
  readonly independent?: boolean;
}

/** What the kernel did with one packet. */
export interface KernelAnswer {
  readonly outcome: string;
  readonly verdict: string;
  readonly hooks: readonly string[];
  readonly outIface?: string;
  readonly ctstate?: string;
  readonly matchedRules: readonly {
    readonly hook: string;
    readonly table: string;
    readonly chain: string;
    readonly num: number;
  }[];
  readonly verdicts: readonly {
    readonly hook: string;
    readonly table: string;
    readonly verdict: string;
    readonly by: string;
  }[];
  readonly dropBy?: Readonly<Record<string, unknown>>;
  readonly finalPacket?: Readonly<Record<string, unknown>>;
  readonly sendError?: string;
  /** The lengths of the fragments that it left in; `finalPacket` of the kernel is then the last of them. */
  readonly fragments?: readonly number[];
  readonly lostEvents?: number;
  readonly ambiguous?: boolean;
}

/** One answer of `batch` to one packet. */
export interface OwnAnswer {
  readonly outcomes: readonly OwnOutcome[];
  readonly warnings?: readonly string[];
}

export interface OwnOutcome extends KernelAnswer {
  readonly assumptions: readonly { readonly match?: string; readonly reason?: string }[];
  readonly random?: readonly string[];
  readonly copy?: Pick<KernelAnswer, 'outcome' | 'verdict' | 'dropBy'>;
}
