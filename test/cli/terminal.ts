import { readFileSync } from 'node:fs';
import { UsageError, parseArguments } from '../../src/cli/arguments';
import { runCheck } from '../../src/cli/check';
import { runExplain } from '../../src/cli/explain';
import { runOverview } from '../../src/cli/overview';
import { runPrint } from '../../src/cli/print';
import { terminalOn, textOfBytes } from '../../src/cli/terminal';
import { runTrace } from '../../src/cli/trace';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

const OPTIONS = {
  trace: {
    packet: 'value',
    scenario: 'value',
    host: 'value',
    dump: 'value',
    chain: 'value',
    table: 'value',
    'kernel-trace': 'value',
    json: 'flag',
    journey: 'flag',
    reply: 'flag',
  },
  overview: { table: 'value', json: 'flag' },
  check: { json: 'flag' },
  print: { canonical: 'flag' },
  explain: { file: 'value', at: 'value' },
} as const;

const COMMANDS = {
  trace: runTrace,
  overview: runOverview,
  check: runCheck,
  print: runPrint,
  explain: runExplain,
} as const;

/**
 * Runs a command as the program does, with files that stand in memory or in the sample folder. Bytes that are no text
 * come out as Latin-1.
 */
export function runCommand(
  command: keyof typeof COMMANDS,
  words: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Ran {
  let out = '';
  let error = '';
  const terminal = terminalOn({
    out: (bytes) => {
      out += typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1');
      return true;
    },
    error: (text) => {
      error += text;
    },
    read: (file) => {
      const known = files[file];
      if (typeof known === 'string') return known;
      if (known) return textOfBytes(known);
      try {
        return readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      } catch {
        throw new UsageError(`${file}: cannot be read`);
      }
    },
  });
  try {
    const code = COMMANDS[command](parseArguments(words, OPTIONS[command], command === 'explain'), terminal);
    return { code, out, error };
  } catch (failure) {
    if (!(failure instanceof UsageError)) throw failure;
    terminal.error(failure.message);
    return { code: failure.exitCode, out, error };
  }
}
