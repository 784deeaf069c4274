import type { Badge, CardDecision, CardPart } from './traceReport';

/**
 * One way in or out of a host, as the screen of all ways shows it: the packets of one connection from station to
 * station, and the reply to each. Plain data.
 */
export interface WayReport {
  readonly id: string;
  /** `Inbound`, `Its own Service`. */
  readonly name: string;
  /** `Client → app port`. */
  readonly title: string;
  /** The first packet, as an expression. */
  readonly packet: string;
  /** How the whole connection ends. */
  readonly badge: Badge;
  /** The usual way first, in the order of time, then those that there are only under a condition. */
  readonly legs: readonly WayLeg[];
  /** That a proxy gets back what it has sent, in sentences. */
  readonly loops: readonly string[];
  /** Why it is over after its last leg, where that is worth saying; else empty. */
  readonly end: string;
}

/** One packet of a connection with the reply to it. */
export interface WayLeg {
  /** `1`, `2`, `2b`: legs of one way have the same letters. */
  readonly id: string;
  /** The stations: `client`, `proxy :15006`. */
  readonly from: string;
  readonly to: string;
  /** There is this leg only if; undefined: usually. */
  readonly when: string | undefined;
  /** Why a proxy sends it, and where that is known from; undefined for the first leg. */
  readonly note: string | undefined;
  readonly source: string | undefined;
  /**
   * The packet as it was sent: `tcp 10.0.0.9:41522 → 10.0.0.7:3000`, and as an expression with all that was filled in.
   */
  readonly sent: readonly CardPart[];
  readonly packet: string;
  /** What is another at the end: `dport 3000 → 15006`. */
  readonly changes: readonly string[];
  readonly badge: Badge;
  /** The rules that made it so. */
  readonly decided: readonly CardDecision[];
  /** It is one of this many outcomes. */
  readonly outcomes: number;
  /** The proxy that has sent it gets it back: it is where `to` says, and sends it again. */
  readonly loops: boolean;
  /** undefined: there is no reply. */
  readonly reply: WayReply | undefined;
}

export interface WayReply {
  /** `2r`. */
  readonly id: string;
  readonly comesBack: boolean;
  /** It does not only because of a route that nobody states. */
  readonly unsure?: true;
  /** `comes back by eth0: its source is translated back to 10.0.0.7:3000`. */
  readonly text: string;
  /** What that does not say: why, in sentences; empty where it says all. */
  readonly why: string;
}

/** The screen of all ways. */
export interface WaysReport {
  readonly ways: readonly WayReport[];
  /** What neither the file nor the packets state, for all of them. */
  readonly assumed: readonly string[];
  /** Remarks on the rules as a whole. */
  readonly remarks: readonly string[];
}
