import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { CommandsAnswer } from './cases';

/** The recorded answers: iptables-legacy 1.8.9. */
const FILE = join('test', 'fixtures', 'commands', 'answers.jsonl.gz');

export function readAnswers(root: string): readonly CommandsAnswer[] {
  const text = gunzipSync(readFileSync(join(root, FILE))).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CommandsAnswer);
}

export function writeAnswers(root: string, answers: readonly CommandsAnswer[]): void {
  writeFileSync(join(root, FILE), gzipSync(answers.map((each) => `${JSON.stringify(each)}\n`).join(''), { level: 9 }));
}
