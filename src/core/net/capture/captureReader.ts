import { concat } from '../bytes';

/** A frame as it is in a capture. */
export interface CapturedFrame {
  /** From 1. */
  readonly number: number;
  /** LINKTYPE_ of https://www.tcpdump.org/linktypes.html. */
  readonly linkType: number;
  /** A view of the bytes that were read. It must not be kept. */
  readonly bytes: Uint8Array;
  /** pcapng: the name of the interface that the frame was captured at. */
  readonly iface: string | undefined;
  /** pcapng: which way it went, where that was recorded. */
  readonly direction: 'in' | 'out' | undefined;
}

/** Why a capture cannot be read on. */
export interface CaptureProblem {
  /** A clause: `it ends within packet 7`. */
  readonly message: string;
  /** Byte of the file, from 0. */
  readonly offset: number;
}

/** In bytes; the largest that tcpdump writes is 262,144. */
const LONGEST_FRAME = 16 << 20;
const LONGEST_BLOCK = LONGEST_FRAME + 4096;
const MOST_INTERFACES = 10_000;

interface CapturedInterface {
  readonly linkType: number;
  readonly name: string | undefined;
}

/**
 * Reads pcap and pcapng, piece by piece as they come from a file. A frame that a piece does not complete waits for the
 * next one, so a file of any size needs little memory. Never throws: what cannot be read ends it with a `problem`, and
 * the frames before it count. Source: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
 */
export class CaptureReader {
  problem: CaptureProblem | undefined;
  private rest: Uint8Array = new Uint8Array(0);
  /** Of the first byte of `rest` in the file. */
  private offset = 0;
  private format: 'pcap' | 'pcapng' | undefined;
  private little = true;
  private linkType = 0;
  private interfaces: CapturedInterface[] = [];
  private frames = 0;

  /** The frames that a piece completes. They are views of it: use them before the next call. */
  *push(piece: Uint8Array): Generator<CapturedFrame> {
    if (this.problem) return;
    const bytes = this.rest.length === 0 ? piece : concat([this.rest, piece]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = this.format === undefined ? this.begin(view) : 0;
    while (this.format && !this.problem) {
      if (this.format === 'pcap') {
        if (at + 16 > bytes.length) break;
        const length = view.getUint32(at + 8, this.little);
        if (length > LONGEST_FRAME) {
          this.fail(`packet ${this.frames + 1} states a length of ${length} bytes, which no packet has`, at);
          break;
        }
        if (at + 16 + length > bytes.length) break;
        const frame = bytes.subarray(at + 16, at + 16 + length);
        at += 16 + length;
        yield { number: ++this.frames, linkType: this.linkType, bytes: frame, iface: undefined, direction: undefined };
      } else {
        if (at + 12 > bytes.length) break;
        const length = this.blockLength(view, at);
        if (this.problem || at + length > bytes.length) break;
        const frame = this.block(view, bytes, at, length);
        at += length;
        if (frame) yield frame;
      }
    }
    this.rest = bytes.slice(at);
    this.offset += at;
  }

  /** The file has ended. */
  end(): void {
    if (this.problem) return;
    if (this.format === undefined) this.fail(this.rest.length === 0 ? 'it is empty' : 'it ends within its header', 0);
    else if (this.rest.length > 0) this.fail(`it ends within packet ${this.frames + 1}`, 0);
  }

  private fail(message: string, at: number): void {
    this.problem = { message, offset: this.offset + at };
  }

  /** The header of the file; gives where it ends, or 0 as long as some of it is missing. Blocks have their own. */
  private begin(view: DataView): number {
    if (view.byteLength < 4) return 0;
    const magic = view.getUint32(0, true);
    if (magic === SECTION) {
      this.format = 'pcapng';
      return 0;
    }
    const little = PCAP_IS_LITTLE.get(magic);
    if (little === undefined) {
      this.fail(whatElse(magic), 0);
      return 0;
    }
    if (view.byteLength < 24) return 0;
    this.format = 'pcap';
    this.little = little;
    // The upper bits say whether frames have a checksum at their end.
    this.linkType = view.getUint32(20, little) & 0xffff;
    return 24;
  }

  private blockLength(view: DataView, at: number): number {
    if (view.getUint32(at, true) === SECTION) {
      if (view.getUint32(at + 8, true) === BYTE_ORDER) this.little = true;
      else if (view.getUint32(at + 8, false) === BYTE_ORDER) this.little = false;
      else this.fail('a section states no byte order', at);
    }
    const length = view.getUint32(at + 4, this.little);
    if (!this.problem && (length < 12 || length % 4 !== 0 || length > LONGEST_BLOCK))
      this.fail(`a block after packet ${this.frames} states a length of ${length} bytes, which no block has`, at);
    return length;
  }

  private block(view: DataView, bytes: Uint8Array, at: number, length: number): CapturedFrame | undefined {
    const { little } = this;
    const type = view.getUint32(at, little);
    const end = at + length - 4;
    switch (type) {
      case SECTION:
        this.interfaces = [];
        return undefined;
      case INTERFACE:
        if (length >= 20 && this.interfaces.length < MOST_INTERFACES)
          this.interfaces.push({
            linkType: view.getUint16(at + 8, little),
            name: this.option(view, bytes, at + 16, end, IF_NAME),
          });
        return undefined;
      case SIMPLE: {
        const captured = Math.min(view.getUint32(at + 8, little), length - 16);
        return this.frame(0, bytes.subarray(at + 12, at + 12 + captured), undefined, at);
      }
      case ENHANCED:
      case OBSOLETE: {
        if (length < 32) return undefined;
        const id = type === ENHANCED ? view.getUint32(at + 8, little) : view.getUint16(at + 8, little);
        const captured = view.getUint32(at + 20, little);
        if (captured > length - 32) {
          this.fail(`packet ${this.frames + 1} is longer than its block`, at);
          return undefined;
        }
        const options = at + 28 + ((captured + 3) & ~3);
        const flags = this.optionNumber(view, options, end, EPB_FLAGS);
        return this.frame(
          id,
          bytes.subarray(at + 28, at + 28 + captured),
          flags === undefined ? undefined : ((['in', 'out'] as const)[(flags & 3) - 1] ?? undefined),
          at,
        );
      }
      default:
        return undefined;
    }
  }

  private frame(
    id: number,
    bytes: Uint8Array,
    direction: CapturedFrame['direction'],
    at: number,
  ): CapturedFrame | undefined {
    const found = this.interfaces[id];
    if (!found) {
      this.fail(`packet ${this.frames + 1} is of interface ${id}, which is not described before it`, at);
      return undefined;
    }
    return { number: ++this.frames, linkType: found.linkType, bytes, iface: found.name, direction };
  }

  /** Where the value of an option begins, and how long it is. */
  private findOption(view: DataView, from: number, end: number, wanted: number): readonly [number, number] | undefined {
    for (let at = from; at + 4 <= end;) {
      const code = view.getUint16(at, this.little);
      const length = view.getUint16(at + 2, this.little);
      if (code === 0 || at + 4 + length > end) return undefined;
      if (code === wanted) return [at + 4, length];
      at += 4 + ((length + 3) & ~3);
    }
    return undefined;
  }

  private option(view: DataView, bytes: Uint8Array, from: number, end: number, wanted: number): string | undefined {
    const [at = 0, length = 0] = this.findOption(view, from, end, wanted) ?? [];
    let text = '';
    for (let i = at; i < at + Math.min(length, 64); i++) text += String.fromCharCode(bytes[i] ?? 0);
    return /^[\w.@:-]{1,64}/.exec(text)?.[0];
  }

  private optionNumber(view: DataView, from: number, end: number, wanted: number): number | undefined {
    const found = this.findOption(view, from, end, wanted);
    return found?.[1] === 4 ? view.getUint32(found[0], this.little) : undefined;
  }
}

/** Whether bytes begin as a capture does; a text does not. */
export function isCapture(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return false;
  const magic = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  return magic === SECTION || PCAP_IS_LITTLE.has(magic) || COMPRESSED.has(magic & 0xffff);
}

const SECTION = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const INTERFACE = 1;
const OBSOLETE = 2;
const SIMPLE = 3;
const ENHANCED = 6;
const IF_NAME = 2;
const EPB_FLAGS = 2;

/** By the first four bytes, read as a little-endian number: microseconds and nanoseconds. */
const PCAP_IS_LITTLE: ReadonlyMap<number, boolean> = new Map([
  [0xa1b2c3d4, true],
  [0xa1b23c4d, true],
  [0xd4c3b2a1, false],
  [0x4d3cb2a1, false],
]);

const COMPRESSED: ReadonlyMap<number, string> = new Map([
  [0x8b1f, 'gzip'],
  [0xb528, 'zstd'],
]);

function whatElse(magic: number): string {
  const packed = COMPRESSED.get(magic & 0xffff);
  return packed === undefined ? 'it is neither pcap nor pcapng' : `it is compressed with ${packed}: unpack it first`;
}
