import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editSourceFile } from '../../src/core/syntax/edit';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { printSourceFile } from '../../src/core/syntax/print';
import { fileDiagnostics } from '../../src/features/diagnostics';
import { modelOf } from '../../src/features/fileModel';
import { hoverAt } from '../../src/features/hover/hover';
import { chainDefinition } from '../../src/features/navigation';
import { symbolsOf } from '../../src/features/symbols';

const DUMP =
  '*filter\n:INPUT DROP [0:0]\n:WEB - [0:0]\n-A INPUT -p tcp -j WEB\n-A WEB -p tcp --dprt 80 -m comment --comment "to \\"Envoy\\"" -j ACCEPT\nCOMMIT\n';

/** Ways in which log shippers and viewers wrap a text into JSON. */
const WRAPPERS: Readonly<Record<string, (text: string) => string>> = {
  zap: (text) => JSON.stringify({ level: 'info', time: '2024-05-02T08:00:00Z', msg: text }),
  docker: (text) => `${JSON.stringify({ log: text, stream: 'stdout', time: '2024-05-02T08:00:00.1Z' })}`,
  Stackdriver: (text) =>
    JSON.stringify({ logName: 'a/b', resource: { labels: { pod_name: 'server-1' } }, textPayload: text }),
  'an object in objects': (text) => JSON.stringify({ a: { 'no.message': { payload: { text } } }, ip: '10.0.0.1' }),
  Loki: (text) => JSON.stringify({ streams: [{ stream: { app: 'x' }, values: [['1714636800000000000', text]] }] }),
  'a list': (text) => JSON.stringify([{ id: 1 }, { id: 2, body: text }]),
  'with escapes in place of letters': (text) =>
    `{"msg":"${[...text].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"}`,
  'with blanks': (text) => JSON.stringify({ msg: text }, undefined, 1).replace(/\n/g, ' '),
};

const wrapped = (text: string, names: readonly string[]): string =>
  names.reduce((inner, name) => (WRAPPERS[name] as (text: string) => string)(inner), text);

/** The texts of the lines of a file, those within JSON in place of the JSON. */
const linesOf = (text: string): readonly string[] =>
  parseSourceFile(text).lines.flatMap((line) => (line.embedded ?? [line]).map((each) => each.text));

describe('rules in JSON in JSON', () => {
  const names = Object.keys(WRAPPERS);
  it.each([
    ...names.map((name) => [name]),
    ...names.flatMap((inner) => names.map((outer) => [inner, outer])),
    ['zap', 'docker', 'Loki', 'docker', 'Stackdriver', 'a list'],
  ])('%s %s', (...path) => {
    const text = wrapped(
      DUMP,
      path.filter((name) => typeof name === 'string' && name in WRAPPERS),
    );
    expect(linesOf(text)).toEqual(DUMP.split('\n'));
    expect(parseSourceFile(text).sections).toMatchObject([{ kind: 'rules' }]);
  });

  it('lines that are one entry each are one rule set', () => {
    const text = DUMP.trimEnd()
      .split('\n')
      .map((line) => wrapped(`${line}\n`, ['zap', 'docker']))
      .join('\n');
    const { sections } = parseSourceFile(`{"log":"{\\"msg\\":\\"ready\\"}"}\n${text}\n{"level":"info","msg":"done"}\n`);
    expect(sections).toMatchObject([{ kind: 'rules' }]);
    expect([...new Set(sections[0]?.lines.map(({ index }) => index))]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('a column in the rule is the column in the file, at any depth', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }), (path) => {
        const [line] = parseSourceFile(wrapped(DUMP, path)).lines;
        for (const inner of line?.embedded ?? []) {
          for (const word of inner.text.matchAll(/[A-Za-z0-9]+/g)) {
            const outer = line?.text.slice(inner.toOuter(word.index), inner.toOuter(word.index + word[0].length)) ?? '';
            // Each letter is there as it is or as an escape of its number.
            if (!outer.includes('\\')) expect(outer).toBe(word[0]);
            else expect(outer).toMatch(/^(?:\\+u[0-9a-f]{4}|\\+(?:\\|u005c)*u?[0-9a-f]*)+/);
          }
        }
        expect(line?.embedded?.map(({ text }) => text)).toEqual(DUMP.split('\n'));
      }),
      { numRuns: 60 },
    );
  });

  it.each([[['zap']], [['zap', 'docker']], [['docker', 'Loki', 'a list']]])(
    'problems, hovers and definitions stand at their places: %s',
    (path) => {
      const text = wrapped(DUMP, path);
      const model = modelOf(parseSourceFile(`prose\n${text}\n`));
      const problem = fileDiagnostics(model).find(({ code }) => code === 'unknown-option');
      expect(problem).toMatchObject({
        line: 2,
        column: text.indexOf('--dprt') + 1,
        endColumn: text.indexOf('--dprt') + 7,
      });
      expect(problem).not.toHaveProperty('fix');
      const jump = text.indexOf('-j WEB') + 3;
      expect(hoverAt(model, 1, jump + 1)?.range).toEqual({ start: jump, end: jump + 3 });
      const declared = text.indexOf(':WEB') + 1;
      expect(chainDefinition(model, 1, jump + 1)).toMatchObject({
        line: 1,
        start: declared,
        end: declared + 3,
        kind: 'declaration',
      });
      const [table] = symbolsOf(model).flatMap((symbol) => (symbol.kind === 'dump' ? symbol.children : [symbol]));
      expect(table?.selection).toEqual({
        line: 1,
        start: text.indexOf('*filter') + 1,
        end: text.indexOf('*filter') + 7,
      });
    },
  );

  it('an edit within equals reading anew', () => {
    const text = `a\n${wrapped(DUMP, ['zap', 'docker'])}\nb\n`;
    const at = text.indexOf('80') - 2;
    const edited = editSourceFile(parseSourceFile(text), {
      startLine: 1,
      startColumn: at,
      endLine: 1,
      endColumn: at + 2,
      newText: '443',
    });
    const now = printSourceFile(edited);
    expect(now).toBe(text.replace('80', '443'));
    expect(edited.lines[1]?.embedded?.map((line) => line.text)).toEqual(
      parseSourceFile(now).lines[1]?.embedded?.map((line) => line.text),
    );
    expect(edited.sections).toHaveLength(1);
  });

  it.each<[string, string, readonly string[] | undefined]>([
    [
      'names, levels and times are not lines',
      '{"level":"info","logger":"iptables","ip":"10.0.0.1","msg":"-A X -j Y"}',
      ['-A X -j Y'],
    ],
    ['prose under other keys is none', '{"title":"about rules","n":[1,"two"]}', undefined],
    ['prose that begins with a brace', '{ "-A INPUT -j DROP" or so', ['-A INPUT -j DROP']],
    ['a Go structure', '{Name:"-A INPUT -j DROP"}', undefined],
    ['a prefix in brackets', '[pod/x/y] {"msg":"-N X"}', ['-N X']],
    ['cut off within the inner entry', '{"log":"{\\"msg\\":\\"*nat\\\\n-A X -j', ['*nat', '-A X -j']],
    ['a key that is a rule', '{"-A INPUT -j DROP":1}', undefined],
  ])('%s', (_, text, lines) => {
    expect(parseSourceFile(text).lines[0]?.embedded?.map((line) => line.text)).toEqual(lines);
  });
});

describe('deep JSON', () => {
  it.each([
    ['1,000 objects', `${'{"a":'.repeat(1000)}{"msg":"-A X -j Y"}${'}'.repeat(1000)}`, ['-A X -j Y']],
    ['100,000 lists', `[${'['.repeat(100_000)}"-A X -j Y"`, ['-A X -j Y']],
    ['100,000 objects that stay open', '{"a":'.repeat(100_000), undefined],
    ['entries that are never escaped', '{"msg":"'.repeat(1000), ['{', ':']],
    [
      'as many strings in strings as fit',
      Array.from({ length: 15 }).reduce((inner: string) => JSON.stringify({ log: inner }), '-A X -j Y'),
      ['-A X -j Y'],
    ],
  ])('%s', (_, text, lines) => {
    const [line] = parseSourceFile(text).lines;
    expect(line?.embedded?.slice(0, 3).map((each) => each.text)).toEqual(lines);
  });

  it('escapes that keep their backslash end somewhere', () => {
    // Each level gives `\u` and the rest of an escape of its own, so that every level is a few characters shorter only.
    const inner = Array.from({ length: 400 }).reduce(
      (text: string) => text.replaceAll('\\u0022', '\\u\\u0030022'),
      '{\\u0022msg\\u0022:\\u0022-A X -j Y',
    );
    const line = parseSourceFile(`{"msg":"${inner}`).lines[0];
    expect(line?.embedded?.length).toBe(1);
  });
});
