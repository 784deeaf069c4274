import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Texts that inputs are made from. */
export interface Corpus {
  /** Whole files: samples and fixtures of the project. */
  readonly files: readonly string[];
  /** Runs of a few lines of them. */
  readonly pieces: readonly string[];
}

const FOLDERS = ['sample', 'test/fixtures/versions', 'test/syntax/fixtures', 'test/traceReport/fixtures'];

/** Reads the corpus; `root`: the folder of the project. */
export function readCorpus(root: string): Corpus {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder))
      .sort()
      .map((name) => readFileSync(join(root, folder, name), 'utf8')),
  );
  const pieces = files.flatMap((file) => {
    const lines = file.split('\n');
    return Array.from(
      { length: Math.ceil(lines.length / LINES) },
      (_, i) => `${lines.slice(i * LINES, (i + 1) * LINES).join('\n')}\n`,
    );
  });
  return { files, pieces };
}

const LINES = 8;
