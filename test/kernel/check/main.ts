import { main } from './ask';
import { grammar } from './askGrammar';

/** Started by `npm run test:kernel -- --check`, in the folder of the project and a network namespace of its own. */
const words = process.argv.slice(2);
const number = (option: string, fallback: number): number =>
  words.includes(option) ? Number(words[words.indexOf(option) + 1]) : fallback;
process.exitCode = words.includes('--grammar')
  ? grammar(number('--grammar', 20_000), number('--seed', 1))
  : main(
      process.cwd(),
      words.find((word) => !word.startsWith('-')),
      words.includes('--record'),
    );
