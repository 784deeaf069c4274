import { readCommand } from './command';
import { findProgram, isTables, programBackend, programFamily } from './shellProgram';
import type { Line } from './tree';
import { splitWords } from './words';

/** What a command line above some output says about that output. */
export interface Echo {
  readonly program: string;
  readonly family: 4 | 6 | undefined;
  readonly backend: 'legacy' | 'nft' | undefined;
  /** `-t TABLE` of `iptables -S` and `-L`; filter where it is left out, as iptables(8) says. */
  readonly table: string | undefined;
  /** `iptables-restore --noflush`. */
  readonly noflush: boolean;
  /** Whether it loads rules (iptables-restore) or prints them. */
  readonly role: 'saved-state' | 'input' | undefined;
  /** The program with its arguments, as written. */
  readonly title: string;
}

/** Reads a line of shape Echo, also a comment that is a root prompt (`# iptables-save`). */
export function readEcho(line: Line): Echo | undefined {
  const text = line.text;
  const program = findProgram(text, line.contentStart, text.length);
  if (!program) return undefined;
  const words = splitWords(text, program.end, program.limit, 'shell').map((word) => word.text);
  const name = program.name;
  const title = `${name}${text.slice(program.end, program.limit)}`.trim();
  if (isTables(name)) {
    const parts = readCommand(text, program.start, program.limit, 'shell');
    return {
      program: name,
      family: programFamily(name),
      backend: programBackend(name),
      table: parts?.operation === 'S' || parts?.operation === 'L' ? (parts.table?.text ?? 'filter') : undefined,
      noflush: false,
      role: 'saved-state',
      title,
    };
  }
  if (name.includes('tables-')) {
    const restores = name.endsWith('-restore');
    return {
      program: name,
      family: programFamily(name),
      backend: programBackend(name),
      table: undefined,
      noflush: restores && words.some((word) => word === '--noflush' || word === '-n'),
      role: restores ? 'input' : 'saved-state',
      title,
    };
  }
  const six = words.some((word, i) => word === '-6' || word === 'inet6' || word === '--inet6' || word === '-A6' || (word === '-A' && words[i + 1] === 'inet6'));
  const four = words.some((word) => word === '-4' || word === 'inet');
  return {
    program: name,
    family: six ? 6 : four ? 4 : undefined,
    backend: undefined,
    table: name === 'ip' ? tableOf(words) : undefined,
    noflush: false,
    role: undefined,
    title,
  };
}

/** The routing table that `ip route show table N` asked for. */
function tableOf(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === 'table' || word === 't');
  return at < 0 ? undefined : words[at + 1];
}
