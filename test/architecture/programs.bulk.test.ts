import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { packs, type ProgramPack } from '../../src/core/knowledge/knowledge';
import { importsOf, root, sources, type Source } from './sources';

/**
 * Programs are packs: what is known of one is in its folder, and no other file names it. The words that are searched
 * come from the packs, so a new one is covered without a change here.
 */
const KNOWLEDGE = 'src/core/knowledge';

/** Files that may name programs, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  [`${KNOWLEDGE}/packs.ts`]: 'the list of the packs',
  'src/core/ruleset/host/usual.ts':
    'names of interfaces and what stands beside rules on a host, on a floor below the packs: all of it in this file',
  'src/core/syntax/classifyText.ts': 'headings of logs, by which lines are distinguished below the packs',
  'src/core/syntax/logMessage.ts': 'headings of logs, by which their sections are found below the packs',
  'src/core/syntax/sections/containerNetworks.ts': 'a format with the name of the command that prints it',
  'src/core/syntax/sections/wideTables.ts': 'a format with the name of the command that prints it',
  'src/core/syntax/blocks/directRules.ts': 'a command line that carries rules of iptables',
  'src/core/syntax/shellProgram.ts': 'commands that a shell script may call',
  'src/core/syntax/shell/programs.ts': 'commands that a shell script may call',
  'src/core/syntax/enteredShell.ts': 'programs that open a shell elsewhere',
  'src/features/packetInput/command.ts': 'programs that start another one in a command line that is pasted',
  'src/host/documents.ts': 'the id that VS Code gives to a language',
};

const all = sources('src');
const folders = readdirSync(path.join(root, KNOWLEDGE), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('programs are packs', () => {
  test('each folder is a pack of the list, and each pack has its folder', () => {
    expect(packs.map(({ id }) => id).sort()).toEqual([...folders].sort());
  });

  test('nothing outside of its folder names a program', () => {
    const named = all
      .filter(({ file }) => !isInPack(file) && !Object.hasOwn(ALLOWED, file))
      .flatMap((source) => mentions(source));
    expect(named).toEqual([]);
  });

  test('no exception outlives its reason', () => {
    const idle = Object.keys(ALLOWED).filter((file) => {
      const source = all.find((each) => each.file === file);
      return source === undefined || mentions(source).length === 0;
    });
    expect(idle).toEqual([]);
  });

  test('packs do not know each other, nor those who ask them', () => {
    const wrong = all
      .filter(({ file }) => isInPack(file))
      .flatMap((source) =>
        importsOf(source)
          .filter(({ specifier }) => specifier.startsWith('.'))
          .map(({ specifier }) => path.posix.join(path.posix.dirname(source.file), specifier))
          .filter((target) => isInPack(`${target}.ts`) && folderOf(target) !== folderOf(source.file))
          .map((target) => `${source.file} imports ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  test('only the list imports from a folder', () => {
    const wrong = all
      .filter(({ file }) => !isInPack(file) && file !== `${KNOWLEDGE}/packs.ts`)
      .flatMap((source) =>
        importsOf(source)
          .filter(({ specifier }) => specifier.startsWith('.'))
          .map(({ specifier }) => path.posix.join(path.posix.dirname(source.file), specifier))
          .filter((target) => folders.some((folder) => `${target}/`.startsWith(`${KNOWLEDGE}/${folder}/`)))
          .map((target) => `${source.file} imports ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  test.each<[string, readonly string[]]>([
    ['// as Docker does', ['Docker']],
    ["const chain = 'KUBE-SERVICES';", ['KUBE-']],
    ['readDockerNetworks();', ['Docker']],
    ['/** `envoy pid 16` */', ['envoy']],
    ["name === 'ufw-user-input'", ['ufw']],
    ['what the firewall does with a packet', []],
    ['const tsInput = 1; // docks, cubes', []],
  ])('%s', (text, words) => {
    const found = mentions({ file: 'src/x.ts', text }).join('\n');
    expect(words.filter((word) => !found.toLowerCase().includes(word.toLowerCase()))).toEqual([]);
    if (words.length === 0) expect(found).toBe('');
  });
});

function isInPack(file: string): boolean {
  return folders.some((folder) => file.startsWith(`${KNOWLEDGE}/${folder}/`));
}

function folderOf(file: string): string {
  return file.split('/')[3] ?? '';
}

/** `src/x.ts:12 Docker: the line`, for each line that names a program. */
function mentions({ file, text }: Source): readonly string[] {
  if (!patterns.some(([, pattern]) => pattern.test(text))) return [];
  return text.split('\n').flatMap((line, i) => {
    const found = patterns.find(([, pattern]) => pattern.test(line));
    return found ? [`${file}:${i + 1} ${found[0]}: ${line.trim()}`] : [];
  });
}

const patterns: readonly (readonly [word: string, RegExp])[] = [...new Set(packs.flatMap(wordsOf))].map((word) => [
  word,
  patternOf(word),
]);

function wordsOf({ id, name, families, chains, prefixes = [], processes = [], otherNames = [] }: ProgramPack) {
  return [
    id,
    name,
    ...families.map(({ family }) => family),
    ...(chains?.familyNames ?? []),
    ...prefixes,
    ...processes,
    ...otherNames,
  ];
}

/** Within other words too, where it is long enough not to be one by chance. */
function patternOf(word: string): RegExp {
  const literal = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  if (word.length >= 6) return new RegExp(literal, 'i');
  return new RegExp(`(?<![a-z0-9])${literal}${/\w$/.test(word) ? '(?![a-z0-9])' : ''}`, 'i');
}
