import type { ExpressionProblem } from '../../core/net/packetExpression';
import { problemAt, wholeNumber, type FirstPacket, type Piece } from './firstPacket';
import { readOptions, setOf, type OptionSpec } from './options';

/** What dig, nslookup and host have in common. */
interface Query {
  readonly from: string;
  readonly program: Piece;
  readonly server: Piece | undefined;
  readonly port?: Piece | undefined;
  readonly tcp: boolean;
  readonly family?: 4 | 6 | undefined;
  readonly source?: FirstPacket['source'];
}

/** The name servers that the file states, for a query that names none. */
export type Resolvers = () => readonly string[];

/** `dig @10.96.0.10 -p 53 +tcp web.example.com AAAA`. Source: dig(1). */
export function readDig(
  words: readonly Piece[],
  program: Piece,
  resolvers: Resolvers,
): FirstPacket | ExpressionProblem {
  const server = words.find(({ text }) => text.startsWith('@'));
  let tcp = false;
  const rest: Piece[] = [];
  for (const word of words) {
    if (/^\+(?:no)?(?:tcp|vc)$/.test(word.text)) tcp = !word.text.startsWith('+no');
    else if (/^axfr$|^ixfr=/i.test(word.text)) tcp = true;
    else if (!/^[+@]/.test(word.text)) rest.push(word);
  }
  const read = readOptions(rest, DIG);
  if ('message' in read) return read;
  const value = (name: string): Piece | undefined => read.options.findLast((each) => each.name === name)?.value;
  const given = new Set(read.options.map(({ name }) => name));
  const [address, port] = value('b')?.text.split('#', 2) ?? [];
  const bound = value('b');
  return query(
    {
      from: 'a dig command',
      program,
      server: server && { text: server.text.slice(1), start: server.start + 1, end: server.end },
      port: value('p'),
      tcp,
      family: given.has('6') ? 6 : given.has('4') ? 4 : undefined,
      source: bound && {
        address: { ...bound, text: address ?? '' },
        port: port === undefined ? undefined : wholeNumber(port, 1, 65535),
      },
    },
    resolvers,
  );
}

const DIG: OptionSpec = {
  program: 'dig',
  withValue: 'bcfkpqtxy',
  flags: '46himruv',
  getopt: true,
  longWithValue: setOf(''),
  longFlags: setOf(''),
};

/** `nslookup -type=AAAA -port=5353 web.example.com 10.96.0.10`. Source: nslookup(1). */
export function readNslookup(
  words: readonly Piece[],
  program: Piece,
  resolvers: Resolvers,
): FirstPacket | ExpressionProblem {
  const settings = words.filter(({ text }) => /^-./.test(text));
  const [name, server] = words.filter(({ text }) => !/^-./.test(text));
  if (!name) return problemAt(program, 'this nslookup command has no name to look up');
  const port = settings.find(({ text }) => /^-po(?:rt)?=/i.test(text));
  return query(
    {
      from: 'an nslookup command',
      program,
      server,
      port: port && { ...port, text: port.text.slice(port.text.indexOf('=') + 1) },
      tcp: settings.some(({ text }) => /^-vc$/i.test(text)),
    },
    resolvers,
  );
}

const HOST: OptionSpec = {
  program: 'host',
  withValue: 'cmNpRtW',
  flags: '46aACdilrsTUvVw',
  getopt: true,
  longWithValue: setOf(''),
  longFlags: setOf(''),
};

/** `host -t A web.example.com 10.96.0.10`. Source: host(1). */
export function readHostCommand(
  words: readonly Piece[],
  program: Piece,
  resolvers: Resolvers,
): FirstPacket | ExpressionProblem {
  const read = readOptions(words, HOST);
  if ('message' in read) return read;
  const [name, server] = read.operands;
  if (!name) return problemAt(program, 'this host command has no name to look up');
  const given = new Set(read.options.map((each) => each.name));
  return query(
    {
      from: 'a host command',
      program,
      server,
      port: read.options.findLast((each) => each.name === 'p')?.value,
      tcp: given.has('T') || given.has('l'),
      family: given.has('6') ? 6 : given.has('4') ? 4 : undefined,
    },
    resolvers,
  );
}

function query(
  { from, program, server, port, tcp, family, source }: Query,
  resolvers: Resolvers,
): FirstPacket | ExpressionProblem {
  const number = port ? wholeNumber(port.text, 1, 65535) : 53;
  if (port && number === undefined) return problemAt(port, `"${port.text}" is not a port from 1 to 65535`);
  const [stated] = server ? [] : resolvers();
  if (!server && stated === undefined)
    return problemAt(
      program,
      'this query goes to the name server of /etc/resolv.conf, which the file does not show: name one',
    );
  return {
    from,
    protocol: tcp ? 'tcp' : 'udp',
    to: server ?? { ...program, text: stated ?? '' },
    port: number,
    family,
    source,
    notes: server ? [] : [`It asks ${stated ?? ''}, the name server that the file states.`],
  };
}
