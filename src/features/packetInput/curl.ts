import type { ExpressionProblem } from '../../core/net/packetExpression';
import { parseAddress } from '../../core/net/address';
import { own } from '../../core/text/own';
import type { CommandContext } from './commandContext';
import { CURL_OPTIONS } from './curlOptions';
import type { Environment } from './environment';
import { isInputProblem, problemAt, wholeNumber, withoutZone, type FirstPacket, type Piece } from './firstPacket';
import { readOptions, type GivenOption } from './options';
import { isExcepted, proxyPlace, proxyVariable, unusedProxies, type Place } from './proxy';
import { readUrl } from './url';

/**
 * The first packet of a curl command: to the host of its first URL, or where a proxy, `--connect-to` and `--resolve`
 * lead it. Source: curl's docs/cmdline-opts.
 */
export function readCurl(
  words: readonly Piece[],
  program: Piece,
  { environment }: CommandContext,
): FirstPacket | ExpressionProblem {
  const read = readOptions(words, CURL_OPTIONS);
  if ('message' in read) return read;
  const given = (...names: readonly string[]): GivenOption | undefined =>
    read.options.findLast(({ name }) => names.includes(name));
  const socket = given('unix-socket', 'abstract-unix-socket');
  if (socket) return problemAt(socket.word, 'curl talks to a Unix socket here: no packet is sent');
  const urls = [
    ...read.options.flatMap(({ name, value }) => (name === 'url' && value ? [value] : [])),
    ...read.operands,
  ];
  const url = urls.sort((a, b) => a.start - b.start)[0];
  if (!url) return problemAt(program, 'this curl command has no URL');
  const place = readUrl(url, given('proto-default')?.value?.text ?? guessedScheme(url.text));
  if (isInputProblem(place)) return place;
  const notes: string[] = [];
  if (urls.length > 1) notes.push(`Only the first of ${urls.length} URLs is traced.`);
  if (given('L', 'location', 'location-trusted', 'follow')) notes.push('Redirects are not followed.');
  const family = given('6', 'ipv6', '4', 'ipv4')?.name;
  const reached = viaProxy(place, read.options, environment, notes) ?? mapped(place, read.options, notes);
  if (isInputProblem(reached)) return reached;
  const source = sourceOf(given('interface')?.value, given('local-port')?.value, notes);
  if (isInputProblem(source)) return source;
  const tos = given('ip-tos')?.value;
  const quic = given('http3', 'http3-only') && place.scheme === 'https' && reached.host === place.host;
  if (quic) notes.push('HTTP/3 is QUIC over UDP; with --http3 curl also tries TCP.');
  for (const name of IGNORED) if (given(name)) notes.push(`--${name} is ignored.`);
  return {
    from: 'a curl command',
    protocol: quic ? 'udp' : reached.host === place.host ? place.protocol : 'tcp',
    to: reached.host,
    port: reached.port,
    family: family === undefined ? undefined : family === '6' || family === 'ipv6' ? 6 : 4,
    source,
    words: tos ? tosWords(tos) : [],
    notes,
  };
}

/** Options that would change the packet, or where its address comes from. */
const IGNORED = ['preproxy', 'tcp-fastopen', 'mptcp', 'vlan-priority', 'doh-url', 'dns-servers', 'config'];

/** Without a scheme curl guesses it by the name of the host. */
function guessedScheme(text: string): string {
  return /^(ftp|dict|ldap|imap|smtp|pop3)\./i.exec(text)?.[1]?.toLowerCase() ?? 'http';
}

const PROXIES: Readonly<Record<string, string>> = {
  x: 'http',
  proxy: 'http',
  'proxy1.0': 'http',
  socks4: 'socks4',
  socks4a: 'socks4a',
  socks5: 'socks5',
  'socks5-hostname': 'socks5h',
};

/** The proxy in place of the host; undefined where there is none. Its port is 1080, of an HTTPS proxy 443. */
function viaProxy(
  place: Place & { readonly scheme: string },
  options: readonly GivenOption[],
  environment: Environment,
  notes: string[],
): Place | ExpressionProblem | undefined {
  const option = options.findLast(({ name }) => Object.hasOwn(PROXIES, name));
  const names = proxyNames(place.scheme);
  const chosen = option?.value ? { value: option.value, variable: undefined } : proxyVariable(names, environment);
  if (!option) notes.push(...unusedProxies(names, environment));
  if (place.scheme === 'http' && !chosen && environment.set.has('HTTP_PROXY'))
    notes.push('HTTP_PROXY does not count: curl reads it in small letters only.');
  if (!chosen || chosen.value.text === '') return undefined;
  const list =
    options.findLast(({ name }) => name === 'noproxy')?.value ??
    proxyVariable(['no_proxy', 'NO_PROXY'], environment)?.value;
  if (list && isExcepted(withoutZone(place.host.text), list.text)) return undefined;
  return proxyPlace(chosen, place, 1080, notes);
}

/** The variables that curl reads, in its order. Source: libcurl-env(3). */
function proxyNames(scheme: string): readonly string[] {
  const own = scheme === 'http' ? ['http_proxy'] : [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`];
  return [...own, 'all_proxy', 'ALL_PROXY'];
}

/** `--connect-to HOST1:PORT1:HOST2:PORT2`, then `--resolve [+]HOST:PORT:ADDRESS[,ADDRESS]`. */
function mapped(place: Place, options: readonly GivenOption[], notes: string[]): Place | ExpressionProblem {
  let { host, port } = place;
  const connect = valuesOf(options, 'connect-to')
    .map((value) => ({ value, parts: colonParts(value.text) }))
    .find(
      ({ parts: [from = '', fromPort = ''] }) => fits(from, withoutZone(host.text)) && fits(fromPort, String(port)),
    );
  if (connect) {
    const [, , toHost = '', toPort = ''] = connect.parts;
    const newPort = toPort === '' ? port : wholeNumber(toPort, 1, 65535);
    if (newPort === undefined) return problemAt(connect.value, `"${toPort}" is not a port from 1 to 65535`);
    notes.push(`--connect-to redirects it from ${host.text} port ${port} to another host or port.`);
    if (toHost !== '') host = { ...connect.value, text: toHost };
    port = newPort;
  }
  for (const value of valuesOf(options, 'resolve')) {
    const [from = '', fromPort = '', ...addresses] = colonParts(value.text.replace(/^\+/, ''));
    if (!(from === '*' || fits(from, withoutZone(host.text))) || fromPort !== String(port)) continue;
    const [address = ''] = addresses.join(':').split(',');
    const plain = withoutBrackets(address);
    if (!parseAddress(plain))
      return problemAt(value, `"${address}" is not an address, as --resolve needs it: host:port:address`);
    notes.push(`--resolve says that ${host.text} is ${plain}.`);
    return { host: { ...value, text: plain }, port };
  }
  return { host, port };
}

function valuesOf(options: readonly GivenOption[], wanted: string): readonly Piece[] {
  return options.flatMap(({ name, value }) => (name === wanted && value ? [value] : []));
}

/** Parts with colons between; an IPv6 address is in brackets. */
function colonParts(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let inside = false;
  for (let i = 0; i <= text.length; i++) {
    const character = text.charAt(i);
    if (character === '[' || character === ']') inside = character === '[';
    if (i < text.length && (character !== ':' || inside)) continue;
    parts.push(withoutBrackets(text.slice(start, i)));
    start = i + 1;
  }
  return parts;
}

/** `[2001:db8::7]`; a list of addresses keeps them. */
function withoutBrackets(text: string): string {
  return text.replace(/^\[([^\]]*)\]$/, '$1');
}

/** An empty part stands for any. */
function fits(part: string, text: string): boolean {
  return part === '' || part.toLowerCase() === text.toLowerCase();
}

/** `--interface eth0`, `10.0.0.5`, `if!eth0`, `host!name`, `ifhost!eth0!10.0.0.5`; `--local-port 4000-4200`. */
function sourceOf(
  device: Piece | undefined,
  local: Piece | undefined,
  notes: string[],
): FirstPacket['source'] | ExpressionProblem {
  let port: number | undefined;
  if (local) {
    port = wholeNumber(local.text.split('-', 1)[0] ?? '', 1, 65535);
    if (port === undefined)
      return problemAt(local, `"${local.text}" is not a port from 1 to 65535, or a range of them`);
    if (local.text.includes('-')) notes.push(`Of the local ports ${local.text} the first is used.`);
  }
  if (!device) return port === undefined ? undefined : { port };
  const [kind = '', first = '', second = ''] = device.text.split('!');
  const name = kind === 'ifhost' || kind === 'if' ? first : undefined;
  const host = kind === 'ifhost' ? second : kind === 'host' ? first : undefined;
  if (name !== undefined || host !== undefined)
    return { port, iface: name, address: host === undefined ? undefined : { ...device, text: host } };
  return parseAddress(device.text) ? { port, address: device } : { port, iface: device.text };
}

/** curl takes a number, or a name without its dash: `CS1`, `AF11`, `EF`, `LowDelay`. */
function tosWords({ text }: Piece): readonly string[] {
  const number = wholeNumber(text, 0, 255);
  if (number !== undefined) return ['tos', `0x${number.toString(16)}`];
  const named = own({ lowdelay: 0x10, throughput: 0x08, reliability: 0x04, mincost: 0x02 }, text.toLowerCase());
  if (named !== undefined) return ['tos', `0x${named.toString(16)}`];
  return /^(?:cs[0-7]|af[1-4][1-3]|ef)$/i.test(text) ? ['dscp', text.toLowerCase()] : [];
}
