import type { ExpressionProblem } from '../../core/net/packetExpression';
import { portOfService } from '../../core/net/services';
import { PROTOCOL } from '../../core/net/packet';
import { isInputProblem, problemAt, wholeNumber, type FirstPacket, type Piece } from './firstPacket';
import { readOptions, setOf, type GivenOption, type OptionSpec } from './options';

/** nc of OpenBSD, with the options of the older one that it does not use itself. Source: nc(1), nc.traditional(1). */
const NC: OptionSpec = {
  program: 'nc',
  withValue: 'ceGgIiMmOoPpqsTVWwXx',
  flags: '46abCDdFhklNnrStUuvZz',
  getopt: true,
  longWithValue: setOf(''),
  longFlags: setOf('help'),
};

/** Source: ncat(1). */
const NCAT: OptionSpec = {
  program: 'ncat',
  withValue: 'ceGgdimopswx',
  flags: '46ChklnNtUuvz',
  getopt: true,
  longWithValue: setOf(`
    sh-exec exec lua-exec max-conns delay output hex-dump idle-timeout source-port source wait allow allowfile deny
    denyfile proxy proxy-type proxy-auth proxy-dns ssl-cert ssl-key ssl-trustfile ssl-ciphers ssl-alpn ssl-servername`),
  longFlags: setOf(`
    crlf nodns telnet udp sctp vsock verbose zero listen keep-open recv-only send-only no-shutdown append-output broker
    chat ssl ssl-verify unixsock help version`),
};

/** The port that ncat takes where none is given. */
const NCAT_PORT = 31337;

/** `nc -zv host port`, `ncat --udp -s 10.0.0.5 host port`. */
export function readNetcat(words: readonly Piece[], program: Piece): FirstPacket | ExpressionProblem {
  const ncat = program.text === 'ncat';
  const read = readOptions(words, ncat ? NCAT : NC);
  if ('message' in read) return read;
  const given = (...names: readonly string[]): GivenOption | undefined =>
    read.options.findLast(({ name }) => names.includes(name));
  const listens = given('l', 'listen');
  if (listens) return problemAt(listens.word, `${program.text} waits for packets here, and sends none`);
  const local = given('U', 'unixsock', 'vsock');
  if (local) return problemAt(local.word, `${program.text} uses a socket without IP here: no packet is sent`);
  const [host, portWord] = read.operands;
  if (!host) return problemAt(program, `this ${program.text} command names no host`);
  const protocol = given('u', 'udp') ? 'udp' : given('sctp') ? 'sctp' : 'tcp';
  const port = portWord ? portOf(portWord, protocol) : ncat ? NCAT_PORT : undefined;
  if (port === undefined)
    return portWord
      ? problemAt(portWord, `"${portWord.text}" is not a port from 1 to 65535 or the name of a service`)
      : problemAt(host, `${program.text} needs a port after the host`);
  const notes = portWord && /\d-/.test(portWord.text) ? [`Of the ports ${portWord.text} the first is used.`] : [];
  if (read.operands.length > 2) notes.push('Only the first port is traced.');
  if (!portWord) notes.push(`Without a port ncat uses ${NCAT_PORT}.`);
  const localPort = given('p', 'source-port')?.value;
  const sourcePort = localPort && portOf(localPort, protocol);
  if (localPort && sourcePort === undefined)
    return problemAt(localPort, `"${localPort.text}" is not a port from 1 to 65535`);
  const proxy = proxyOf(ncat ? given('proxy')?.value : given('x')?.value, given('X', 'proxy-type')?.value?.text);
  if (proxy && isInputProblem(proxy)) return proxy;
  if (proxy) notes.push(`The packet goes to the proxy, which connects to ${host.text} port ${port} itself.`);
  const ttl = ncat ? undefined : wholeNumber(given('M')?.value?.text ?? '', 1, 255);
  const address = given('s', 'source')?.value;
  return {
    from: `${program.text.startsWith('nc') ? 'an' : 'a'} ${program.text} command`,
    protocol: proxy ? 'tcp' : protocol,
    to: proxy?.host ?? host,
    port: proxy?.port ?? port,
    family: given('6') ? 6 : given('4') ? 4 : undefined,
    source: address || sourcePort !== undefined ? { address, port: sourcePort } : undefined,
    words: ttl === undefined ? [] : ['ttl', String(ttl)],
    notes,
  };
}

/** A number, a name, or the first of a range. */
function portOf({ text }: Piece, protocol: 'tcp' | 'udp' | 'sctp'): number | undefined {
  const first = /^(\d{1,5})-\d{1,5}$/.exec(text)?.[1] ?? text;
  const number = { tcp: PROTOCOL.TCP, udp: PROTOCOL.UDP, sctp: PROTOCOL.SCTP }[protocol];
  return wholeNumber(first, 1, 65535) ?? portOfService(text, number) ?? portOfService(text, undefined);
}

/** `10.0.0.3:3128`; without a port that of the kind: 3128 of an HTTP proxy, else 1080. */
function proxyOf(
  word: Piece | undefined,
  kind: string | undefined,
): { readonly host: Piece; readonly port: number } | ExpressionProblem | undefined {
  if (!word) return undefined;
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*|[\da-fA-F:]+)(?::(\d{1,5}))?$/.exec(word.text) ?? [];
  const number =
    port === undefined ? (/^(?:connect|http)$/.test(kind ?? '') ? 3128 : 1080) : wholeNumber(port, 1, 65535);
  return host === '' || number === undefined
    ? problemAt(word, `"${word.text}" is not the address of a proxy with its port`)
    : { host: { ...word, text: host.replace(/^\[(.*)\]$/, '$1') }, port: number };
}
