import { describe, expect, test } from 'vitest';
import { requestLines } from '../../src/cli/requestLines';

async function linesOf(chunks: readonly (string | readonly number[])[], longest?: number): Promise<readonly string[]> {
  const bytes = chunks.map((chunk) =>
    typeof chunk === 'string' ? new TextEncoder().encode(chunk) : Uint8Array.from(chunk),
  );
  const found: string[] = [];
  for await (const line of requestLines(inTurn(bytes), longest))
    found.push(line.kind === 'line' ? line.text : `! ${line.reason}`);
  return found;
}

async function* inTurn(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

describe('lines of requests', () => {
  test.each<[string, readonly (string | readonly number[])[], readonly string[]]>([
    ['each with its end', ['a\nb\n'], ['a', 'b']],
    ['the last one without', ['a\nb'], ['a', 'b']],
    ['CR LF', ['a\r\nb\r\n'], ['a', 'b']],
    ['cut anywhere', ['a', 'b', '\r', '\nc', 'd\n'], ['ab', 'cd']],
    ['a character cut in two', [[0xc3], [0xa4, 0x0a]], ['ä']],
    ['blank ones', ['\n\n \n'], ['', '', ' ']],
    ['U+2028 and CR are not line ends', ['{"a":"\u2028"}\n{"b":"x\ry"}\n'], ['{"a":"\u2028"}', '{"b":"x\ry"}']],
    ['none', [], []],
    ['a byte order mark', ['\ufeff{}\n'], ['{}']],
  ])('%s', async (_name, chunks, expected) => {
    expect(await linesOf(chunks)).toEqual(expected);
  });

  test('what is no UTF-8 is carried as it is, and the next line is read', async () => {
    expect(await linesOf([[0x7b, 0xff, 0x7d, 0x0a], '{}\n'])).toEqual(['{\udcff}', '{}']);
  });

  test('what is too long is one unreadable line, and the next one is read', async () => {
    expect(await linesOf(['aaaa', 'aaaa', 'aaaa\nb\n'], 8)).toEqual([
      '! is longer than 8 bytes: split the request',
      'b',
    ]);
    expect(await linesOf(['aaaaaaaa\nb\n'], 8)).toEqual(['aaaaaaaa', 'b']);
  });
});
