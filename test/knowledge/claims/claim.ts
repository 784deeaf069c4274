/** What a note claims, and a packet that shows it. */
export interface Claim {
  readonly save: string;
  /** A part of the rule that has the note, or table and name of the chain. */
  readonly of: string | readonly [table: string, chain: string];
  /** Words of the note; undefined for what holds where there is none. */
  readonly note: RegExp | undefined;
  readonly packet: string;
  /** Parts of rules that the packet matches, and of those that it does not. */
  readonly met?: readonly string[];
  readonly notMet?: readonly string[];
  readonly mark?: number;
  /** Its destination in the end. */
  readonly to?: string;
  readonly end?: string;
  /** The rule changes nothing: without it the packet ends the same. */
  readonly changesNothing?: true;
}

export const PROBED = `
create istio-inpod-probes-v4 hash:ip family inet
add istio-inpod-probes-v4 10.44.0.9
`;

export const groupOverLo = '-o lo -p tcp -m tcp ! --dport 15008 -m owner --gid-owner 1337 -j ISTIO_IN_REDIRECT';
export const selfCall = (ids: string, port = 8080): string =>
  `out ${ids} tcp 10.44.0.5:42000 > 10.44.0.5:${port} syn new`;
export const client = (port: number, more = 'syn new'): string =>
  `in eth0 tcp 10.44.0.9:42000 > 10.44.0.5:${port} ${more}`;
export const appOut = (protocol: string, to: string, ids = 'uid 1000 gid 1000'): string =>
  `out ${ids} ${protocol} 10.44.0.5:42000 > ${to} new`;
