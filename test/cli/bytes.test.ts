import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerText } from '../../src/cli/batch';
import { requestLines, type RequestLine } from '../../src/cli/requestLines';
import { visibleJson } from '../../src/core/text/visible';
import { runCommand } from './terminal';

const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

/** Everything of a file that a terminal would obey, in every place of a rule. */
const ESCAPES = '\x1b[2J\x1b]0;pwned\x07';
const TURNS = '\u202eevil\u2066\u200b';
const HOSTILE = [
  ...[
    '*filter',
    ':INPUT DROP [0:0]',
    `:\x1b[31mRED - [0:0]`,
    `:${TURNS} - [0:0]`,
    ':`code` - [0:0]',
    ':<img/src=x> - [0:0]',
  ],
  ...[
    `-A INPUT -m comment --comment "${ESCAPES}${TURNS}" -j \x1b[31mRED`,
    `-A INPUT -j ${TURNS}`,
    '-A INPUT -j `code`',
    '-A INPUT -j <img/src=x>',
    '-A INPUT -j \x1b[5mNONE',
    '-A INPUT -m \x1b[5mBAD -j DROP',
  ],
  ...[
    '-A INPUT -i \x1b[7meth0 -j DROP',
    `-A INPUT -j LOG --log-prefix "${ESCAPES}"`,
    '-A INPUT --\x9bbad\x7f x',
    'COMMIT',
    '',
  ],
].join('\n');
const SOCKETS =
  'State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nLISTEN 0 128 0.0.0.0:80 0.0.0.0:* users:(("[c](http://evil) \x1b[31m<img src=x>",pid=1,fd=3))\n\n*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n';
const ACTS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;

async function batch(line: Uint8Array): Promise<string> {
  const found: RequestLine[] = [];
  for await (const each of requestLines(
    (async function* () {
      yield await Promise.resolve(line);
    })(),
  ))
    found.push(each);
  return visibleJson(answerText(found[0] as RequestLine));
}

describe('print', () => {
  test('is byte for byte', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc
            .array(
              fc.constantFrom(
                '*filter\n',
                '-A INPUT -j DROP\r',
                '\r\n',
                '\n',
                '"',
                '\xe9',
                '\0',
                '{"msg":"',
                '\x1b[2J',
                ':caf\xe9 - [0:0]\n',
                'COMMIT\n',
              ),
            )
            .map((parts) => latin1(parts.join(''))),
        ),
        (bytes) => {
          // What is UTF-8 is written as text, all else as bytes.
          const { out } = runCommand('print', ['f'], { f: bytes });
          const text = Buffer.from(bytes).toString('utf8');
          expect(Buffer.from(text, 'utf8').equals(bytes) ? out : Buffer.from(out, 'latin1')).toEqual(
            Buffer.from(text, 'utf8').equals(bytes) ? text : Buffer.from(bytes),
          );
        },
      ),
    );
  });

  test.each([
    ['a comment', '-A INPUT -m comment --comment "caf\xe9 \xe0" -j DROP'],
    ['a chain and a jump to it', '-A INPUT -j caf\xe9'],
    ['a log prefix', '-A INPUT -j LOG --log-prefix "\xe9\xe8 "'],
    ['an interface', '-A INPUT -i \xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9 -j DROP'],
    ['a match that nobody knows', '-A INPUT -m nobody --knows "\xe9 x" -j DROP'],
  ])('--canonical and batch keep Latin-1 in %s', async (_, rule) => {
    const file = latin1(`*filter\n:INPUT ACCEPT [0:0]\n:caf\xe9 - [0:0]\n${rule}\nCOMMIT\n`);
    expect(runCommand('print', ['f', '--canonical'], { f: file }).out).toContain(`\n${rule}\n`);
    const request = latin1(`{"op":"print","rules":${JSON.stringify(Buffer.from(file).toString('latin1'))}}\n`);
    const answer = await batch(request);
    // JSON has escapes for what is no text: the way of Python's surrogateescape.
    expect(answer).toContain('\\udce9');
    expect(
      (JSON.parse(answer) as { text: string }).text.replace(/[\udc80-\udcff]/g, (byte) =>
        String.fromCharCode(byte.charCodeAt(0) & 0xff),
      ),
    ).toContain(`\n${rule}\n`);
  });
});

describe('lengths are those of bytes', () => {
  // What iptables-restore 1.8.9 makes of them.
  test.each([
    [':%s - [0:0]', '\xe9'.repeat(28), true],
    [':%s - [0:0]', '\xe9'.repeat(29), false],
    [':%s - [0:0]', '\xc3\xa9'.repeat(14), true],
    [':%s - [0:0]', '\xc3\xa9'.repeat(15), false],
    ['-A INPUT -i %s -j DROP', '\xe9'.repeat(15), true],
    ['-A INPUT -i %s -j DROP', '\xc3\xa9'.repeat(8), false],
    ['-A INPUT -m comment --comment %s', '\xe9'.repeat(1023), true],
    ['-A INPUT -m comment --comment %s', '\xe9'.repeat(1024), false],
    ['-A INPUT -m comment --comment %s', '\xc3\xa9'.repeat(512), false],
    ['-A INPUT -j SET --add-set %s src', '\xe9'.repeat(31), true],
    ['-A INPUT -j SET --add-set %s src', '\xc3\xa9'.repeat(16), false],
    ['-A INPUT -m string --algo bm --string %s', '\xe9'.repeat(128), true],
    ['-A INPUT -m string --algo bm --string %s', '\xc3\xa9'.repeat(65), false],
  ])('%s with %j', (line, value, taken) => {
    const file = latin1(`*filter\n${line.replace('%s', value)}\nCOMMIT\n`);
    expect(runCommand('check', ['f.iptables'], { 'f.iptables': file }).code).toBe(taken ? 0 : 1);
  });

  test.each([
    [255, 255],
    [256, 255],
    [300, 255],
  ])('of %i bytes of a comment %i are kept', (given, kept) => {
    const file = latin1(`*filter\n-A INPUT -m comment --comment ${'\xe9'.repeat(given)}\nCOMMIT\n`);
    expect(runCommand('print', ['f', '--canonical'], { f: file }).out).toContain(
      `--comment "${'\xe9'.repeat(kept)}"\n`,
    );
  });

  test('a log prefix is cut through a character', () => {
    const file = latin1(`*filter\n-A INPUT -j LOG --log-prefix "${'\xc3\xa9'.repeat(20)}"\nCOMMIT\n`);
    expect(runCommand('print', ['f', '--canonical'], { f: file }).out).toContain(
      `--log-prefix "${'\xc3\xa9'.repeat(14)}\xc3"\n`,
    );
  });
});

describe('nothing of a file acts on a terminal', () => {
  const files = { 'h.iptables': HOSTILE, 's.md': SOCKETS, 'name\x1b[2J': HOSTILE };
  test.each<[Parameters<typeof runCommand>[0], readonly string[]]>([
    ['check', ['h.iptables']],
    ['check', ['name\x1b[2J']],
    ['check', ['h.iptables', '--json']],
    ['trace', ['h.iptables', '--packet', 'tcp > :80']],
    ['trace', ['h.iptables', '--packet', 'tcp > :80', '--json']],
    ['trace', ['h.iptables', '--packet', 'tcp > :80', '--journey']],
    ['trace', ['s.md', '--packet', 'tcp > :80']],
    ['trace', ['h.iptables', '--packet', '\x1b[2J']],
    ['trace', ['h.iptables', '--packet', 'tcp', '--dump', '\x1b[2J']],
    ['trace', ['no\x1b[2J', '--packet', 'tcp']],
    ['trace', ['h.iptables', '--\u202ebad']],
    ['explain', ['\x1b[31mRED', '--file', 'h.iptables']],
    ['explain', [TURNS, '--file', 'h.iptables']],
    ['explain', ['`code`', '--file', 'h.iptables']],
    ['explain', ['\x9bnothing', '--file', 'h.iptables']],
    ['print', ['no\x1b[2J']],
  ])('%s %j', (command, words) => {
    const { out, error } = runCommand(command, words, files);
    expect(out + error).not.toBe('');
    expect(out + error).not.toMatch(ACTS);
  });

  test('print gives it as it is', () => {
    expect(runCommand('print', ['h.iptables'], files).out).toBe(HOSTILE);
    expect(runCommand('print', ['h.iptables', '--canonical'], files).out).toContain(ESCAPES);
  });

  test('--json holds it, as escapes', () => {
    const { out } = runCommand('check', ['h.iptables', '--json'], files);
    expect(out).toContain('\\u001b');
    expect(
      (JSON.parse(out) as { diagnostics: { message: string }[] }[])[0]?.diagnostics.some(({ message }) =>
        message.includes('\x1b[5m'),
      ),
    ).toBe(true);
  });
});

describe('a lone CR', () => {
  const text = '# a\rb\n*filter\n-A INPUT -m comment --comment "x\ry" -j DROP\n-A INPUT -j NOWHERE\nCOMMIT\n';
  test('is a character of its line, for every command', async () => {
    const files = { 'f.iptables': text };
    expect(runCommand('check', ['f.iptables'], files).out).toMatch(/^f\.iptables:4:13: error unknown-target/);
    expect(
      (
        JSON.parse(await batch(Buffer.from(`${JSON.stringify({ op: 'check', rules: text, family: 4 })}\n`))) as {
          diagnostics: unknown[];
        }
      ).diagnostics[0],
    ).toMatchObject({ line: 4, column: 13 });
    expect(runCommand('trace', ['f.iptables', '--packet', 'tcp > :80'], files).out).toContain(
      '     3  ✗ -A INPUT -j DROP /* x\\x0dy */',
    );
    expect(runCommand('print', ['f.iptables'], files).out).toBe(text);
    expect(runCommand('print', ['f.iptables', '--canonical'], files).out).toContain('--comment "x\ry"');
  });
});
