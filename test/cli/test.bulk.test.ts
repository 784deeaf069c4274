import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageError, parseArguments } from '../../src/cli/arguments';
import { terminalOn } from '../../src/cli/terminal';
import { runTest } from '../../src/cli/test/runTest';
import type { TestFileSystem } from '../../src/cli/test/testFiles';
import { utf8Bytes } from '../../src/core/text/utf8';

const RULES = `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:UNUSED - [0:0]
-A INPUT -i eth0 -p tcp --dport 22 -j ACCEPT
-A UNUSED -j DROP
COMMIT
`;
const GOOD = 'in eth0 tcp > :22 => LOCAL\nin eth0 tcp > :23 => DROPPED by policy\n';
const MARKED = `# expect: in eth0 tcp > :22 => ACCEPT\n${RULES}`;

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
  readonly written: Readonly<Record<string, string>>;
}

/** Runs the command with files that are in memory. */
function run(words: readonly string[], files: Readonly<Record<string, string>>): Ran {
  let out = '';
  let error = '';
  const written: Record<string, string> = {};
  const read = (name: string): string => {
    const text = files[name];
    if (text === undefined) throw new UsageError(`${name}: cannot be read`);
    return text;
  };
  const terminal = terminalOn({
    out: (text) => ((out += String(text)), true),
    error: (text) => (error += text),
    bytes: (name) => utf8Bytes(read(name)),
  });
  const system: TestFileSystem = {
    read,
    write: (name, text) => (written[name] = text),
    isFolder: (name) => Object.keys(files).some((each) => name === '.' || each.startsWith(`${name}/`)),
    list: (folder) => {
      const prefix = folder === '.' ? '' : `${folder}/`;
      const names = Object.keys(files).filter((each) => each.startsWith(prefix));
      return [...new Set(names.map((each) => each.slice(prefix.length).split('/')[0] ?? ''))].map((name) => ({
        name,
        folder: files[prefix + name] === undefined,
        size: files[prefix + name]?.length ?? 0,
      }));
    },
  };
  const known = { json: 'flag', tap: 'flag', junit: 'flag', github: 'flag', coverage: 'value', watch: 'flag' } as const;
  try {
    const { code } = runTest(parseArguments(words, known), terminal, system);
    return { code, out, error, written };
  } catch (failure) {
    if (!(failure instanceof UsageError)) throw failure;
    terminal.error(failure.message);
    return { code: failure.exitCode, out, error, written };
  }
}

describe('the exit code', () => {
  test.each<
    [name: string, words: readonly string[], files: Readonly<Record<string, string>>, code: number, says: string]
  >([
    ['all hold', ['fw.iptest'], { 'fw.iptest': GOOD, 'fw.rules': RULES }, 0, '2 expectations hold'],
    [
      'one does not',
      ['fw.iptest'],
      { 'fw.iptest': `${GOOD}in eth0 tcp > :22 => SENT\n`, 'fw.rules': RULES },
      1,
      '2 expectations hold, 1 does not',
    ],
    [
      'a line is wrong',
      ['fw.iptest'],
      { 'fw.iptest': `${GOOD}in eth0 tpc => SENT\n`, 'fw.rules': RULES },
      2,
      'fw.iptest:3:9: "tpc" is not understood',
    ],
    [
      'a word is wrong',
      ['fw.iptest'],
      { 'fw.iptest': 'in tcp => LOCL', 'fw.rules': RULES },
      2,
      'fw.iptest:1:11: "LOCL"',
    ],
    ['no rules beside', ['fw.iptest'], { 'fw.iptest': GOOD }, 2, 'fw.iptest:1:1: there is no file fw or fw.…'],
    [
      'rules without any',
      ['fw.iptest'],
      { 'fw.iptest': GOOD, 'fw.rules': 'hello' },
      2,
      'there are no rules in fw.rules',
    ],
    [
      'named rules',
      ['a/x.iptest'],
      { 'a/x.iptest': `@file ../b.rules\n${GOOD}`, 'a/../b.rules': RULES },
      0,
      '2 expectations hold',
    ],
    [
      'named rules that are not there',
      ['x.iptest'],
      { 'x.iptest': `@file b.rules\n${GOOD}` },
      2,
      'b.rules: cannot be read',
    ],
    [
      'a host from a file',
      ['x.iptest'],
      { 'x.iptest': `@host h.json\n${GOOD}`, 'x.rules': RULES, 'h.json': '{"sysctls":{}}' },
      0,
      '2 expectations hold',
    ],
    [
      'a host that is not JSON',
      ['x.iptest'],
      { 'x.iptest': `@host h.json\n${GOOD}`, 'x.rules': RULES, 'h.json': '{' },
      2,
      'h.json is not JSON',
    ],
    ['comments of the rules', ['fw.rules'], { 'fw.rules': MARKED }, 0, '1 expectation holds'],
    ['standard input', ['-'], { '-': MARKED }, 0, '1 expectation holds'],
    ['no expectations', ['fw.rules'], { 'fw.rules': RULES }, 2, 'there are no expectations in it'],
    [
      'an empty file',
      ['fw.iptest'],
      { 'fw.iptest': '# none\n', 'fw.rules': RULES },
      2,
      'there are no expectations in it',
    ],
    [
      'a folder',
      ['d'],
      { 'd/fw.iptest': GOOD, 'd/fw.rules': RULES, 'd/e/g.rules': MARKED, 'd/.git/x.iptest': 'in tcp => LOCL' },
      0,
      '3 expectations hold',
    ],
    ['this folder', ['.'], { 'fw.iptest': GOOD, 'fw.rules': RULES }, 0, '2 expectations hold'],
    ['an empty folder', ['d'], { 'd/fw.rules': RULES }, 2, 'there is no *.iptest in this folder'],
    ['no file', [], {}, 2, 'test needs a file or a folder'],
    ['a file that is not there', ['no.iptest'], {}, 2, 'no.iptest: cannot be read'],
    [
      'two formats',
      ['fw.iptest', '--tap', '--json'],
      { 'fw.iptest': GOOD, 'fw.rules': RULES },
      2,
      'exclude each other',
    ],
    [
      'coverage in the way',
      ['fw.iptest', '--tap', '--coverage', '-'],
      { 'fw.iptest': GOOD, 'fw.rules': RULES },
      2,
      'both write to standard output',
    ],
  ])('%s', (_, words, files, code, says) => {
    const ran = run(words, files);
    expect([ran.code, ran.out + ran.error]).toEqual([code, expect.stringContaining(says)]);
  });
});

const FAILING = { 'fw.iptest': `${GOOD}in eth0 tcp > :22 => SENT\nin eth0 tpc => SENT`, 'fw.rules': RULES };

test('--json is the list of the contract', () => {
  const { out, error } = run(['fw.iptest', '--json'], FAILING);
  const list = JSON.parse(out) as readonly Record<string, unknown>[];
  expect(list).toMatchObject([
    {
      file: 'fw.iptest',
      line: 1,
      text: 'in eth0 tcp > :22 => LOCAL',
      ok: true,
      got: { outcome: 'LOCAL', verdict: 'ACCEPT' },
    },
    { line: 2, ok: true, got: { outcome: 'DROPPED', dropBy: { kind: 'policy' } } },
    {
      line: 3,
      ok: false,
      message: 'expected SENT, got LOCAL, by filter/INPUT:1 (line 6)',
      got: { outcome: 'LOCAL' },
      expected: 'SENT',
      actual: 'LOCAL\nby filter/INPUT:1 (line 6)',
      decidedBy: { file: 'fw.rules', line: 6, text: '-A INPUT -i eth0 -p tcp --dport 22 -j ACCEPT' },
    },
    { line: 4, column: 9, ok: false, bad: true },
  ]);
  expect(list.map((each) => 'got' in each)).toEqual([true, true, true, false]);
  expect(error).toMatch(/^iptables-lens: fw\.iptest:4:9: "tpc"[^\n]*\n$/);
});

test('--tap', () => {
  expect(run(['fw.iptest', '--tap'], FAILING).out).toBe(`TAP version 14
1..4
ok 1 - fw.iptest:1: in eth0 tcp > :22 => LOCAL
ok 2 - fw.iptest:2: in eth0 tcp > :23 => DROPPED by policy
not ok 3 - fw.iptest:3: in eth0 tcp > :22 => SENT
  ---
  message: "expected SENT, got LOCAL, by filter/INPUT:1 (line 6)"
  severity: fail
  at:
    file: "fw.iptest"
    line: 3
    column: 1
  expected: "SENT"
  actual: "LOCAL\\nby filter/INPUT:1 (line 6)"
  by: "fw.rules:6: -A INPUT -i eth0 -p tcp --dport 22 -j ACCEPT"
  ...
not ok 4 - fw.iptest:4: in eth0 tpc => SENT
  ---
  message: "\\"tpc\\" is not understood; did you mean \\"tcp\\"?"
  severity: error
  at:
    file: "fw.iptest"
    line: 4
    column: 9
  ...
`);
});

test('--junit and --github', () => {
  const { out } = run(['fw.iptest', '--junit'], FAILING);
  expect(out).toContain('<testsuites name="iptables-lens" tests="4" failures="1" errors="1">');
  expect(out).toContain('name="3: in eth0 tcp &gt; :22 =&gt; SENT" file="fw.iptest" line="3">');
  expect(run(['fw.iptest', '--github'], FAILING).out).toBe(
    `::error file=fw.iptest,line=3,col=1,title=Expectation does not hold::in eth0 tcp > :22 => SENT%0Aexpected SENT, got LOCAL, by filter/INPUT:1 (line 6)%0Afw.rules:6: -A INPUT -i eth0 -p tcp --dport 22 -j ACCEPT
::error file=fw.iptest,line=4,col=9,title=Not an expectation::in eth0 tpc => SENT%0A"tpc" is not understood; did you mean "tcp"?
2 expectations hold, 1 does not, 1 line is wrong
`,
  );
});

/** What a file may hold to act on a reader of the results. */
const HOSTILE = [
  '\u001b[31m',
  '\u0007',
  '\u0000',
  '\u202e',
  '\ud800',
  '\ufffe',
  ']]>',
  '<x>&amp;"\'',
  '%0A::error::x',
  '::set-output name=a::b',
  '# SKIP',
  '\\',
  '\u2028',
  '\r',
];

describe.each(HOSTILE)('hostile text %j', (text) => {
  const files = {
    'fw.iptest': `in eth0 tcp > :22 => process "${text.replace('"', '')}"\nin ${text} => LOCAL\n`,
    'fw.rules': RULES.replace('-j ACCEPT', `-m comment --comment "${text.replace('"', '')}" -j ACCEPT`),
  };

  test('does nothing in the output', () => {
    for (const format of ['tap', 'junit', 'github', 'json']) {
      const { out } = run(['fw.iptest', `--${format}`], files);

      expect(out).not.toMatch(
        /[\u0000-\u0008\u000b-\u001f\u007f\u202e\u2028]|(?<![\ud800-\udbff])[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff])/,
      );
      if (format === 'tap') {
        expect(out.split('\n').filter((line) => /^(?:not )?ok/.test(line))).toHaveLength(2);
        expect(out).not.toMatch(/^(?:not )?ok[^\n]*(?<!\\)#/m);
      }
      if (format === 'github')
        expect(
          out
            .trimEnd()
            .split('\n')
            .slice(0, -1)
            .every((line) => /^::(?:error|notice) /.test(line)),
        ).toBe(true);
      if (format === 'junit') {
        expect(out.replace(/&(?:amp|lt|gt|quot|apos);/g, '')).not.toContain('&');
        expect(out).not.toContain(']]>');
        expect(
          out.match(/<\/?[a-z]+/g)?.filter((tag) => !/^<\/?(?:testsuites?|testcase|failure|error)$/.test(tag)),
        ).toEqual([]);
        expect(out).not.toMatch(/[\ufffe\uffff]/);
      }
      if (format === 'json') expect(JSON.parse(out)).toHaveLength(2);
    }
  });
});

describe('--coverage', () => {
  const files = { 'fw.iptest': GOOD, 'fw.rules': RULES };

  test('- prints the table', () => {
    expect(run(['fw.iptest', '--coverage', '-'], files).out).toContain(`
fw.rules: 2 of 5 rules and policies matched, 0 only evaluated, 3 never reached
       3  never reached     :FORWARD DROP [0:0]
       4  never reached     :OUTPUT ACCEPT [0:0]
       7  never reached     -A UNUSED -j DROP
`);
  });

  test('JSON', () => {
    const { written } = run(['fw.iptest', '--coverage', 'c.json'], files);
    expect(JSON.parse(written['c.json'] ?? '')).toEqual({
      files: [
        {
          file: 'fw.rules',
          rules: [
            { line: 2, place: 'policy of filter/INPUT', evaluated: 1, matched: 1, text: ':INPUT DROP [0:0]' },
            { line: 3, place: 'policy of filter/FORWARD', evaluated: 0, matched: 0, text: ':FORWARD DROP [0:0]' },
            { line: 4, place: 'policy of filter/OUTPUT', evaluated: 0, matched: 0, text: ':OUTPUT ACCEPT [0:0]' },
            {
              line: 6,
              place: 'filter/INPUT:1',
              evaluated: 2,
              matched: 1,
              text: '-A INPUT -i eth0 -p tcp --dport 22 -j ACCEPT',
            },
            { line: 7, place: 'filter/UNUSED:1', evaluated: 0, matched: 0, text: '-A UNUSED -j DROP' },
          ],
        },
      ],
    });
  });

  test('lcov', () => {
    const { written } = run(['fw.iptest', '--json', '--coverage', 'c.info'], files);
    expect(written['c.info']).toContain('SF:fw.rules\n');
    expect(written['c.info']).toContain('DA:6,1\nDA:7,0\nLF:5\nLH:2\nend_of_record\n');
    expect(written['c.info']).toContain('BRDA:6,0,0,1\nBRDA:6,0,1,1\nBRDA:7,0,0,-\n');
  });
});

test('the samples hold', () => {
  const sample = path.join(import.meta.dirname, '../../sample');
  const names = readdirSync(sample);
  const files = Object.fromEntries(
    names.map((name) => [`sample/${name}`, readFileSync(path.join(sample, name), 'utf8')]),
  );
  const ran = run(['sample'], files);
  expect(ran.out).toMatch(/^\d+ expectations hold\n$/m);
  expect(ran.code).toBe(0);
});

const program = path.join(import.meta.dirname, '../../dist/cli.js');

test.skipIf(!existsSync(program) || !readFileSync(program, 'utf8').includes('has changed'))(
  '--watch runs again when the rules change',
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'iptest-'));
    writeFileSync(path.join(folder, 'fw.rules'), RULES);
    writeFileSync(path.join(folder, 'fw.iptest'), GOOD);
    const child = spawn(process.execPath, [program, 'test', path.join(folder, 'fw.iptest'), '--watch']);
    try {
      let out = '';
      const until = (wanted: string): Promise<void> =>
        new Promise((resolve) => {
          const look = (): void => {
            if (out.includes(wanted)) resolve();
          };
          child.stdout.on('data', look);
          look();
        });
      child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
      await until('2 expectations hold\n');
      writeFileSync(path.join(folder, 'fw.rules'), RULES.replace('--dport 22', '--dport 2222'));
      await until('1 expectation holds, 1 does not');
      expect(out).toContain('fw.rules has changed');
    } finally {
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  },
  60_000,
);
