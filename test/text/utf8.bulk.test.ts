import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes, decodeUtf8, utf8Bytes, utf8Length } from '../../src/core/text/utf8';
import { runs } from '../runs';

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  // Characters and pieces of them, so that many a sequence is nearly one.
  fc
    .array(
      fc.constantFrom(
        [0x61],
        [0xc3, 0xa9],
        [0xe6, 0x97, 0xa5],
        [0xf0, 0x9f, 0x98, 0x80],
        [0xe9],
        [0xc0, 0x80],
        [0xed, 0xa0, 0x80],
        [0xed, 0xb3, 0xa9],
        [0xf4, 0x90, 0x80, 0x80],
        [0xe6, 0x97],
        [0xf0, 0x9f],
        [0x80],
        [0xff],
        [0xef, 0xbb, 0xbf],
        [0x0a],
        [0],
      ),
    )
    .map((pieces) => Uint8Array.from(pieces.flat())),
);

describe('bytes as text', () => {
  test('any bytes come back, and are counted', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const text = decodeUtf8(bytes);
        expect(utf8Bytes(text)).toEqual(bytes);
        expect(utf8Length(text)).toBe(bytes.length);
      }),
      { numRuns: runs(3000) },
    );
  });

  test('text is what everybody else takes it for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8Bytes(text)).toEqual(Uint8Array.from(Buffer.from(text, 'utf8')));
        expect(decodeUtf8(Buffer.from(text, 'utf8'))).toBe(Buffer.from(text, 'utf8').toString('utf8'));
      }),
    );
  });

  test.each([
    ['Latin-1', [0x63, 0x61, 0x66, 0xe9], 'caf\udce9'],
    ['a character cut in two', [0xe6, 0x97], '\udce6\udc97'],
    ['half a surrogate pair in UTF-8', [0xed, 0xa0, 0x80], '\udced\udca0\udc80'],
    ['a character written too long', [0xc0, 0x80], '\udcc0\udc80'],
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x61], '\ufeffa'],
  ])('%s', (_, bytes, text) => {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBe(text);
  });

  test('names are ordered by their bytes', () => {
    const names = ['a', 'a\udce9', '\udce9', '\uffee', '😀', 'é', '日'];
    expect([...names].sort(compareBytes)).toEqual(
      [...names].sort((a, b) => Buffer.compare(Buffer.from(utf8Bytes(a)), Buffer.from(utf8Bytes(b)))),
    );
  });
});
