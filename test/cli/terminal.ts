import { readFileSync } from 'node:fs';
import { Failure, parseArguments } from '../../src/cli/arguments';
import { runCheck } from '../../src/cli/check';
import { runExplain } from '../../src/cli/explain';
import { runPrint } from '../../src/cli/print';
import { runTrace } from '../../src/cli/trace';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

const OPTIONS = {
  trace: { packet: 'value', host: 'value', dump: 'value', json: 'flag', journey: 'flag' },
  check: { json: 'flag' },
  print: { canonical: 'flag' },
  explain: { file: 'value' },
} as const;

const COMMANDS = { trace: runTrace, check: runCheck, print: runPrint, explain: runExplain } as const;

/** Runs a command as the program does, with files that stand in memory or in the sample folder. */
export function runCommand(command: keyof typeof COMMANDS, words: readonly string[], files: Readonly<Record<string, string>> = {}): Ran {
  let out = '';
  let error = '';
  const terminal = {
    out: (text: string): void => { out += text; },
    error: (text: string): void => { error += text; },
    read: (file: string): string => {
      const known = files[file];
      if (known !== undefined) return known;
      try {
        return readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      } catch {
        throw new Failure(`${file}: cannot be read`);
      }
    },
  };
  try {
    const code = COMMANDS[command](parseArguments(words, OPTIONS[command], command === 'explain'), terminal);
    return { code, out, error };
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    return { code: failure.exitCode, out, error: `${error}${failure.message}\n` };
  }
}
