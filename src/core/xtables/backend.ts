/**
 * What holds the rules in the kernel: x_tables, or nf_tables with iptables-nft as translator. They do not take quite
 * the same rules.
 */
export type Backend = 'legacy' | 'nft';

/** What `check` says, without its place. */
export interface Complaint {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
}

/** Of what iptables-legacy refuses and iptables-nft takes: an error, unless the rules are those of iptables-nft. */
export function ofLegacy(backend: Backend | undefined, code: string, message: string): Complaint {
  if (backend !== 'nft') return { severity: 'error', code, message };
  return {
    severity: 'warning',
    code: 'legacy-refuses',
    message: `iptables-nft takes this, iptables-legacy refuses it: ${message}`,
  };
}

/** Of what iptables-nft refuses in its own rules. No error, because iptables-legacy takes it. */
export function ofNft(reason: string): Complaint {
  return {
    severity: 'warning',
    code: 'nft-refuses',
    message: `iptables-legacy takes this, iptables-nft refuses it: ${reason}`,
  };
}
