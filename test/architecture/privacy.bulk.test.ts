import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './sources';

/** Folders that stand for no machine in particular, and may be named. */
const common = new Set(['/', '/tmp', '/home', '/usr', '/opt', '/var', '/etc', '/srv', '/root', '/app']);

/** Texts that would tell on which machine the project was written. */
const tells = [
  ...[path.dirname(root), os.homedir()].filter((folder) => !common.has(folder)).map((folder) => `${folder}${path.sep}`),
  ...[os.hostname()].filter((name) => name.length > 6 && name.includes('-')),
];

const files = projectFiles();

describe('files of the project', () => {
  test('are found', () => {
    expect(files).toContain('package.json');
  });

  test('do not tell on which machine they were written', () => {
    expect(
      files.flatMap((file) => tells.filter((tell) => contents(file).includes(tell)).map((tell) => `${file}: ${tell}`)),
    ).toEqual([]);
  });

  test('name no package registry', () => {
    expect(files.filter((file) => /https?:\/\/[^\s"'/]*registry[^\s"'/]*\//.test(contents(file)))).toEqual([]);
  });
});

/** Text files that are committed or would be; all there are in a plain copy without Git's data, node_modules aside. */
function projectFiles(): readonly string[] {
  const list = existsSync(path.join(root, '.git'))
    ? execFileSync('git', ['-c', `safe.directory=${root}`, 'ls-files', '--cached', '--others', '--exclude-standard'], {
        cwd: root,
        encoding: 'utf8',
      })
        .trim()
        .split('\n')
    : ['package.json', 'package-lock.json', 'README.md'];
  return list.filter((file) => existsSync(path.join(root, file)) && !/\.(png|ttf|gz|wasm)$/.test(file));
}

function contents(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}
