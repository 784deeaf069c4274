import type { Listener } from '../../net/host';
import { listenerAt } from '../../net/hostFromTopology';
import { namedProtocol } from '../../net/packetRequest';
import type { ListeningSocket } from '../../syntax/facts';
import type { Section } from '../../syntax/sourceFile';
import type { Assumptions } from './assumptions';

type SocketsSection = Extract<Section, { readonly kind: 'sockets' }>;

export interface SocketsOfFile {
  readonly listeners: readonly Listener[];
  /** The protocols of which a listing shows every socket; undefined where there is no listing. */
  readonly knownFor: readonly number[] | undefined;
}

/** The sockets of listings. Those at a port of `transparentPorts` are transparent. */
export function socketsOf(
  sections: readonly SocketsSection[],
  transparentPorts: readonly number[],
  noted: Assumptions,
): SocketsOfFile {
  const listeners = new Map<string, Listener>();
  const knownFor = new Set<number>();
  const heard = new Set<string>();
  const unread = new Set<number>();
  // A listing of all sockets needs no other evidence.
  for (const { sockets, partial, virtual } of [
    ...sections.filter((each) => each.partial !== true),
    ...sections.filter((each) => each.partial === true),
  ]) {
    for (const socket of sockets) {
      const listener = listenerOf(socket, transparentPorts.includes(socket.port));
      if (!listener) {
        if (socket.protocol === 'raw') continue;
        noted.leftOut('not-read', `The socket at ${socket.address} is ignored: that is no address.`, socket.line.index);
        unread.add(protocolOf(socket));
        continue;
      }
      const end = `${listener.protocol} ${listener.port}`;
      if (partial === true && virtual !== true && heard.has(end)) continue;
      if (partial !== true) {
        knownFor.add(listener.protocol);
        heard.add(end);
      }
      // A process with several threads lists one socket for each; to a packet they are one.
      listeners.set([socket.protocol, listener.text, socket.iface, socket.process, socket.pid].join(' '), listener);
    }
  }
  return {
    listeners: [...listeners.values()],
    knownFor: sections.some(({ partial }) => partial !== true)
      ? [...knownFor].filter((protocol) => !unread.has(protocol))
      : undefined,
  };
}

function protocolOf({ protocol }: ListeningSocket): number {
  return namedProtocol(protocol.replace('6', '')) as number;
}

function listenerOf(socket: ListeningSocket, transparent: boolean): Listener | undefined {
  if (socket.protocol === 'raw') return undefined;
  const listener = listenerAt(protocolOf(socket), socket.address, socket.port);
  return (
    listener && {
      ...listener,
      iface: socket.iface,
      transparent,
      process: socket.process,
      pid: socket.pid,
      uid: socket.uid,
    }
  );
}
