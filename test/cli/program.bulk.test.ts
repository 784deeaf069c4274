import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The program as a process: what only shows at its edges. */
const folder = mkdtempSync(path.join(tmpdir(), 'iptables-lens-cli-'));
const program = path.join(folder, 'cli.cjs');

beforeAll(async () => {
  await build({
    entryPoints: ['src/cli/main.ts'],
    outfile: program,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  writeFileSync(
    path.join(folder, 'binary'),
    Uint8Array.from({ length: 3000 }, (_, i) => (i * 7919) & 255),
  );
  writeFileSync(path.join(folder, 'some.rules'), '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n');
  writeFileSync(path.join(folder, 'host.json'), '{"listeners":[{"proto":"tcp","port":1,"uid":"root"}]}');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(
  words: readonly string[],
  input: string | Uint8Array = '',
): { readonly code: number | null; readonly out: string; readonly error: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { cwd: folder, input });
  return { code: status, out: stdout.toString(), error: stderr.toString() };
}

describe('what cannot be done is reported in one line', () => {
  test.each<[string, readonly string[], string]>([
    ['a folder', ['check', '.'], '.: cannot be read'],
    ['no file', ['print', 'nowhere'], 'nowhere: cannot be read'],
    ['a name that no file can have', ['check', 'a'.repeat(5000)], 'cannot be read'],
    ['a binary file without rules', ['trace', 'binary', '--packet', 'tcp'], 'there are no rules in it'],
    ['a folder for the host', ['trace', 'some.rules', '--packet', 'tcp', '--host', '.'], '.: cannot be read'],
    ['a host that is none', ['trace', 'some.rules', '--packet', 'tcp', '--host', 'host.json'], 'listeners[0].uid'],
    ['no command', ['chekc'], '"chekc" is not a command'],
  ])('%s', (_name, words, expected) => {
    const { code, out, error } = run(words);
    expect([code, out]).toEqual([2, '']);
    expect(error.split('\n')).toEqual([expect.stringContaining(expected), '']);
    expect(error).not.toContain('internal error');
  });
});

test('a binary file is checked and printed', () => {
  expect(run(['check', 'binary'])).toMatchObject({ error: '' });
  expect(run(['print', 'binary'])).toMatchObject({ code: 0, error: '' });
});

test('each line of batch has one answer, in order, whatever it is', () => {
  const lines = [
    'no json',
    '',
    '[]',
    '{"id":1,"op":{"toString":1}}',
    '{"id":[{}],"op":["trace"]}',
    '{"id":2,"op":3}',
    '{"id":"\u2028","packet":{}}',
    '{"id":3,"op":null,"packet":null}',
    '{"id":4,"id":5,"op":"check","rules":"*filter\\nCOMMIT\\n"}',
  ];
  const { code, out, error } = run(
    ['batch'],
    Buffer.concat([
      Buffer.from(`${lines.join('\r\n')}\n`),
      Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
      Buffer.from('{"id":6,"op":"print","rules":""}'),
    ]),
  );
  expect([code, error]).toEqual([0, '']);
  const answers = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(answers.map(({ id }) => id)).toEqual([null, null, 1, [{}], 2, '\u2028', 3, 5, null, 6]);
  expect(answers.map(({ error: message }) => typeof message)).toEqual([
    'string',
    'string',
    'string',
    'string',
    'string',
    'undefined',
    'string',
    'undefined',
    'string',
    'undefined',
  ]);
});

test('an answer comes before the next request is sent', async () => {
  const child = spawn(process.execPath, [program, 'batch'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers: string[] = [];
  child.stdout.setEncoding('utf8');
  for (const id of [1, 2, 3]) {
    child.stdin.write(`{"id":${id},"op":"print","rules":""}\n`);
    answers.push(await new Promise<string>((resolve) => child.stdout.once('data', resolve)));
  }
  child.stdin.end();
  expect(answers.map((line) => (JSON.parse(line) as { id: number }).id)).toEqual([1, 2, 3]);
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
});

test('a reader that goes away is not an error', async () => {
  const child = spawn(process.execPath, [program, 'batch'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let error = '';
  child.stderr.on('data', (chunk: Buffer) => {
    error += chunk.toString();
  });
  child.stdin.on('error', () => undefined);
  child.stdout.destroy();
  child.stdin.write('{"id":1,"op":"print","rules":""}\n'.repeat(20_000));
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  expect(error).toBe('');
});
