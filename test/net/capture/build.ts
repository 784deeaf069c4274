import { packetBytes } from '../../../src/core/net/bytes';
import { makePacket } from '../../../src/core/net/makePacket';
import { parsePacketExpression } from '../../../src/core/net/packetExpression';

/** Little or big endian numbers of that many bytes. */
export function numbers(little: boolean, ...parts: readonly (readonly [bytes: 2 | 4, value: number])[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, [bytes]) => sum + bytes, 0));
  const view = new DataView(all.buffer);
  let at = 0;
  for (const [bytes, value] of parts) {
    if (bytes === 2) view.setUint16(at, value, little);
    else view.setUint32(at, value >>> 0, little);
    at += bytes;
  }
  return all;
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The IP packet of an expression. */
export function ip(expression: string): Uint8Array {
  const { request } = parsePacketExpression(expression);
  if (!request) throw new Error(expression);
  return packetBytes(makePacket(request));
}

const MACS = Uint8Array.from([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9]);

function etherType(packet: Uint8Array): number {
  return (packet[0] ?? 0) >> 4 === 6 ? 0x86dd : 0x0800;
}

export function ethernet(packet: Uint8Array, ...tags: readonly number[]): Uint8Array {
  return concat(
    MACS,
    ...tags.map((tag) => numbers(false, [2, 0x8100], [2, tag])),
    numbers(false, [2, etherType(packet)]),
    packet,
  );
}

/** Linux cooked capture; 4 is a packet that leaves. */
export function cooked(packet: Uint8Array, type: number): Uint8Array {
  return concat(
    numbers(false, [2, type], [2, 1], [2, 6]),
    Uint8Array.from([2, 0, 0, 0, 0, 9, 0, 0]),
    numbers(false, [2, etherType(packet)]),
    packet,
  );
}

export function cooked2(packet: Uint8Array, type: number): Uint8Array {
  return concat(
    numbers(false, [2, etherType(packet)], [2, 0], [4, 3], [2, 1]),
    Uint8Array.from([type, 6, 2, 0, 0, 0, 0, 9, 0, 0]),
    packet,
  );
}

export interface PcapForm {
  readonly link?: number;
  readonly little?: boolean;
  readonly magic?: number;
}

export function pcap(
  frames: readonly Uint8Array[],
  { link = 1, little = true, magic = 0xa1b2c3d4 }: PcapForm = {},
): Uint8Array {
  return concat(
    numbers(little, [4, magic], [2, 2], [2, 4], [4, 0], [4, 0], [4, 65535], [4, link]),
    ...frames.map((frame) => concat(numbers(little, [4, 1], [4, 2], [4, frame.length], [4, frame.length]), frame)),
  );
}

function padded(bytes: Uint8Array): Uint8Array {
  return concat(bytes, new Uint8Array(-bytes.length & 3));
}

function block(little: boolean, type: number, body: Uint8Array): Uint8Array {
  const length = body.length + 12;
  return concat(numbers(little, [4, type], [4, length]), body, numbers(little, [4, length]));
}

export interface NgFrame {
  readonly bytes: Uint8Array;
  readonly iface?: number;
  /** 1 in, 2 out. */
  readonly flags?: number;
  readonly kind?: 'enhanced' | 'simple' | 'obsolete';
}

export function pcapng(
  frames: readonly NgFrame[],
  {
    little = true,
    interfaces = [{ link: 1, name: 'eth0' }],
  }: {
    readonly little?: boolean;
    readonly interfaces?: readonly { readonly link: number; readonly name: string }[];
  } = {},
): Uint8Array {
  const option = (code: number, value: Uint8Array): Uint8Array =>
    concat(numbers(little, [2, code], [2, value.length]), padded(value));
  const end = numbers(little, [2, 0], [2, 0]);
  return concat(
    block(
      little,
      0x0a0d0d0a,
      concat(numbers(little, [4, 0x1a2b3c4d], [2, 1], [2, 0]), Uint8Array.from(Array.from({ length: 8 }, () => 255))),
    ),
    ...interfaces.map(({ link, name }) =>
      block(
        little,
        1,
        concat(numbers(little, [2, link], [2, 0], [4, 0]), option(2, new TextEncoder().encode(name)), end),
      ),
    ),
    // One that nobody knows.
    block(little, 0xbad, numbers(little, [4, 7])),
    ...frames.map(({ bytes, iface = 0, flags, kind = 'enhanced' }) =>
      kind === 'simple'
        ? block(little, 3, concat(numbers(little, [4, bytes.length]), padded(bytes)))
        : block(
            little,
            kind === 'enhanced' ? 6 : 2,
            concat(
              kind === 'enhanced' ? numbers(little, [4, iface]) : numbers(little, [2, iface], [2, 0]),
              numbers(little, [4, 0], [4, 1], [4, bytes.length], [4, bytes.length]),
              padded(bytes),
              ...(flags === undefined ? [] : [option(2, numbers(little, [4, flags])), end]),
            ),
          ),
    ),
  );
}
