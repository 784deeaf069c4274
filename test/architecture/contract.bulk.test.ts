import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { root, visit } from './sources';

const contract = readFileSync(path.join(root, 'docs/contract.md'), 'utf8');

describe('docs/contract.md names', () => {
  test.each<[file: string, shape: string]>([
    ['src/core/net/packetRequest.ts', 'PacketRequest'],
    ['src/core/net/packetRequest.ts', 'ExtensionHeaderRequest'],
    ['src/core/netfilter/outcome.ts', 'Outcome'],
    ['src/core/netfilter/outcome.ts', 'AssumedOfHost'],
    ['src/features/replies.ts', 'ReplyJson'],
    ['src/features/overview.ts', 'Overview'],
    ['src/features/overview.ts', 'RuleSetOverview'],
    ['src/features/overview.ts', 'HostOverview'],
    ['src/features/diagnostics.ts', 'Diagnostic'],
    ['src/features/explainAt.ts', 'Explained'],
    ['src/cli/test/testFormats.ts', 'TestJson'],
    ['src/features/expectations/ruleCoverage.ts', 'CoveredRule'],
  ])('the fields of %s, %s', (file, shape) => {
    const fields = fieldsOf(file, shape);
    expect(fields.length).toBeGreaterThan(0);
    expect(fields.filter((field) => !new RegExp(`["\`]${field}["\`?]`).test(contract))).toEqual([]);
  });

  test('every option of the command line', () => {
    const options = optionsOf('src/cli/main.ts');
    expect(options.length).toBeGreaterThan(0);
    expect(options.filter((option) => !contract.includes(`--${option}`))).toEqual([]);
  });
});

/** The fields of an interface, of its inner shapes as well. */
function fieldsOf(file: string, shape: string): readonly string[] {
  const found: string[] = [];
  visit(source(file), (node) => {
    if (!ts.isInterfaceDeclaration(node) || node.name.text !== shape) return;
    const descend = (inner: ts.Node): void => {
      if (ts.isPropertySignature(inner) && ts.isIdentifier(inner.name)) found.push(inner.name.text);
      ts.forEachChild(inner, descend);
    };
    descend(node);
  });
  return found;
}

/** What is read as `name: 'value'` or `name: 'flag'`. */
function optionsOf(file: string): readonly string[] {
  const found: string[] = [];
  visit(source(file), (node) => {
    if (ts.isPropertyAssignment(node) && ts.isStringLiteral(node.initializer) && ts.isIdentifier(node.name))
      if (['value', 'flag'].includes(node.initializer.text)) found.push(node.name.text);
  });
  return found;
}

function source(file: string): { readonly file: string; readonly text: string } {
  return { file, text: readFileSync(path.join(root, file), 'utf8') };
}
