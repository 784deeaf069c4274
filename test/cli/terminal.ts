import { readFileSync } from 'node:fs';
import { UsageError, parseArguments } from '../../src/cli/arguments';
import { runCheck } from '../../src/cli/check';
import { runExplain } from '../../src/cli/explain';
import { runOverview } from '../../src/cli/overview';
import { runPrint } from '../../src/cli/print';
import { terminalOn } from '../../src/cli/terminal';
import { utf8Bytes } from '../../src/core/text/utf8';
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
    capture: 'value',
    iface: 'value',
    format: 'value',
    theme: 'value',
    'what-if': 'list',
    json: 'flag',
    journey: 'flag',
    ways: 'flag',
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
 * Runs a command as the program does, with files that are in memory or in the sample folder. Bytes that are not text
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
    bytes: (file) => {
      const known = files[file];
      if (typeof known === 'string') return utf8Bytes(known);
      if (known) return known;
      try {
        return readFileSync(new URL(`../../${file}`, import.meta.url));
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
