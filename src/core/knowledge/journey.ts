import type { Host } from '../net/host';
import type { PacketRequest } from '../net/packetRequest';
import type { VersionRange } from './releases';
import type { RuleSetView } from './view';

/** How an exchange goes on after a proxy to which rules of the program lead packets. */
export interface Journeys {
  /** What it follows, for the help: `an X pod or node`. */
  readonly of: string;
  /** What its proxies do in a file; undefined where its rules are not what the packet meets. */
  in(file: JourneyFile): Proxies | undefined;
  /** Why nothing follows where no such rules are in the file, and the file itself says why. */
  without?(file: Pick<JourneyFile, 'lines'>): string | undefined;
  /** Ports of its own on every host: no application listens there. */
  isProxyPort(port: number): boolean;
}

/** What a file shows. */
export interface JourneyFile {
  /** The rules that the packet meets, and those of the other back end. */
  readonly rules: RuleSetView | undefined;
  readonly beside: RuleSetView | undefined;
  readonly lines: readonly { readonly index: number; readonly text: string }[];
  /** The releases that wrote the rules. */
  releases(): VersionRange | undefined;
}

/** The proxies of a file. */
export interface Proxies {
  /** Every packet should go to a proxy: where none gets one, that is worth saying. */
  readonly expected: boolean;
  /** Remarks on the rules as a whole, in sentences. */
  remarks?(): readonly string[];
  /** Whose packet it is, in one word; undefined where nothing but its direction shows it. */
  sender(request: PacketRequest, host: Host): string | undefined;
  /** Who gets a packet on this host; `app` is not a proxy; undefined: an unknown program. */
  receiver(taken: Taken): string | undefined;
  /** Where a packet that leaves this host goes, in a few words; undefined: to its destination. */
  way(taken: Taken, leaves: NonNullable<Taken['leaves']>): string | undefined;
  /** An address is that of a pod of the mesh on this host, by what the program itself keeps there. */
  isMember?(host: Host, address: string): boolean;
  /** A captured packet to this port is not for a port of the application. */
  isTunnelPort?(port: number): boolean;
  /** What becomes of a packet that a proxy itself sends; undefined for other packets. */
  ofProxyItself?(request: PacketRequest): Onward | undefined;
  /**
   * `ownService`: the application calls a Service of which this pod is the endpoint that the proxy picks. undefined: no
   * proxy is concerned, and there is nothing to say about that.
   */
  onward(taken: Taken, ownService: boolean): Onward | undefined;
  /** The user and group with which a proxy replies; undefined where another program does. */
  answerer(taken: Taken): { readonly uid: number; readonly gid: number } | undefined;
  /** Which rules would keep what a proxy has sent from coming back to it, in a sentence. */
  againstLoop?(taken: Taken): string;
}

/** What became of a packet, as far as the proxy's next step depends on it. */
export interface Taken {
  readonly family: 4 | 6;
  readonly protocol: 6 | 17;
  readonly direction: 'in' | 'out';
  /** Who sends it, and where it was to go before any rule. */
  readonly source: string;
  readonly destination: string;
  readonly destinationPort: number;
  /** It is a proxy's own: not the first packet of the journey. */
  readonly sent: boolean;
  /** The port of the socket that gets it, or its destination port where it leaves. */
  readonly port: number;
  /** Rules led it there; otherwise it was on its way there by itself. */
  readonly captured: boolean;
  /** Where it leaves this host, and with which destination and mark; undefined where a program on it gets it. */
  readonly leaves:
    | {
        readonly iface: string;
        readonly destination: string;
        readonly gateway: string | undefined;
        readonly mark: number;
      }
    | undefined;
  /** It was to go to an address of this host. */
  readonly own: boolean;
  /** The first address of the pod, and a port of the application. */
  readonly ownAddress: string;
  readonly appPort: number;
  /** It was to go to a member of the mesh on this host, see `Proxies.isMember`. */
  readonly toMember: boolean;
  /** Interfaces by which a route leads. */
  readonly routed: ReadonlySet<string>;
}

/** A packet that a proxy sends because of one that it got. */
export interface NextPacket {
  readonly label: string;
  readonly packet: PacketRequest;
  /** Why it looks so. */
  readonly note: string;
  readonly source: string;
  /** Under which condition there is this packet in place of the first of the list, or besides; absent for the first. */
  readonly when?: string;
}

/** The packets that follow, the usual one first; where none does, why. */
export type Onward = { readonly next: readonly NextPacket[] } | { readonly end: string };
