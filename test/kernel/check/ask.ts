import { allExtensions } from '../../../src/core/xtables/registry';
import { readAnswers, writeAnswers } from './answersFile';
import type { CheckAnswer, CheckCase } from './checkCase';
import { disagreement } from './compare';
import { extensionCases } from './extensionCases';
import { fileCases } from './fileCases';
import { headerCases } from './headerCases';
import { Recorder, UP_TO_THE_HOST } from './record';
import { goodRule } from './rules';

/**
 * -h and -V, alone or among other letters, end the program before the table is committed: there is nothing to compare.
 */
const ENDS_AT_ONCE = /\s(?:-[A-Za-z]*[hV]\S*|--(?:help|version))(?=[\s=])/;

/** Estimators that a table not in the text may have made, and a name that a host's list of networks may hold. */
const OF_ANOTHER_TABLE =
  /-m rateest (?=.*--rateest[12]?[ =](?!e2?[ \n]))|^(?![^]*-j RATEEST)[^]*-m rateest|--(?:src|dst) default/;

/** Every question once. */
export function allCases(): readonly CheckCase[] {
  const seen = new Set<string>();
  return [...headerCases(), ...fileCases(), ...extensionCases()].filter(({ family, text }) => {
    if (ENDS_AT_ONCE.test(text)) return false;
    const key = `${family}${text}`;
    return !seen.has(key) && seen.add(key);
  });
}

/**
 * Asks iptables-legacy-restore and -save of this machine about all of them, or about those of `only`, and compares;
 * `record` keeps the answers. Must run in a network namespace of its own. The exit code: 0 where both agree on
 * everything.
 */
export function main(root: string, only: string | undefined, record: boolean): number {
  const questions = allCases().filter(({ about }) => only === undefined || about === only);
  if (questions.length === 0) {
    console.error(`No text is about ${only ?? 'anything'}: name a match, a target, header, file or command.`);
    return 2;
  }
  const recorder = new Recorder();
  const untold = new Set<string>();
  for (const extension of allExtensions()) {
    for (const family of extension.families)
      if (!recorder.loads(goodRule(extension, family), family)) untold.add(`${family} ${extension.name}`);
  }
  const answers: CheckAnswer[] = [];
  let skipped = 0;
  for (const question of questions) {
    const answer = recorder.ask(question, untold.has(`${question.family} ${question.about}`));
    if (UP_TO_THE_HOST.test(answer.message ?? '') || OF_ANOTHER_TABLE.test(question.text)) skipped++;
    else answers.push(answer);
    if (answers.length % 5000 === 0) console.error(`${answers.length} asked`);
  }
  const wrong = answers.flatMap((answer) => {
    const what = disagreement(answer);
    return what === undefined ? [] : [{ answer, what }];
  });
  for (const { answer, what } of wrong.slice(0, MOST_SHOWN))
    console.log(`--- ${answer.about}, IPv${answer.family}\n${answer.text}${what}`);
  if (record)
    writeAnswers(
      root,
      only === undefined ? answers : [...readAnswers(root).filter(({ about }) => about !== only), ...answers],
    );
  console.log(
    `${answers.length} texts: ${answers.filter(({ refused }) => !refused).length} taken, ${answers.filter(({ refused }) => refused).length} refused; check and print differ on ${wrong.length}. ${skipped} are up to the host and omitted`,
  );
  console.log(`Not in this kernel, read by iptables-restore --test alone: ${[...untold].join(', ') || 'none'}`);
  return wrong.length > 0 ? 1 : 0;
}

const MOST_SHOWN = 40;
