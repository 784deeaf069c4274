import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allExtensions, matchNamed, targetNamed } from '../../src/core/xtables/registry';

const names = (folder: string): string[] =>
  readdirSync(new URL(`../../src/core/xtables/${folder}`, import.meta.url))
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .map((file) => file.slice(0, -3));

test.each(names('matches'))('match %s is registered under its file name', (name) => {
  expect(matchNamed(name, 4) ?? matchNamed(name, 6)).toMatchObject({ kind: 'match', name });
});

test.each(names('targets'))('target %s is registered under its file name', (name) => {
  expect(targetNamed(name, 4) ?? targetNamed(name, 6)).toMatchObject({ kind: 'target', name });
});

test.each(allExtensions().map((extension) => [`${extension.kind} ${extension.name}`, extension] as const))(
  '%s documents itself and its options',
  (_, extension) => {
    expect(extension.documentation.summary).toMatch(/^.{10,90}$/);
    expect(extension.documentation.source).not.toBe('');
    for (const option of extension.options) expect(`${option.name} ${option.summary}`).toMatch(/^--[a-z0-9-]+ .{8,}/);
  },
);
