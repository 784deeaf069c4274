/**
 * What holds the rules in the kernel: x_tables, or nf_tables with iptables-nft as translator. They do not accept quite
 * the same rules.
 */
export type Backend = 'legacy' | 'nft';

/**
 * What iptables-nft does with a rule that iptables-legacy reads without complaint and the kernel then refuses: it
 * translates it into expressions of its own, so it is `taken`; it hands it on, and the kernel refuses it when it is
 * `sent`; or it refuses it itself when it is `read`.
 */
export type AtNft = 'taken' | 'sent' | 'read';

/** What `check` says, without its place. */
export interface Complaint {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  /**
   * Set where it is the kernel that refuses, when the table is committed, and not iptables-legacy-restore: a rule that
   * is gone by then does no harm.
   */
  readonly atCommit?: AtNft;
}

/** The problem of what the kernel refuses when iptables-legacy commits a table with it. */
export function ofKernel(backend: Backend, atNft: AtNft, code: string, message: string): Complaint {
  return { ...ofLegacy(atNft === 'taken' ? backend : 'legacy', code, message), atCommit: atNft };
}

/**
 * The problem of what iptables-legacy refuses and iptables-nft accepts: an error, unless the rules are iptables-nft's.
 */
export function ofLegacy(backend: Backend | undefined, code: string, message: string): Complaint {
  if (backend !== 'nft') return { severity: 'error', code, message };
  return {
    severity: 'warning',
    code: 'legacy-refuses',
    message: `iptables-nft accepts this, iptables-legacy refuses it: ${message}`,
  };
}

/** The problem of what iptables-nft refuses in its own rules: not an error, because iptables-legacy accepts it. */
export function ofNft(reason: string): Complaint {
  return {
    severity: 'warning',
    code: 'nft-refuses',
    message: `iptables-legacy accepts this, iptables-nft refuses it: ${reason}`,
  };
}
