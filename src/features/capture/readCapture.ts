import { concat } from '../../core/net/bytes';
import { CaptureReader, isCapture, type CaptureProblem } from '../../core/net/capture/captureReader';
import { parseSourceFile } from '../../core/syntax/parse';
import { decodeUtf8 } from '../../core/text/utf8';
import { packetsOfFile } from '../filePackets';
import { Flows } from './flows';

/** In bytes; longer output of tcpdump should have been written to a capture file. */
const LONGEST_TEXT = 64 << 20;

/**
 * Reads a capture in pieces: pcap, pcapng, or a text in which lines show packets (tcpdump, tshark, LOG). What cannot be
 * read ends it with a problem, and the packets before it count.
 */
export class CaptureInput {
  readonly flows = new Flows();
  private reader: CaptureReader | undefined;
  private text: Uint8Array[] | undefined;
  private textLength = 0;
  private own: CaptureProblem | undefined;

  get problem(): CaptureProblem | undefined {
    return this.own ?? this.reader?.problem;
  }

  /** The first piece has to have four bytes at least, if the file has. */
  push(piece: Uint8Array): void {
    if (this.problem || piece.length === 0) return;
    if (!this.reader && !this.text) {
      if (isCapture(piece)) this.reader = new CaptureReader();
      else this.text = [];
    }
    if (this.reader) for (const frame of this.reader.push(piece)) this.flows.take(frame);
    else this.pushText(piece);
  }

  end(): void {
    if (this.problem) return;
    this.reader?.end();
    if (this.reader) return;
    const text = decodeUtf8(concat(this.text ?? []));
    this.text = [];
    let number = 0;
    for (const { packet } of packetsOfFile(parseSourceFile(text), Infinity))
      this.flows.takeRequest(packet.request, ++number);
    if (this.textLength === 0) this.own = { message: 'it is empty', offset: 0 };
    else if (number === 0)
      this.own = { message: 'it is neither pcap nor pcapng, and no line of it shows a packet', offset: 0 };
  }

  private pushText(piece: Uint8Array): void {
    this.textLength += piece.length;
    if (this.textLength > LONGEST_TEXT)
      this.own = {
        message: `it is a text of more than ${LONGEST_TEXT >> 20} MB: let tcpdump write a pcap with -w`,
        offset: LONGEST_TEXT,
      };
    else this.text?.push(piece);
  }
}

/** In bytes: after so much work other tasks may have a turn. */
const PIECE = 1 << 20;

/** A large file in pieces. */
export function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}
