import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { CommandsAnswer } from './cases';

type Backend = CommandsAnswer['backend'];

/** The recorded answers: of iptables-legacy and iptables-nft 1.8.9. */
const FILES: Readonly<Record<Backend, string>> = {
  legacy: join('test', 'fixtures', 'commands', 'answers.jsonl.gz'),
  nft: join('test', 'fixtures', 'commands', 'answers-nft.jsonl.gz'),
};

export function readAnswers(root: string, backend: Backend): readonly CommandsAnswer[] {
  const text = gunzipSync(readFileSync(join(root, FILES[backend]))).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ ...(JSON.parse(line) as CommandsAnswer), backend }));
}

export function writeAnswers(root: string, backend: Backend, answers: readonly CommandsAnswer[]): void {
  writeFileSync(
    join(root, FILES[backend]),
    gzipSync(answers.map((each) => `${JSON.stringify(each)}\n`).join(''), { level: 9 }),
  );
}
