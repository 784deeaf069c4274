import { describe, expect, test } from 'vitest';
import { answerText } from '../../src/cli/batch';
import { parseSourceFile } from '../../src/core/syntax/parse';
import { completionsAt } from '../../src/features/completion/completionsAt';
import { modelOf } from '../../src/features/fileModel';
import { hoverAt } from '../../src/features/hover/hover';
import { symbolsOf } from '../../src/features/symbols';
import { runCommand } from './terminal';

const chains = (...lines: readonly string[]): string =>
  ['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...lines, 'COMMIT', ''].join(
    '\n',
  );
const steps = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const ladder = (levels: number, times: number): string =>
  chains(
    ...steps(levels).map((i) => `:L${i} - [0:0]`),
    '-A INPUT -j L0',
    ...steps(levels - 1).flatMap((i) => steps(times).map(() => `-A L${i} -j L${i + 1}`)),
    `-A L${levels - 1} -p tcp -j ACCEPT`,
  );
const inJson = (text: string, depth: number): string =>
  steps(depth).reduce((inner) => JSON.stringify({ level: 'info', msg: inner }), text);
const RULES = chains('-A INPUT -p tcp --dport 22 -j ACCEPT');

/** Files that once crashed, hung or misled, and others of their kinds. */
const FILES: Readonly<Record<string, string>> = {
  'a JSON line in a JSON line': `${inJson('ready', 2)}\n${RULES}`,
  'rules in JSON in JSON': `${inJson(RULES, 2)}\n`,
  'JSON in JSON, nine deep': `${inJson('*nat', 9)}\n${RULES}`,
  'a chain that jumps to itself': chains(':A - [0:0]', '-A INPUT -j A', '-A A -j A'),
  'a chain that goes to itself': chains(':A - [0:0]', '-A INPUT -g A', '-A A -g A'),
  'three chains in a circle': chains(
    ':A - [0:0]',
    ':B - [0:0]',
    ':C - [0:0]',
    '-A INPUT -j A',
    '-A A -j B',
    '-A B -p tcp -j C',
    '-A C -j A',
  ),
  'a jump to a built-in chain': chains('-A INPUT -j INPUT', '-A FORWARD -j INPUT'),
  'a ladder of double jumps': ladder(40, 2),
  'a ladder of nine jumps each': ladder(12, 9),
  'a deep chain of jumps': ladder(300, 1),
  'hundreds of matches in one rule': chains(`-A INPUT${' -m comment'.repeat(200)} --comment x -j ACCEPT`),
  'hundreds of unknown matches': chains(
    `-A INPUT${' -m nosuch'.repeat(100)} -j ACCEPT`,
    ...steps(60).map((i) => `-A INPUT -m nosuch${i} -j DROP`),
  ),
  'a hundred addresses by as many': chains(
    `-A INPUT -s ${steps(100)
      .map((i) => `10.0.${i >> 8}.${i & 255}`)
      .join()} -d ${steps(100)
      .map((i) => `10.1.${i >> 8}.${i & 255}`)
      .join()} -j ACCEPT`,
  ),
  'three hundred dice': chains(
    ...steps(300).map(() => '-A INPUT -m statistic --mode random --probability 0.5 -j ACCEPT'),
  ),
  'lists that hold each other': `create a list:set size 8\ncreate b list:set size 8\nadd a b\nadd b a\nadd a a\n${chains('-A INPUT -m set --match-set a src -j DROP')}`,
  'a chain without a name': '*filter\n:INPUT ACCEPT [0:0]\n-N ""\n-A INPUT -j ""\nCOMMIT\n',
  'a chain with the name of a property': chains(
    ':__proto__ - [0:0]',
    ':constructor - [0:0]',
    '-A INPUT -i toString -j __proto__',
    '-A __proto__ -j constructor',
    '-A constructor -m hasOwnProperty --valueOf -j valueOf',
  ),
  'escape sequences and markup': chains(
    ':\u001b[31mR - [0:0]',
    ':\u202eL - [0:0]',
    ':[x](command:a) - [0:0]',
    '-A INPUT -m comment --comment "\u001b]0;x\u0007<img src=x>" -j [x](command:a)',
  ),
  'bytes that are no UTF-8': chains(':\u00e4\ufffd - [0:0]', '-A INPUT -j \u00e4\ufffd'),
  'lists of words that are parted by other blanks, and closed by another bracket':
    'iptables [\u2028-A INPUT\u00a0-j DROP]\n["iptables",\u00a0"-A",\r"INPUT"]\nrun("iptables", ] "-A")\n' +
    'iptables (] -A)\n{filter INPUT [\u2028-j DROP]}\n',
  'a long run of dots': chains(`-A INPUT -s ${'.'.repeat(100_000)} -j ACCEPT`),
  'a long run of quotes': chains(`-A INPUT -m comment --comment ${'"'.repeat(50_001)} -j ACCEPT`),
  'a half-typed rule': '*filter\n-A INPUT -j INPUT\n-A',
  nothing: '',
  noise: steps(4000)
    .map((i) => String.fromCharCode((i * 7919) % 0x300))
    .join(''),
};

describe.each(Object.entries(FILES))('%s', (_name, text) => {
  const files = { f: text };

  test.each<['trace' | 'check' | 'print', readonly string[]]>([
    ['trace', ['f', '--packet', 'in eth0 tcp 10.0.0.1:5 > 10.1.0.1:22 syn']],
    ['trace', ['f', '--packet', 'tcp', '--json']],
    ['trace', ['f', '--packet', 'out udp > 8.8.8.8:53', '--journey']],
    ['check', ['f']],
    ['print', ['f']],
    ['print', ['f', '--canonical']],
  ])('%s %j ends with a word', (command, words) => {
    const { code, out, error } = runCommand(command, words, files);
    expect([0, 1, 2]).toContain(code);
    expect(error).not.toContain('internal error');
    if (code === 2) expect(error).toMatch(/^[^\n]+\n$/);
    else if (command === 'trace') expect(out).not.toBe('');
    // JSON omits nothing, and print prints all; a trace for people is for people to read.
    if (command === 'trace' && !words.includes('--json')) expect(out.length).toBeLessThan(4_000_000);
  });

  test('hover, completion and outline have an answer at every line', () => {
    const model = modelOf(parseSourceFile(text, { fileName: 'notes.md' }));
    const places = model.file.lines
      .flatMap((line, i) => [0, line.text.length >> 1, line.text.length].map((column) => [i, column] as const))
      .slice(0, 300);
    for (const [line, column] of places) {
      hoverAt(model, line, column);
      completionsAt(model, line, column);
    }
    expect(symbolsOf(model).every(({ name }) => name !== '')).toBe(true);
  });

  test.each(['trace', 'check', 'print'])('batch %s answers it and the next request', (op) => {
    const request = JSON.stringify({
      id: 1,
      op,
      rules: text,
      packet: { dir: 'in', iface: 'eth0', src: '10.0.0.1', dst: '10.244.1.5', proto: 'tcp', dport: 22 },
    });
    const answer = JSON.parse(answerText({ kind: 'line', text: request })) as {
      readonly id: unknown;
      readonly error?: string;
    };
    expect(answer.id).toBe(1);
    expect(answer.error ?? '').not.toContain('internal error');
    expect(JSON.parse(answerText({ kind: 'line', text: '{"id":2,"op":"print","rules":""}' }))).toMatchObject({ id: 2 });
  });
});
