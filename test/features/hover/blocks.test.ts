import { describe, expect, test } from 'vitest';
import {
  blocksToMarkdown,
  blocksToText,
  factBlocks,
  knowledgeBlocks,
  type HoverBlock,
} from '../../../src/features/hover/blocks';

describe('each kind of block', () => {
  test.each<[block: HoverBlock, markdown: string, text: string]>([
    [
      { kind: 'title', name: 'a`b', what: 'is `-j X` and *b*' },
      '**``a`b``** — is `-j X` and \\*b\\*',
      'a`b: is -j X and *b*',
    ],
    [{ kind: 'text', text: 'see `x` <b>' }, 'see `x` \\<b\\>', 'see x <b>'],
    [{ kind: 'list', items: ['`x` one', '*two*'] }, '- `x` one\n- \\*two\\*', '  - x one\n  - *two*'],
    [{ kind: 'code', text: '-A INPUT `x`' }, '```iptables\n-A INPUT `x`\n```', '-A INPUT `x`'],
    [
      { kind: 'note', label: 'The *kernel*', text: 'says `no`' },
      '**The \\*kernel\\*:** says `no`',
      'The *kernel*: says no',
    ],
    [
      {
        kind: 'settings',
        label: 'Changed *by*',
        items: [
          { name: 'x', text: 'flag: `-y`' },
          { name: 'z', text: '*' },
        ],
      },
      'Changed \\*by\\*\n- `x` — flag\\: `-y`\n- `z` — \\*',
      'Changed *by*:\n  x  flag: -y\n  z  *',
    ],
    [{ kind: 'small', text: '`a` *b*' }, '_a \\*b\\*_', '(a *b*)'],
    [{ kind: 'rule' }, '---', ''],
  ])('%j', (block, markdown, text) => {
    expect([blocksToMarkdown([block]), blocksToText([block])]).toEqual([markdown, text]);
    const twice: readonly HoverBlock[] = [block, block];
    expect([blocksToMarkdown(twice), blocksToText(twice)]).toEqual([
      `${markdown}\n\n${markdown}`,
      `${text}\n\n${text}`,
    ]);
  });

  test.each<HoverBlock>([
    { kind: 'title', name: 'a\u202eb', what: 'c\u001bd' },
    { kind: 'text', text: 'a\u202eb' },
    { kind: 'list', items: ['a\u001bb'] },
    { kind: 'code', text: 'a\u001bb' },
  ])('shows what would act on a terminal as text: %j', (block) => {
    expect(blocksToText([block])).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('a fact', () => {
  test.each([
    ['0x539/0xffffffff', '0x539: the proxy’s mark', 'the proxy’s mark'],
    ['0x539/0xffffffff', '0x539/0xfff: the proxy’s mark', 'the proxy’s mark'],
    ['0x539', '1337: the proxy’s mark', 'the proxy’s mark'],
    ['::6', '127.0.0.6/32: a source', 'a source'],
    ['x', 'fd00::a/128: a source', 'a source'],
    ['80', 'HTTP: plain text', 'HTTP: plain text'],
    ['80', 'port 80: plain text', 'port 80: plain text'],
    ['a:b', ': plain text', ': plain text'],
    ['web', 'web, the server', 'the server'],
    ['web', '1337: web, the server', 'the server'],
    ['web', 'websites: a list', 'websites: a list'],
    ['web', 'a list of web, and more', 'a list of web, and more'],
    ['web', 'no colon at all', 'no colon at all'],
  ])('shown as %s says its name once: %s', (name, title, what) => {
    expect(factBlocks(name, { title, details: [], sources: [] })).toEqual([{ kind: 'title', name, what }]);
  });

  test('has its paragraphs and its sources', () => {
    const details = [
      { kind: 'text', text: 'one' },
      { kind: 'list', items: ['two'] },
    ] as const;
    expect(factBlocks('x', { title: 'y', details, sources: ['RFC 1', 'RFC 2'] })).toEqual([
      { kind: 'title', name: 'x', what: 'y' },
      ...details,
      { kind: 'small', text: 'Source: RFC 1, RFC 2' },
    ]);
  });
});

test('a rule has what the kernel does, what changes it, and its releases', () => {
  const fact = {
    title: 'x',
    details: [
      { kind: 'text', text: 'one' },
      { kind: 'list', items: ['two'] },
    ],
    family: 'Program',
    changedBy: [
      { kind: 'annotation', name: 'a', effect: 'ports' },
      { kind: 'flag', name: '-b', effect: '' },
    ],
  } as const;
  const settings = {
    kind: 'settings',
    label: 'Changed by',
    items: [
      { name: 'a', text: 'annotation: ports' },
      { name: '-b', text: 'flag' },
    ],
  };
  expect(knowledgeBlocks({ ...fact, sources: [] })).toEqual([
    ...fact.details,
    settings,
    { kind: 'small', text: 'Program' },
  ]);
  expect(
    knowledgeBlocks({ ...fact, changedBy: [], sources: ['p', 'q'], versions: 'since 1', kernelNote: 'n' }),
  ).toEqual([
    ...fact.details,
    { kind: 'note', label: 'What the kernel does', text: 'n' },
    { kind: 'small', text: 'Program · since 1 · p, q' },
  ]);
});
