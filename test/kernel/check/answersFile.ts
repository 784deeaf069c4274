import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BUILTIN_CHAINS } from '../../../src/core/ruleset/ruleSet';
import type { TableName } from '../../../src/core/xtables/view';
import type { CheckAnswer } from './checkCase';

/** The recorded answers: iptables-legacy 1.8.9 on Linux 6.18. */
const ANSWERS_FILE = join('test', 'fixtures', 'check', 'answers.jsonl.gz');

export function readAnswers(root: string): readonly CheckAnswer[] {
  const lines = gunzipSync(readFileSync(join(root, ANSWERS_FILE)))
    .toString('utf8')
    .split('\n');
  return lines.filter((line) => line !== '').map((line) => unpack(JSON.parse(line) as Packed));
}

export function writeAnswers(root: string, answers: readonly CheckAnswer[]): void {
  writeFileSync(
    join(root, ANSWERS_FILE),
    gzipSync(answers.map((answer) => `${JSON.stringify(pack(answer))}\n`).join(''), { level: 9 }),
  );
}

/** About, family, answer, and the text: of one rule only its table, chain and words. */
type Packed = readonly [
  about: string,
  family: 4 | 6,
  answer: Answer,
  ...text: readonly [string] | readonly [table: string, chain: string, rule: string],
];

/**
 * The saved text, or of one rule its words; `true` where they are those of the text, `null` where it was refused,
 * `false` where the kernel alone refused it, `read` of `--test` alone.
 */
type Answer = string | boolean | null | { readonly read: boolean };

function pack({ about, family, text, refused, byKernel, readOnly, saved = '' }: CheckAnswer): Packed {
  const [, table = '', chain = '', rule = ''] = /^\*(\w+)\n-A (\S+) ([^\n]*)\nCOMMIT\n$/.exec(text) ?? [];
  const answer: Answer = readOnly ? { read: !refused } : byKernel ? false : refused ? null : saved;
  if (text !== ruleText(table, chain, rule)) return [about, family, answer, text];
  if (typeof answer !== 'string') return [about, family, answer, table, chain, rule];
  const words = new RegExp(`^-A ${chain}(.*)$`, 'm').exec(saved)?.[1] ?? '';
  if (saved !== savedText(table, chain, words)) return [about, family, answer, text];
  return [about, family, words === ` ${rule}` ? true : words, table, chain, rule];
}

function unpack([about, family, answer, ...rest]: Packed): CheckAnswer {
  const [table, chain, rule] = rest;
  const text = chain === undefined || rule === undefined ? table : ruleText(table, chain, rule);
  if (answer === null) return { about, family, text, refused: true };
  if (answer === false) return { about, family, text, refused: true, byKernel: true };
  if (typeof answer === 'object') return { about, family, text, refused: !answer.read, readOnly: true };
  const saved =
    chain === undefined || rule === undefined
      ? String(answer)
      : savedText(table, chain, answer === true ? ` ${rule}` : answer);
  return { about, family, text, refused: false, saved };
}

function ruleText(table: string, chain: string, rule: string): string {
  return `*${table}\n-A ${chain} ${rule}\nCOMMIT\n`;
}

function savedText(table: string, chain: string, words: string): string {
  const chains = BUILTIN_CHAINS[table as TableName] ?? [];
  return `*${table}\n${chains.map((name) => `:${name} ACCEPT [0:0]\n`).join('')}-A ${chain}${words}\nCOMMIT\n`;
}
