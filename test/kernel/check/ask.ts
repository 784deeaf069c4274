import { writeFileSync } from 'node:fs';
import { allExtensions } from '../../../src/core/xtables/registry';
import { extensionCases } from './extensionCases';
import type { CheckAnswer, CheckCase } from './checkCase';
import { fileCases } from './fileCases';
import { headerCases } from './headerCases';
import { Recorder } from './record';
import { goodRule } from './rules';

/** Every question once. */
export function allCases(): readonly CheckCase[] {
  const seen = new Set<string>();
  return [...headerCases(), ...fileCases(), ...extensionCases()].filter(({ family, text }) => {
    const key = `${family}${text}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Asks all of them and writes the answers to a file, one JSON object a line. Meant to run under `unshare -n`. */
export function main([file = '', about]: readonly string[]): void {
  const recorder = new Recorder();
  const untold = new Set<string>();
  for (const extension of allExtensions()) {
    for (const family of extension.families) if (!recorder.loads(goodRule(extension, family), family)) untold.add(`${family} ${extension.name}`);
  }
  const answers: CheckAnswer[] = [];
  for (const question of allCases()) {
    if (about !== undefined && question.about !== about) continue;
    answers.push(recorder.ask(question, untold.has(`${question.family} ${question.about}`)));
  }
  writeFileSync(file, answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''));
  console.error(`${answers.length} answers; not in this kernel, read by iptables-restore --test alone: ${[...untold].join(', ') || 'none'}`);
}
