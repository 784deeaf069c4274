import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsOf, sources } from './sources';
import type { Import, Source } from './sources';

/** What a folder may import: other folders, those of which it may import types only, and packages. */
interface Layer {
  readonly folder: string;
  readonly values: readonly string[];
  readonly types?: readonly string[];
  readonly packages?: readonly string[];
  /** Files outside of src. */
  readonly files?: readonly string[];
}

const core = [
  'core/text',
  'core/syntax',
  'core/net',
  'core/xtables',
  'core/nft',
  'core/ruleset',
  'core/netfilter',
  'core/knowledge',
  'core/analysis',
];

/** The floors of the house, lowest first. ARCHITECTURE.md tells why. */
const layers: readonly Layer[] = [
  { folder: 'core/text', values: [] },
  { folder: 'core/syntax', values: ['core/text'] },
  { folder: 'core/net', values: ['core/text'] },
  { folder: 'core/xtables', values: ['core/text', 'core/net'], types: ['core/syntax'] },
  { folder: 'core/nft', values: ['core/text', 'core/syntax', 'core/net', 'core/xtables'] },
  { folder: 'core/ruleset', values: ['core/text', 'core/syntax', 'core/net', 'core/xtables', 'core/nft'] },
  { folder: 'core/netfilter', values: ['core/text', 'core/syntax', 'core/net', 'core/xtables', 'core/ruleset'] },
  { folder: 'core/knowledge', values: ['core/text', 'core/syntax', 'core/net', 'core/xtables', 'core/ruleset'] },
  { folder: 'core/analysis', values: core },
  { folder: 'shared', values: [], types: core },
  { folder: 'features', values: [...core, 'shared'], packages: ['@vscode/debugprotocol'] },
  {
    folder: 'webview',
    values: ['shared'],
    types: core,
    packages: ['lit', '@vscode-elements/elements', '@vscode/codicons'],
  },
  { folder: 'cli', values: [...core, 'features'], packages: ['node:*'], files: ['package.json'] },
  { folder: 'host', values: [...core, 'features', 'shared'], packages: ['vscode', 'jsonc-parser'] },
  { folder: 'extension.ts', values: ['host'], packages: ['vscode'] },
];

const all = sources('src');

describe('the floors of the house', () => {
  test.each(layers)('$folder imports only what it may', ({ folder }) => {
    const files = all.filter(({ file }) => layerOf(file)?.folder === folder);
    expect(files.flatMap((source) => breaches(source).map((breach) => `${source.file}: ${breach}`))).toEqual([]);
  });

  test('there are no other folders', () => {
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter(({ file }) => !layerOf(file))).toEqual([]);
  });

  test.each<[string, string, string, readonly string[]]>([
    ['a lower folder', 'src/core/syntax/x.ts', `import { a } from '../text/a';`, []],
    ['its own folder', 'src/core/syntax/x.ts', `import { a } from './sub/a';`, []],
    [
      'a higher folder',
      'src/core/text/x.ts',
      `import { a } from '../syntax/a';`,
      ['core/text may not import ../syntax/a'],
    ],
    [
      'a higher folder, types only',
      'src/core/text/x.ts',
      `import type { A } from '../syntax/a';`,
      ['core/text may not import ../syntax/a'],
    ],
    [
      'types where only types may be imported',
      'src/core/xtables/matches/x.ts',
      `import type { A } from '../../syntax/tree';`,
      [],
    ],
    [
      'inline types where only types may be imported',
      'src/core/xtables/x.ts',
      `import { type A } from '../syntax/tree';`,
      [],
    ],
    [
      'values where only types may be imported',
      'src/core/xtables/x.ts',
      `import { a } from '../syntax/tree';`,
      ['core/xtables may not import ../syntax/tree'],
    ],
    ['a re-export', 'src/core/text/x.ts', `export * from '../net/a';`, ['core/text may not import ../net/a']],
    ['a dynamic import', 'src/core/text/x.ts', `void import('../net/a');`, ['core/text may not import ../net/a']],
    ['a computed import', 'src/host/x.ts', 'void import(name);', ['host may not import (computed)']],
    ['the editor', 'src/core/text/x.ts', `import * as vscode from 'vscode';`, ['core/text may not import vscode']],
    [
      'the types of the editor',
      'src/features/x.ts',
      `import type { Range } from 'vscode';`,
      ['features may not import vscode'],
    ],
    ['Node in the extension', 'src/host/x.ts', `import fs from 'node:fs';`, ['host may not import node:fs']],
    ['Node in the command line', 'src/cli/x.ts', `import fs from 'node:fs';`, []],
    ['the version of the project', 'src/cli/x.ts', `import { version } from '../../package.json';`, []],
    [
      'a file outside of the house',
      'src/core/text/x.ts',
      `import { version } from '../../../package.json';`,
      ['core/text may not import ../../../package.json'],
    ],
    ['a package of the trace view', 'src/webview/x.ts', `import '@vscode-elements/elements/dist/vscode-button';`, []],
    ['a package that nobody listed', 'src/webview/x.ts', `import 'litmus';`, ['webview may not import litmus']],
    ['a folder that is on no floor', 'src/utils/x.ts', '', ['src/utils/x.ts is on no floor']],
  ])('%s', (_, file, text, expected) => {
    expect(breaches({ file, text })).toEqual(expected);
  });
});

test('no file imports itself by way of others', () => {
  expect(cycles(all)).toEqual([]);
});

test('a cycle is found, of values as of types', () => {
  expect(
    cycles([
      { file: 'src/a.ts', text: `import { b } from './b';` },
      { file: 'src/b.ts', text: `import { c } from './c'; import { d } from './d';` },
      { file: 'src/c.ts', text: `import { a } from './a';` },
      { file: 'src/d.ts', text: `import type { A } from './a';` },
    ]),
  ).toEqual(['src/a.ts → src/b.ts → src/c.ts → src/a.ts', 'src/a.ts → src/b.ts → src/d.ts → src/a.ts']);
});

function breaches(source: Source): readonly string[] {
  const layer = layerOf(source.file);
  if (!layer) return [`${source.file} is on no floor`];
  return importsOf(source)
    .filter((imported) => !allowed(layer, source.file, imported))
    .map(({ specifier }) => `${layer.folder} may not import ${specifier}`);
}

function allowed(layer: Layer, file: string, { specifier, typeOnly }: Import): boolean {
  if (!specifier.startsWith('.')) {
    return (layer.packages ?? []).some((name) =>
      name.endsWith('*')
        ? specifier.startsWith(name.slice(0, -1))
        : specifier === name || specifier.startsWith(`${name}/`),
    );
  }
  const target = layerOf(resolve(file, specifier));
  if (!target) return (layer.files ?? []).includes(resolve(file, specifier));
  return (
    target === layer ||
    layer.values.includes(target.folder) ||
    (typeOnly && (layer.types ?? []).includes(target.folder))
  );
}

function layerOf(file: string): Layer | undefined {
  return layers.find(({ folder }) => file === `src/${folder}` || file.startsWith(`src/${folder}/`));
}

function resolve(file: string, specifier: string): string {
  return path.posix.join(path.posix.dirname(file), specifier);
}

/** Cycles of imports, those of types among them, each as the way around it. */
function cycles(files: readonly Source[]): readonly string[] {
  const known = new Set(files.map(({ file }) => file));
  const edges = new Map(
    files.map((source) => [
      source.file,
      importsOf(source)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => resolve(source.file, specifier))
        .flatMap((target) => [`${target}.ts`, `${target}/index.ts`, target].filter((name) => known.has(name))),
    ]),
  );
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    const start = way.indexOf(file);
    if (start >= 0) found.push([...way.slice(start), file].join(' → '));
    if (start >= 0 || done.has(file)) return;
    for (const target of edges.get(file) ?? []) walk(target, [...way, file]);
    done.add(file);
  };
  for (const { file } of files) walk(file, []);
  return found;
}
