import { formatAddress } from '../net/address';
import type { ConntrackEntry, Direction, Tuple } from '../net/conntrack';
import type { Listener } from '../net/host';
import type { Packet } from '../net/packet';
import { tupleKey } from '../net/tuple';
import type { Memory, WritableMemory } from '../xtables/view';
import type { AcceptedSocket } from './acceptedSocket';
import { connectionKey } from './receiver';
import { Version } from './versions';

type ConntrackZone = ConntrackEntry['zone'];

/**
 * What a host remembered at one moment. It stays as it is whatever is written later, so what was decided by it can be
 * explained by it.
 */
export class Remembered implements Memory {
  constructor(
    private readonly entries: Version<number, ConntrackEntry>,
    private readonly memory: Version<object | string, unknown>,
  ) {}

  get(key: object | string): unknown {
    return this.memory.get(key);
  }

  /** See `World.find`. */
  find(tuple: Tuple, zone: ConntrackZone): FoundEntry | undefined {
    return findAmong(this.entries, tuple, zone);
  }

  /** The socket to which the connection of a packet came before. */
  socketOf(packet: Packet): Listener | undefined {
    return acceptedAmong(this.memory, packet)?.socket;
  }
}

/**
 * What a host remembers from one packet to the next: connections, history matches, fragments that wait for the rest. A
 * copy costs nothing: it has its maps in common with the original until one of both writes. A snapshot of it
 * (`remembered`) costs nothing either, and later writes do not change what it sees.
 */
export class World implements WritableMemory {
  private entries: Version<number, ConntrackEntry>;
  private memory: Version<object | string, unknown>;
  private fragments: Map<string, readonly Packet[]>;
  private nextId: number;
  private shared = { entries: false, memory: false, fragments: false };
  private written: object;
  /** Made on first use, and again after a write. */
  private now: Remembered | undefined;

  constructor(from?: World) {
    this.entries = from?.entries ?? Version.empty<number, ConntrackEntry>();
    this.memory = from?.memory ?? Version.empty<object | string, unknown>();
    this.fragments = from?.fragments ?? new Map<string, readonly Packet[]>();
    this.nextId = from?.nextId ?? 1;
    this.written = from?.written ?? {};
    this.now = from?.now;
    if (!from) return;
    this.shared = { entries: true, memory: true, fragments: true };
    from.shared = { entries: true, memory: true, fragments: true };
  }

  copy(): World {
    return new World(this);
  }

  /** Another object after each write; a copy that nothing was written to has that of its original. */
  get state(): object {
    return this.written;
  }

  /** The host as it is at this moment: the same object until something is written. */
  remembered(): Remembered {
    return (this.now ??= new Remembered(this.entries, this.memory));
  }

  get(key: object | string): unknown {
    return this.memory.get(key);
  }

  set(key: object | string, value: unknown): void {
    if (this.begin('memory')) this.memory = this.memory.copy();
    this.memory = this.memory.set(key, value);
  }

  newId(): number {
    this.written = {};
    return this.nextId++;
  }

  put(entry: ConntrackEntry): void {
    if (this.begin('entries')) this.entries = this.entries.copy();
    this.entries = this.entries.set(entry.id, entry);
  }

  remove(entry: ConntrackEntry): void {
    this.begin('entries');
    this.entries = this.entries.without(entry.id);
  }

  entry(id: number): ConntrackEntry | undefined {
    return this.entries.get(id);
  }

  connections(): readonly ConntrackEntry[] {
    return [...this.entries.values()];
  }

  /**
   * The connection that a tuple belongs to, within a zone, and the direction it runs in. Of several the newest, and of
   * a connection whose directions look the same (a host talks to itself from a port to the same port) the reply: the
   * kernel puts what it adds in front. Where the directions have zones of their own, it asks for the original one
   * first. Source: nf_conntrack_core.c nf_conntrack_find_get.
   */
  find(tuple: Tuple, zone: ConntrackZone): FoundEntry | undefined {
    return findAmong(this.entries, tuple, zone);
  }

  /** The fragments of the same packet that wait, ordered by offset. */
  fragmentsOf(packet: Packet): readonly Packet[] {
    return this.fragments.get(fragmentKey(packet)) ?? [];
  }

  /** The socket to which the connection of a packet came before. */
  socketOf(packet: Packet): Listener | undefined {
    return this.acceptedFor(packet)?.socket;
  }

  acceptedFor(packet: Packet): AcceptedSocket | undefined {
    return acceptedAmong(this.memory, packet);
  }

  /** The socket that packets with these addresses and ports belong to from now on; undefined: none. */
  keepAccepted(packet: Packet, socket: AcceptedSocket | undefined): void {
    const key = connectionKey(packet);
    if (key === undefined) return;
    if (socket) this.set(key, socket);
    else {
      this.begin('memory');
      this.memory = this.memory.without(key);
    }
  }

  /** Puts a fragment to those that came before; gives back the list of all, ordered by offset. */
  addFragment(packet: Packet): readonly Packet[] {
    const key = fragmentKey(packet);
    const list = [...this.fragmentsOf(packet), packet].sort((a, b) => a.fragmentOffset - b.fragmentOffset);
    this.ownFragments().set(key, list);
    return list;
  }

  forgetFragments(packet: Packet): void {
    this.ownFragments().delete(fragmentKey(packet));
  }

  /** The map to write to, no longer in common with any other world. */
  private ownFragments(): Map<string, readonly Packet[]> {
    if (this.begin('fragments')) this.fragments = new Map(this.fragments);
    return this.fragments;
  }

  /** Notes that something is written. Returns whether the map has to be copied first. */
  private begin(name: keyof World['shared']): boolean {
    this.written = {};
    this.now = undefined;
    const shared = this.shared[name];
    this.shared[name] = false;
    return shared;
  }
}

interface FoundEntry {
  readonly entry: ConntrackEntry;
  readonly direction: Direction;
}

function findAmong(
  entries: Version<number, ConntrackEntry>,
  tuple: Tuple,
  zone: ConntrackZone,
): FoundEntry | undefined {
  if (entries.size === 0) return undefined;
  const key = tupleKey(tuple);
  let newest: FoundEntry | undefined;
  let newestOriginal: FoundEntry | undefined;
  for (const entry of entries.values()) {
    if (entry.zone.original === zone.original && tupleKey(entry.original) === key)
      newest = newestOriginal = { entry, direction: 'ORIGINAL' };
    if (entry.zone.reply === zone.reply && tupleKey(entry.reply) === key) newest = { entry, direction: 'REPLY' };
  }
  return zone.original === zone.reply ? newest : (newestOriginal ?? newest);
}

function acceptedAmong(memory: Version<object | string, unknown>, packet: Packet): AcceptedSocket | undefined {
  return memory.get(connectionKey(packet) ?? '') as AcceptedSocket | undefined;
}

function fragmentKey(packet: Packet): string {
  return (
    `${formatAddress(packet.source)} ${formatAddress(packet.destination)} ${packet.protocol} ` +
    `${packet.identification}`
  );
}
