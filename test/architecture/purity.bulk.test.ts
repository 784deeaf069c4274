import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { sources, visit } from './sources';
import type { Source } from './sources';

/** Names that the language itself offers and that would make the same input give different results. */
const impure = new Set([
  'Date',
  'globalThis',
  'performance',
  'crypto',
  'setTimeout',
  'setInterval',
  'queueMicrotask',
  'process',
  'fetch',
  'console',
  'eval',
]);

/** Methods whose result depends on the time zone or the language of the machine. */
const local =
  /^(get(Date|Day|FullYear|Hours|Milliseconds|Minutes|Month|Seconds|TimezoneOffset|Year)|toLocale(Date|Time)?String|to(Date|Time)String)$/;

const pure = ['src/core', 'src/features', 'src/shared'];

describe('the engine reads no clock, no random source and nothing of its surroundings', () => {
  test.each(pure)('%s', (folder) => {
    expect(sources(folder).flatMap((source) => impurities(source).map((name) => `${source.file}: ${name}`))).toEqual(
      [],
    );
  });

  test.each<[string, readonly string[]]>([
    ['const t = Date.now();', ['Date']],
    ['const t = new Date();', ['Date']],
    ['const t = Date();', ['Date']],
    ['const t = new Date(2022, 6, 5);', ['Date']],
    ['const clock = Date;', ['Date']],
    ['const t = new Date(seconds * 1000).toISOString();', []],
    ['const t = Date.UTC(2022, 6, 5);', []],
    ['const day = new Date(milliseconds).getUTCDay();', []],
    ['const day = new Date(milliseconds).getDay();', ['getDay']],
    ['const text = count.toLocaleString();', ['toLocaleString']],
    ['const r = Math.random();', ['Math.random']],
    ['const { random } = Math;', ['Math taken apart']],
    ["const r = Math['random']();", ['Math taken apart']],
    ['const t = globalThis.performance.now();', ['globalThis']],
    ['const t = performance.now();', ['performance']],
    ['setTimeout(run, 0);', ['setTimeout']],
    ['const largest = Math.max(1, 2);', []],
    ['interface Header { readonly Date: string }', []],
    ['const date = header.Date;', []],
    ["const header = { Date: 'today', process: 'envoy' };", []],
    ['const { process } = socket;', []],
    ["const process = 'envoy'; const listener = { process };", []],
    ['function f(process: string): string { return process; }', []],
  ])('%s', (text, expected) => {
    expect(impurities({ file: 'x.ts', text })).toEqual(expected);
  });
});

function impurities(source: Source): readonly string[] {
  const found: string[] = [];
  const declared = new Set<string>();
  visit(source, (node) => {
    if (
      (ts.isBindingElement(node) || ts.isParameter(node) || ts.isVariableDeclaration(node)) &&
      ts.isIdentifier(node.name)
    )
      declared.add(node.name.text);
  });
  visit(source, (node) => {
    if (!ts.isIdentifier(node)) return;
    const { parent, text } = node;
    if (text === 'Math' && !ts.isPropertyAccessExpression(parent)) found.push('Math taken apart');
    if (text === 'Math' && ts.isPropertyAccessExpression(parent) && parent.name.text === 'random')
      found.push('Math.random');
    if (local.test(text) && ts.isPropertyAccessExpression(parent) && parent.name === node) found.push(text);
    if (text === 'Date' && isCalendar(parent)) return;
    if (impure.has(text) && !declared.has(text) && isValue(node, parent)) found.push(text);
  });
  return found;
}

/** `Date.UTC(…)` and `new Date(milliseconds)` compute with dates and ask no clock. */
function isCalendar(parent: ts.Node): boolean {
  return ts.isPropertyAccessExpression(parent)
    ? parent.name.text === 'UTC'
    : ts.isNewExpression(parent) && parent.arguments?.length === 1;
}

/** False where the identifier only names a property, a member or a type. */
function isValue(node: ts.Identifier, parent: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  return !(
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isTypeReferenceNode(parent) ||
    ts.isBindingElement(parent) ||
    ts.isQualifiedName(parent) ||
    ts.isLiteralTypeNode(parent)
  );
}
