/** What a person reads about a match, a target or an option. */
export interface Documentation {
  /** One sentence, at most 90 characters. */
  readonly summary: string;
  /** Further plain sentences. */
  readonly details?: string;
  /** Where it comes from: "iptables-extensions(8), tcp", "net/netfilter/xt_tcpudp.c". */
  readonly source: string;
}
