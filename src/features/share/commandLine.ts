import type { SaidTables } from '../../core/ruleset/oneHost/saidTables';
import { visible } from '../../core/text/visible';

/** What a trace is made of, as far as it can be typed. */
export interface TypedTrace {
  readonly file: string;
  /** undefined: all ways in and out. */
  readonly packet: string | undefined;
  /** The rule set by its number, from 1; undefined: the one that is taken without being named. */
  readonly dump: number | undefined;
  /** Facts of the host that the user has changed: an object like the contract's `topology`. */
  readonly overrides: unknown;
  readonly tables: SaidTables;
  readonly journey: boolean;
  readonly reply: boolean;
  /** What is tried. */
  readonly whatIf: readonly string[];
  /** Questions that the user has answered; the command line follows both ways. */
  readonly answered: number;
}

/** The same trace at a shell of POSIX; with facts of the host, of bash or zsh, which have `<(…)`. */
export function commandLine(trace: TypedTrace): string {
  const { file, packet, dump, overrides, tables, journey, reply, whatIf, answered } = trace;
  const words = [
    'iptables-lens',
    'trace',
    quoted(file.startsWith('-') ? `./${file}` : file),
    ...(packet === undefined ? ['--ways'] : ['--packet', quoted(packet)]),
  ];
  if (dump !== undefined) words.push('--dump', String(dump));
  const said = Object.entries(tables).map(([key, table]) => (key === '' ? table : `${key}=${table}`));
  if (said.length > 0) words.push('--table', quoted(said.join(',')));
  if (overrides !== undefined) words.push('--host', `<(printf %s ${quoted(JSON.stringify(overrides))})`);
  for (const each of whatIf) words.push('--what-if', quoted(each));
  if (journey) words.push('--journey');
  if (reply) words.push('--reply');
  const comment =
    answered === 0
      ? ''
      : `# ${answered === 1 ? 'One question was' : `${answered} questions were`} answered in the view: here ` +
        `every outcome is followed\n`;
  return `${comment}${words.join(' ')}\n`;
}

/** A word for a shell, which acts on nothing in it. A line feed or another control character cannot be in one. */
function quoted(word: string): string {
  const shown = visible(word);
  return /^[\w./:=@%+,-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}
