import type { Operation } from './tree';

/** The operation that a word stands for: `-A`, `--append`, `--append=CHAIN`; undefined for any other word. */
export function operationOf(word: string): Operation | undefined {
  if (word.charCodeAt(0) !== 45) return undefined;
  if (word.length === 2) return LETTERS.includes(word.charAt(1)) ? (word.charAt(1) as Operation) : undefined;
  if (word.charCodeAt(1) !== 45) return undefined;
  const equals = word.indexOf('=');
  return LONG.get(equals < 0 ? word.slice(2) : word.slice(2, equals));
}

/** The operation letter at `column`, after a `-`; undefined where it is none. */
export function operationLetter(text: string, column: number): Operation | undefined {
  const letter = text.charAt(column);
  return letter !== '' && LETTERS.includes(letter) ? (letter as Operation) : undefined;
}

const LETTERS = 'AIDRCNXPFZELS';

/** iptables(8), COMMANDS. */
const LONG: ReadonlyMap<string, Operation> = new Map([
  ['append', 'A'],
  ['insert', 'I'],
  ['delete', 'D'],
  ['replace', 'R'],
  ['check', 'C'],
  ['new-chain', 'N'],
  ['delete-chain', 'X'],
  ['policy', 'P'],
  ['flush', 'F'],
  ['zero', 'Z'],
  ['rename-chain', 'E'],
  ['list', 'L'],
  ['list-rules', 'S'],
]);
