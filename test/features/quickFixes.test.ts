import { describe, expect, test } from 'vitest';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { fileDiagnostics, type QuickFix } from '../../src/features/diagnostics';
import { modelOf, type FileModel } from '../../src/features/fileModel';
import { quickFixes } from '../../src/features/quickFixes';

function read(text: string, fileName = 'rules.v4'): FileModel {
  return modelOf(parseSourceFile(text, { fileName, languageId: 'iptables' }));
}

function applied(text: string, { edits }: QuickFix): string {
  const lines = text.split('\n');
  for (const { line, column, endColumn, newText } of [...edits].sort(
    (a, b) => b.line - a.line || b.column - a.column,
  )) {
    const before = lines[line - 1] ?? '';
    lines[line - 1] = before.slice(0, column - 1) + newText + before.slice(endColumn - 1);
  }
  return lines.join('\n');
}

/** `title → the line or lines that differ afterwards`, for each fix of each problem. */
function fixesOf(text: string, fileName?: string): readonly string[] {
  const model = read(text, fileName);
  const before = new Set(text.split('\n'));
  return fileDiagnostics(model, fileName ?? 'rules.v4').flatMap((problem) =>
    quickFixes(model.file, problem).map(
      (fix) =>
        `${fix.title} → ${applied(text, fix)
          .split('\n')
          .filter((line) => !before.has(line))
          .join(' / ')}`,
    ),
  );
}

const TABLE = ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':WEB_IN - [0:0]'];
const filter = (...rules: readonly string[]): string => [...TABLE, ...rules, 'COMMIT', ''].join('\n');

/** A rule, and what is offered for it. */
const LINES: readonly (readonly [string, readonly string[]])[] = [
  [
    '-A INPUT -p tcp -m multiport --dprots 80,443 -j ACCEPT',
    ['Change to --dports → -A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT'],
  ],
  [
    '-A INPUT -p tcp -m multiport --dprots=80,443 -j ACCEPT',
    ['Change to --dports → -A INPUT -p tcp -m multiport --dports=80,443 -j ACCEPT'],
  ],
  ['-A INPUT -p tcp -dport 80 -j ACCEPT', ['Change to --dport → -A INPUT -p tcp --dport 80 -j ACCEPT']],
  [
    '-A INPUT -p tcp --dports 80,443 -j ACCEPT',
    ['Insert -m multiport → -A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT'],
  ],
  [
    '-A INPUT -p tcp ! --dports 80,443 -j ACCEPT',
    ['Insert -m multiport → -A INPUT -p tcp -m multiport ! --dports 80,443 -j ACCEPT'],
  ],
  [
    '-A INPUT -m contrack --ctstate NEW -j ACCEPT',
    ['Change to conntrack → -A INPUT -m conntrack --ctstate NEW -j ACCEPT'],
  ],
  ['-A INPUT -j ACCPET', ['Change to ACCEPT → -A INPUT -j ACCEPT', 'Declare chain ACCPET → :ACCPET - [0:0]']],
  ['-A INPUT -j WEB_INN', ['Change to WEB_IN → -A INPUT -j WEB_IN', 'Declare chain WEB_INN → :WEB_INN - [0:0]']],
  ['-A INPUT -g WBE_IN', ['Change to WEB_IN → -A INPUT -g WEB_IN', 'Declare chain WBE_IN → :WBE_IN - [0:0]']],
  ['-A INPUT -j BACKEND', ['Declare chain BACKEND → :BACKEND - [0:0]']],
  ['-A INPTU -j ACCEPT', ['Change to INPUT → -A INPUT -j ACCEPT', 'Declare chain INPTU → :INPTU - [0:0]']],
  ['-A MISSING -j ACCEPT', ['Declare chain MISSING → :MISSING - [0:0]']],
  ['-A INPUT -p tcp --dport ! 80 -j ACCEPT', ['Write ! --dport → -A INPUT -p tcp ! --dport 80 -j ACCEPT']],
  ['-A INPUT -s ! 10.0.0.0/8 -j DROP', ['Write ! -s → -A INPUT ! -s 10.0.0.0/8 -j DROP']],
  ['-A INPUT ! ! -s 10.0.0.0/8 -j DROP', ['Remove the first "!" → -A INPUT ! -s 10.0.0.0/8 -j DROP']],
  ['-t filter -A INPUT -j DROP', ['Remove -t filter → -A INPUT -j DROP']],
  ['-A INPUT -j DROP -t filter', ['Remove -t filter → -A INPUT -j DROP ']],
  // Nothing that is plain: the words are not what is in the line, or only the author knows.
  ['-A INPUT -p tcp -m multiport "--dprots" 80,443 -j ACCEPT', []],
  ['-A INPUT --dport 80 -j ACCEPT', []],
  ['-A INPUT -j "BACK END"', []],
  ['-A INPUT -s 10.0.0.300 -j ACCEPT', []],
];

describe('quick fixes', () => {
  test.each(LINES)('%s', (line, expected) => {
    expect(fixesOf(filter(line))).toEqual(expected);
  });

  test.each(LINES.filter(([, fixes]) => fixes.length > 0))('what is offered for %s mends it', (line) => {
    const text = filter(line);
    const model = read(text);
    const problems = fileDiagnostics(model, 'rules.v4');
    for (const problem of problems) {
      for (const fix of quickFixes(model.file, problem)) {
        const left = fileDiagnostics(read(applied(text, fix)), 'rules.v4');
        expect(left.filter(({ message }) => message === problem.message)).toEqual([]);
        expect(left.length).toBeLessThan(problems.length);
      }
    }
  });

  test.each([
    [
      'a table without COMMIT at the end',
      `${TABLE.join('\n')}\n-A INPUT -j DROP\n# the end\n`,
      ['Add COMMIT → COMMIT'],
    ],
    ['without rules and a line break', '*filter\n:INPUT ACCEPT [0:0]', ['Add COMMIT → COMMIT / ']],
    ['COMMIT without a line break', '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT', ['Add a line break → ']],
    [
      'before the next table',
      `${TABLE.join('\n')}\n-A INPUT -j DROP\n*nat\n:PREROUTING ACCEPT [0:0]\n`,
      ['Add COMMIT → COMMIT', 'Add COMMIT → COMMIT'],
    ],
    ['a table that does not exist', '*filtre\n:INPUT ACCEPT [0:0]\nCOMMIT\n', ['Change to filter → *filter']],
  ])('%s', (_, text, expected) => {
    expect(fixesOf(text)).toEqual(expected);
    // All of them together leave no problem.
    let mended = text;
    for (let i = 0; i < expected.length; i++) {
      const model = read(mended);
      const [fix] = fileDiagnostics(model, 'rules.v4').flatMap((problem) => quickFixes(model.file, problem));
      if (fix) mended = applied(mended, fix);
    }
    expect(fileDiagnostics(read(mended), 'rules.v4')).toEqual([]);
  });

  test('lines are added with the ends that the file has', () => {
    const text = filter('-A INPUT -j BACKEND').replaceAll('\n', '\r\n');
    const model = read(text);
    const problem = fileDiagnostics(model, 'rules.v4').find(({ code }) => code === 'unknown-target');
    expect(problem && quickFixes(model.file, problem)[0]?.edits[0]?.newText).toBe('\r\n:BACKEND - [0:0]');
  });

  test('nothing is changed within JSON', () => {
    const log = `${JSON.stringify({ level: 'info', msg: `Running iptables-restore with the following input:\n* nat\n-A PREROUTING -p tcp -j REDIRCT --to-ports 15001\nCOMMIT\n` })}\n`;
    const model = read(log, 'x.log');
    expect(fileDiagnostics(model, 'x.log').flatMap((problem) => problem.fix ?? [])).toEqual([]);
  });
});
