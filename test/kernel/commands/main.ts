import { spawnSync } from 'node:child_process';
import { BUILTIN_CHAINS } from '../../../src/core/ruleset/ruleSet';
import { writeAnswers } from './answersFile';
import { commandsCases, type CommandsAnswer, type CommandsCase } from './cases';
import { disagreement, plainTables } from './compare';

/**
 * Started by `npm run test:kernel -- --commands`, in the folder of the project and a network namespace of its own: loads
 * a dump, runs commands of iptables-legacy (or of iptables-nft) after it, and compares what iptables-save prints then with
 * what-if.
 */
function main(words: readonly string[]): number {
  const number = (option: string, fallback: number): number =>
    words.includes(option) ? Number(words[words.indexOf(option) + 1]) : fallback;
  const backend = words[words.indexOf('--backend') + 1] === 'nft' ? 'nft' : 'legacy';
  const answers = commandsCases(number('--cases', 400), number('--seed', 1)).map((each) => ask(each, backend));
  const wrong = answers.flatMap((answer) => {
    const what = disagreement(answer);
    return what === undefined ? [] : [{ answer, what }];
  });
  for (const { answer, what } of wrong.slice(0, MOST_SHOWN))
    console.log(`--- ${answer.commands.join('\n    ')}\n${what}`);
  if (words.includes('--record')) writeAnswers(process.cwd(), backend, answers);
  console.log(`${answers.length} dumps with commands after them: ${wrong.length} differ`);
  return wrong.length > 0 ? 1 : 0;
}

const MOST_SHOWN = 10;

function ask(question: CommandsCase, backend: CommandsAnswer['backend']): CommandsAnswer {
  const { family, dump, commands } = question;
  const program = `${family === 4 ? 'iptables' : 'ip6tables'}-${backend}`;
  for (const [table, chains] of Object.entries(BUILTIN_CHAINS)) {
    run(program, ['-t', table, '-F']);
    run(program, ['-t', table, '-X']);
    for (const chain of chains) run(program, ['-t', table, '-P', chain, 'ACCEPT']);
  }
  const loaded = spawnSync(`${program}-restore`, [], { input: dump, encoding: 'utf8' });
  if (loaded.status !== 0) throw new Error(`the dump cannot be loaded: ${loaded.stderr}`);
  const refused = commands.map((command) => run(program, command.split(' ').slice(1)).status !== 0);
  return {
    ...question,
    backend,
    refused,
    saved: plainTables(spawnSync(`${program}-save`, { encoding: 'utf8' }).stdout),
  };
}

function run(program: string, words: readonly string[]): { readonly status: number | null } {
  return spawnSync(program, words, { encoding: 'utf8' });
}

process.exitCode = main(process.argv.slice(2));
