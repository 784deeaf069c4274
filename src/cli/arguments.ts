import { journeysOf } from '../core/knowledge/knowledge';

export const USAGE = `iptables-lens: what iptables rules do with a packet

  trace FILE --packet EXPR [--host FILE.json] [--dump N] [--chain [TABLE/]CHAIN] [--table [CHAIN=]TABLE,…] [--journey] [--reply] [--what-if CHANGE]… [--json] [--format FORM [--theme THEME]]
      traces a packet through the rules in FILE (a dump, a log, notes with ss and netstat);
      --chain begins in a chain that nothing in FILE jumps to, as "at CHAIN" in EXPR does;
      --table names the table of lines where FILE does not state it;
      --journey goes on after the proxy of ${journeysOf()}, leg by leg, and back again;
      --what-if CHANGE traces it as it would be after "iptables -I INPUT …", "sysctl -w …", "ip route add …", "line 12 off"
      and says what that changes; nothing is written;
      --format is text, markdown, mermaid, svg or html: for sharing, with everything that is assumed;
      --theme of the svg is light, dark, highContrast or highContrastLight;
      --ways traces the ways in and out of the host, in place of --packet: inbound, outbound, hairpin …
      --scenario NAME takes a packet that suits FILE, in place of --packet (client-app, app-own-service …)
  trace FILE --kernel-trace TRACE_FILE [--host FILE.json] [--dump N] [--table …] [--json]
      traces each packet of a kernel's trace (TRACE in the kernel's log, xtables-monitor --trace, nft monitor trace)
      and says where the rules in FILE say something else; without options also where FILE has such a trace itself
  trace FILE --capture CAPTURE [--iface NAME] [--host FILE.json] [--dump N] [--table …] [--json]
      traces the first packet of each flow of a pcap, a pcapng or a text of tcpdump; --iface says where it was captured
  check FILE… [--json]         what iptables-restore would refuse
  print FILE [--canonical]     the text unchanged; or the rules as iptables-save prints them
  explain NAME [--file FILE]   what a chain, match, target, option, port or mark is
  explain --at LINE[:COL] --file FILE   the hover at that place
  overview FILE [--table …] [--json]   what was found in FILE, where, and what was not read
  test FILE… [--tap|--junit|--github|--json] [--coverage FILE] [--watch]
      expectations such as "in eth0 tcp > :22 => ACCEPT": *.iptest beside the rules, "# expect:" lines among them, or
      folders with both; exit 0 all hold, 1 not, 2 a line is wrong;
      --coverage writes which rules no expectation reached (FILE .json, .info for lcov, else a table; - prints it);
      --watch runs them again when a file changes
  batch                        JSON Lines in, JSON Lines out

FILE "-" is standard input. EXPR: in eth0 tcp 10.0.0.9:41522 > 10.0.0.1:80 syn new
                                  out uid 1000 tcp > 8.8.8.8:443
                                  or a URL, a command line of curl, wget, nc, ping, telnet, dig or nslookup,
                                  or a line of LOG, TRACE, tcpdump, tshark or conntrack that shows it; "-" reads it from standard input
`;

/** An error of the caller, reported in one line. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly exitCode = 2,
  ) {
    super(message);
  }
}

export interface Arguments {
  readonly files: readonly string[];
  readonly values: Readonly<Record<string, string>>;
  readonly flags: ReadonlySet<string>;
  /** Options that may be given several times, in their order. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

/**
 * Reads `--name value`, `--name=value`, `--flag` and files, in any order. `names`: what is not an option here is a name
 * (`explain --ctstate`).
 */
export function parseArguments(
  words: readonly string[],
  known: Readonly<Record<string, 'value' | 'flag' | 'list'>>,
  names = false,
): Arguments {
  const files: string[] = [];
  const values: Record<string, string> = {};
  const flags = new Set<string>();
  const lists: Record<string, string[]> = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (!word.startsWith('--') || word === '--') {
      if (word !== '--') files.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined && names) {
      files.push(word);
      continue;
    }
    if (kind === undefined)
      throw new UsageError(
        `"--${name}" is not an option here; the options are ${Object.keys(known)
          .map((each) => `--${each}`)
          .join(', ')}`,
      );
    if (kind === 'flag') {
      if (equals >= 0) throw new UsageError(`--${name} takes no value`);
      flags.add(name);
      continue;
    }
    const value = equals >= 0 ? word.slice(equals + 1) : words[++i];
    if (value === undefined) throw new UsageError(`--${name} needs a value`);
    if (kind === 'list') (lists[name] ??= []).push(value);
    else values[name] = value;
  }
  return { files, values, flags, lists };
}

/** The one file that a command takes. */
export function oneFile({ files }: Arguments, command: string): string {
  const [file, more] = files;
  if (file === undefined) throw new UsageError(`${command} needs a file; "-" is standard input`);
  if (more !== undefined) throw new UsageError(`${command} takes one file, not "${file}" and "${more}"`);
  return file;
}
