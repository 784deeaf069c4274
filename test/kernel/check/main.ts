import { main } from './ask';

/** Started by `npm run test:kernel -- --check`, in the folder of the project and a network namespace of its own. */
const words = process.argv.slice(2);
process.exitCode = main(process.cwd(), words.find((word) => !word.startsWith('-')), words.includes('--record'));
